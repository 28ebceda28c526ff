// What a unit sees: its field on the picture, its gradient with trained and with fresh weights, the Gaussian of it, and
// a grey patch that can be dragged in or out of the field.
import { tableOf } from "../draw/cells.js";
import { html, nothing, render, svg } from "../draw/markup.js";
import { Live } from "../draw/live.js";
import { make } from "../draw/nodes.js";
import { numbers, unpack } from "../draw/packed.js";
import { clamp, percent } from "../draw/number.js";
import { boxed, framed, rectangle } from "../draw/picture.js";
import { arrows, under } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";

const PATCH = 0.14; // of the picture's shorter side
const LEAST = 4; // pixels
const CLOSE = 1.35; // sides of the field that are shown from near
const NAMES = { trained: "trained", fresh: "untrained" };
const TITLES = { trained: "Trained, it looks at", fresh: "Untrained, it looks at" };

// A gradient's strength in colours, clear where it is 0, as the address of a picture.
const glowing = ({ data, shape: [height, width] }, lut) => {
  const canvas = Object.assign(make("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(width, height);
  data.forEach((strength, i) => image.data.set([...lut[strength], Math.min(255, 2.4 * strength)], 4 * i));
  pen.putImageData(image, 0, 0);
  return canvas.toDataURL();
};

class Sight extends Live {
  constructor({ root, settings, choose, selection, behind }) {
    super();
    Object.assign(this, { root, choose, selection, behind });
    Object.assign(this, { scales: settings.scales, lut: tableOf(settings.lut), layers: [] });
    document.addEventListener("whatwhere:field", ({ detail }) => {
      this.other = detail;
      this.ask();
    });
    this.keys = arrows((by) => this.nudge(by), 8);
    root.fieldSight = this; // for the tests
  }

  async take(value) {
    this.newest = value;
    const glows = await Promise.all(value.heats.map(({ glow }) => unpack(glow)));
    if (value !== this.newest) return;
    this.value = value;
    this.layers = glows.map((glow) => glowing(glow, this.lut));
    if (!this.held && !this.behind()) this.patch = value.patch.length ? value.patch : null;
    this.now();
  }

  chosen(text) {
    this.patch = text ? numbers(text) : null;
    this.ask();
  }

  down(event) {
    const point = under(event, event.currentTarget, this.value.size);
    const inside = this.patch && point.every((at, i) => at >= this.patch[i] && at <= this.patch[i + 2]);
    this.held = { from: point, patch: inside ? this.patch : null };
    event.currentTarget.setPointerCapture(event.pointerId);
  }

  drag(event) {
    if (!this.held) return;
    const [x, y] = under(event, event.currentTarget, this.value.size);
    const { from, patch } = this.held;
    if (patch) this.patch = this.moved(patch, [x - from[0], y - from[1]]);
    else if (Math.hypot(x - from[0], y - from[1]) > LEAST) this.patch = this.fit([...from, x, y]);
    this.ask();
  }

  up() {
    if (!this.held) return;
    this.held = null;
    this.settle();
  }

  // In whole pixels inside the picture, its corners in order.
  fit([x0, y0, x1, y1]) {
    const [height, width] = this.value.size;
    const along = (a, b, most) => [Math.min(a, b), Math.max(a, b)].map((side) => Math.round(clamp(side, 0, most)));
    const [[left, right], [top, bottom]] = [along(x0, x1, width), along(y0, y1, height)];
    return [left, top, Math.max(right, left + 1), Math.max(bottom, top + 1)];
  }

  moved([x0, y0, x1, y1], [right, below]) {
    const [height, width] = this.value.size;
    const [dx, dy] = [clamp(right, -x0, width - x1), clamp(below, -y0, height - y1)].map(Math.round);
    return [x0 + dx, y0 + dy, x1 + dx, y1 + dy];
  }

  nudge(by) {
    this.patch = this.patch ? this.moved(this.patch, by) : this.fresh();
    this.ask();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.settle(), 300);
  }

  // A patch beside the field, where there is room, else in the corner.
  fresh() {
    const [height, width] = this.value.size;
    const side = Math.round(PATCH * Math.min(height, width));
    const [x0, y0, x1] = this.value.box;
    const left = x1 + 6 + side <= width ? x1 + 6 : x0 - 6 - side >= 0 ? x0 - 6 - side : 0;
    const top = clamp(y0, 0, height - side);
    return [left, top, left + side, top + side].map(Math.round);
  }

  toggle() {
    this.patch = this.patch ? null : this.fresh();
    this.settle();
    this.ask();
  }

  settle() {
    this.choose(this.patch ? this.patch.join(",") : "");
  }

  // The whole picture, on which a patch can be dragged.
  whole() {
    const { picture, size, box, sides, everything } = this.value;
    const [can, more] = everything
      ? ["Its windows reach", ", without the layer that reads its whole map"]
      : ["It can see", ""];
    const about = `The picture, with the field of ${sides[0]} × ${sides[1]} px`;
    const drag = (event) => this.drag(event);
    const up = () => this.up();
    const shapes = html`${this.patch ? rectangle(this.patch, "field-patch") : nothing}${boxed(box, "field-last")}
      ${this.other ? rectangle(this.other, "field-other") : nothing}`;
    return html`<figure><h3>${can} <b>${sides[1]} × ${sides[0]} px</b></h3>
      <div class="field-drag" tabindex="0" role="application" aria-label="${about}. Arrow keys move a grey patch."
        @pointerdown=${(event) => this.down(event)} @pointermove=${drag} @pointerup=${up} @pointercancel=${up}
        @keydown=${this.keys}>${framed({ size, image: picture, alt: about, shapes })}</div>
      <p class="field-note">Orange: the ${terms("receptive field")}, cut to the picture${more}. Drag to cover a part
        with grey.</p>
    </figure>`;
  }

  // The field and its surroundings, a square of the picture.
  window() {
    const { box, size } = this.value;
    const side = Math.min(CLOSE * Math.max(box[2] - box[0], box[3] - box[1]), Math.max(...size));
    const from = (low, high, most) => clamp((low + high - side) / 2, 0, Math.max(most - side, 0));
    return [from(box[0], box[2], size[1]), from(box[1], box[3], size[0]), side, side].join(" ");
  }

  // One gradient over the picture, from near.
  near({ weights, inside, half, ellipse }, number) {
    const { picture, size, box } = this.value;
    const [height, width] = size;
    const [x, y, across, down] = ellipse;
    const about = `${TITLES[weights]}: ${percent(inside)} of the gradient inside the field`;
    const fit = svg`<ellipse class="field-fit" cx=${x} cy=${y} rx=${across} ry=${down}/>`;
    return html`<figure data-shows="gradient"><h3>${TITLES[weights]}</h3>
      <svg class="field-near" viewBox=${this.window()} role="img" aria-label=${about}>
        <image class="field-dim" href=${picture} width=${width} height=${height}/>
        <image href=${this.layers[number]} width=${width} height=${height}/>
        ${boxed(box, "field-last")}${ellipse.length ? fit : nothing}</svg>
      <p class="field-note">${percent(inside)} of the ${terms("gradient")} lies in the field; half of that in
        ${percent(half ** 2)} of its area.</p></figure>`;
  }

  // The share of the gradient inside the field, scaled about its middle.
  curve() {
    const { heats } = this.value;
    const [x, y] = [(scale) => 48 + 236 * scale, (share) => 150 - 136 * share];
    const line = ({ curve, weights }) => {
      const points = curve.map((share, i) => `${x(this.scales[i]).toFixed(1)} ${y(share).toFixed(1)}`);
      return svg`<path class="field-line field-${weights}" d="M${points.join("L")}"/>`;
    };
    const named = ({ weights }) => html`<li><i class="field-${weights}"></i>${NAMES[weights]}</li>`;
    const ticks = [0, 0.5, 1];
    return html`<figure data-shows="gradient"><h3>Share of the gradient</h3>
      <svg class="field-share" viewBox="0 0 300 190" role="img"
        aria-label="Share of the gradient inside the field scaled about its middle">
      ${ticks.map(
        (tick) => svg`<path class="field-grid" d="M48 ${y(tick)}H284"/>
        <text x="42" y=${y(tick) + 4} text-anchor="end">${100 * tick} %</text>
        <text x=${x(tick)} y="168" text-anchor="middle">${tick}</text>`,
      )}
      <path class="field-even" d="M${this.scales.map((s) => `${x(s)} ${y(s * s)}`).join("L")}"/>
      ${heats.map(line)}<text x="166" y="186" text-anchor="middle">side, as a part of the field's</text></svg>
      <ul class="ww-legend">${heats.map(named)}
        <li><i class="field-even"></i>if all pixels counted alike</li></ul></figure>`;
  }

  draw() {
    if (!this.value) return;
    const { heats, said } = this.value;
    const put = this.patch ? "Take the patch away" : "Put a grey patch";
    render(
      html`<div class="field-sights">${this.whole()}${heats.map((heat, i) => this.near(heat, i))}</div>
      <div class="field-bar"><button type="button" @click=${() => this.toggle()}>${put}</button>
        <p aria-live="polite">${terms(said)}</p></div>${this.curve()}`,
      this.root,
    );
  }
}

export const fieldSight = (context) => new Sight(context);
