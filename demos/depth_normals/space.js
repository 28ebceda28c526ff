// Board dnSpace: predicted and true points in space beside each other, turned together by drag, wheel or keys.
import { Live } from "../draw/live.js";
import { html, render } from "../draw/markup.js";
import { clamp } from "../draw/number.js";
import { arrows } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { WORST, bar, logsFrom, note, tablesOf } from "./maps.js";
import { inSpace, rotation } from "./sums.js";

const TURN = 0.008; // radians a pixel of dragging
const STEP = 0.03; // radians an arrow key, ten times as much with Shift
const STEEP = 1.55;
const NEAREST = 0.2; // metres before the eye
const LARGEST = 7; // pixels a point is wide at most
const VIEWS = { "As seen": [0, 0, 1], Aside: [0.5, 0.12, 0.75], Above: [0, 1.15, 0.6] }; // yaw, pitch, zoom
const TITLES = { prediction: "Prediction", truth: "Truth" };

// Colours of the picture at every pixel.
const pixelsOf = async (address, [height, width]) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0, width, height);
  return pen.getImageData(0, 0, width, height).data;
};

// Points of a map up to `far` metres: every second pixel, flat arrays of places, colours and their own depth.
const cloudOf = (logs, truth, value, pixels, tables) => {
  const { seen, far, paint } = value;
  const [height, width] = seen.size;
  const [places, colors, depths] = [[], [], []];
  for (let y = 0; y < height; y += 2)
    for (let x = 0; x < width; x += 2) {
      const i = y * width + x;
      const depth = Math.exp(logs[i]);
      const sky = truth && Number.isNaN(truth[i]);
      if (sky || !(depth <= far)) continue;
      places.push(...inSpace(x, y, depth, seen.focal, seen.centre));
      depths.push(depth);
      const error = truth ? Math.abs(Math.expm1(logs[i] - truth[i])) : 0;
      const color = tables.heat[clamp(Math.round((255 * error) / WORST), 0, 255)];
      colors.push(...(paint === "error" ? color : [pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2]]));
    }
  return { places: Float32Array.from(places), colors: Uint8Array.from(colors), depths: Float32Array.from(depths) };
};

class Space extends Live {
  constructor({ root, settings }) {
    super();
    Object.assign(this, { root, tables: tablesOf(settings), drag: null });
    [this.yaw, this.pitch, this.zoom] = VIEWS.Aside; // as it was seen, both would look alike
    root.dnSpace = this; // for the tests
    new ResizeObserver(() => this.ask()).observe(root);
  }

  async take(value) {
    this.newest = value;
    const { seen } = value;
    const [fine, truth] = await Promise.all([seen.fine, seen.truth].map((one) => logsFrom(one, this.tables.steps)));
    const pixels = await pixelsOf(seen.picture, seen.size);
    if (value !== this.newest) return;
    this.value = value;
    const cloud = (logs, errors) => cloudOf(logs, truth?.logs ?? null, errors, pixels, this.tables);
    this.clouds = { prediction: cloud(fine.logs, value) };
    if (truth) this.clouds.truth = cloud(truth.logs, { ...value, paint: "picture" });
    this.pivot = this.middle();
    this.now();
  }

  // What the points turn about: straight ahead, as far as the median true point, or the predicted where none is known.
  middle() {
    const { depths } = this.clouds.truth?.depths.length ? this.clouds.truth : this.clouds.prediction;
    const sorted = Float32Array.from(depths).sort();
    return -(sorted[Math.floor(sorted.length / 2)] ?? 10);
  }

  turn(by) {
    this.yaw += by[0];
    this.pitch = clamp(this.pitch + by[1], -STEEP, STEEP);
    this.ask();
  }

  look([yaw, pitch, zoom]) {
    Object.assign(this, { yaw, pitch, zoom });
    this.ask();
  }

  down(event) {
    event.currentTarget.setPointerCapture(event.pointerId);
    this.drag = [event.clientX, event.clientY];
  }

  move(event) {
    if (!this.drag) return;
    this.turn([(event.clientX - this.drag[0]) * TURN, (event.clientY - this.drag[1]) * TURN]);
    this.drag = [event.clientX, event.clientY];
  }

  wheel(event) {
    event.preventDefault();
    this.zoom = clamp(this.zoom * Math.exp(-event.deltaY / 600), 0.4, 6);
    this.ask();
  }

  key(event) {
    const by = { "+": 1.15, "-": 1 / 1.15 }[event.key];
    if (by) this.zoom = clamp(this.zoom * by, 0.4, 6);
    else arrows(([x, y]) => this.turn([x * STEP, y * STEP]))(event);
    this.ask();
  }

  // Points on a canvas, the nearest of those on a pixel winning.
  paint(canvas, { places, colors, depths }) {
    const { seen } = this.value;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map(Math.round);
    if (!width || !height) return;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(width, height);
    const words = new Uint32Array(image.data.buffer);
    const depth = new Float32Array(width * height).fill(Infinity);
    const scale = (width / seen.size[1]) * this.zoom;
    const [cx, cy] = [seen.centre[0] * (width / seen.size[1]), seen.centre[1] * (height / seen.size[0])];
    const m = rotation(seen.up, this.yaw, this.pitch);
    const away = this.pivot;
    for (let k = 0; k < depths.length; k++) {
      const [a, b, c] = [places[3 * k], places[3 * k + 1], places[3 * k + 2] - away];
      const x = m[0] * a + m[1] * b + m[2] * c;
      const y = m[3] * a + m[4] * b + m[5] * c;
      const z = m[6] * a + m[7] * b + m[8] * c + away;
      if (-z < NEAREST) continue;
      const side = clamp(Math.ceil((2 * scale * depths[k]) / -z), 1, LARGEST);
      const left = Math.round(cx + (seen.focal * scale * x) / -z - side / 2);
      const top = Math.round(cy - (seen.focal * scale * y) / -z - side / 2);
      const color = (255 << 24) | (colors[3 * k + 2] << 16) | (colors[3 * k + 1] << 8) | colors[3 * k];
      for (let row = Math.max(top, 0); row < Math.min(top + side, height); row++)
        for (let column = Math.max(left, 0); column < Math.min(left + side, width); column++) {
          const at = row * width + column;
          if (-z >= depth[at]) continue;
          depth[at] = -z;
          words[at] = color;
        }
    }
    pen.putImageData(image, 0, 0);
  }

  figure(name, title) {
    const { size } = this.value.seen;
    return html`<figure data-shows=${name}><figcaption>${terms(title)}</figcaption>
      <canvas class="dn-cloud" data-cloud=${name} style="--ratio:${size[1] / size[0]}" role="img"
        aria-label="${title}, turned by ${Math.round((this.yaw * 180) / Math.PI)}° to the side and
          ${Math.round((this.pitch * 180) / Math.PI)}° up"
        @pointerdown=${(event) => this.down(event)} @pointermove=${(event) => this.move(event)}
        @pointerup=${() => (this.drag = null)} @pointercancel=${() => (this.drag = null)}
        @wheel=${{ handleEvent: (event) => this.wheel(event), passive: false }}></canvas></figure>`;
  }

  draw() {
    if (!this.value) return;
    const { seen, paint, far } = this.value;
    const views = Object.entries(VIEWS).map(
      ([name, way]) => html`<button type="button" class="dn-view" @click=${() => this.look(way)}>${name}</button>`,
    );
    const scale = paint === "error" && seen.truth ? bar("heat", "relative error", "0", `${100 * WORST} %`) : "";
    const shown = Object.keys(TITLES).filter((name) => this.clouds[name]);
    render(
      html`${note(seen.message)}<div class="dn-space" tabindex="0" role="group" @keydown=${(event) => this.key(event)}
        aria-label="Points in space; arrow keys turn them, plus and minus bring them nearer">
        <div class="dn-clouds">${shown.map((name) => this.figure(name, TITLES[name]))}</div>
        <div class="dn-views">${views}<small>Drag to turn, wheel or + and − for nearer. Points up to ${far} m.</small>
          ${scale}</div></div>`,
      this.root,
    );
    for (const canvas of this.root.querySelectorAll(".dn-cloud")) this.paint(canvas, this.clouds[canvas.dataset.cloud]);
  }
}

export const dnSpace = (context) => new Space(context);
