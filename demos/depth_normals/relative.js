// Board dnRelative: a relative map, two points that are dragged, and the metric map that follows them.
import { Live } from "../draw/live.js";
import { html, nothing, render, svg } from "../draw/markup.js";
import { number, percent } from "../draw/number.js";
import { framed } from "../draw/picture.js";
import { arrows, under } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { WORST, bar, inside, logsFrom, metres, note, painted, tablesOf } from "./maps.js";
import { median, metricLogs, relativeErrors, through } from "./sums.js";

const NAMES = ["A", "B"];
const ALIKE = "Both points need a depth, and the map must differ between them.";

class Relative extends Live {
  constructor({ root, settings, choose }) {
    super();
    Object.assign(this, { root, choose, tables: tablesOf(settings), held: null });
    root.dnRelative = this; // for the tests
  }

  async take(value) {
    this.newest = value;
    const { steps, heat, depth, none } = this.tables;
    const [fine, truth] = await Promise.all([value.seen.fine, value.seen.truth].map((one) => logsFrom(one, steps)));
    if (value !== this.newest) return;
    const { size, ends } = value.seen;
    this.settled = true;
    const [low, high] = value.span;
    const own = value.source === "measured" && truth ? truth.logs : fine.logs;
    this.value = value;
    this.logs = { own, truth: truth?.logs ?? null };
    this.relative = own.map((log) => (Math.exp(-log) - low) / Math.max(high - low, 1e-12));
    this.points = [inside(value.points.slice(0, 2), size), inside(value.points.slice(2), size)];
    this.looks = {
      relative: painted(this.relative, size, heat, [0, 1], none),
      truth: truth && painted(truth.logs, size, depth, ends.map(Math.log), none),
    };
    this.fitted();
    this.now();
  }

  chosen() {}

  index([x, y]) {
    return Math.floor(y) * this.value.seen.size[1] + Math.floor(x);
  }

  // The metric map of the two points as they stand.
  fitted() {
    const { size, ends } = this.value.seen;
    const { depth, heat, none } = this.tables;
    const { truth } = this.logs;
    const at = this.points.map((point) => this.index(point));
    this.r = at.map((i) => this.relative[i]);
    this.z = at.map((i) => (truth ? Math.exp(truth[i]) : NaN));
    this.fit = through(this.r, this.z);
    this.metric = this.fit && metricLogs(this.relative, this.fit);
    this.errors = this.metric && truth && relativeErrors(this.metric, truth);
    this.residual = this.errors ? median(this.errors) : NaN;
    this.looks.metric = this.metric && painted(this.metric, size, depth, ends.map(Math.log), none);
    this.looks.error = this.errors && painted(this.errors, size, heat, [0, WORST], none);
  }

  // Move a point to a place; the rest follows before the next frame.
  put(which, point) {
    this.points[which] = inside(point, this.value.seen.size);
    this.moved = true;
    this.settled = false;
    this.ask();
  }

  down(event) {
    const point = under(event, event.currentTarget, this.value.seen.size);
    const far = this.points.map(([x, y]) => Math.hypot(x - point[0], y - point[1]));
    this.held = far[0] <= far[1] ? 0 : 1;
    event.currentTarget.setPointerCapture(event.pointerId);
    this.put(this.held, point);
  }

  move(event) {
    if (this.held !== null) this.put(this.held, under(event, event.currentTarget, this.value.seen.size));
  }

  up() {
    if (this.held === null) return;
    this.held = null;
    this.commit();
  }

  commit() {
    this.choose(this.points.flat().map(Math.floor).join(","));
  }

  key(which) {
    return arrows(([x, y]) => {
      const [px, py] = this.points[which];
      this.put(which, [px + x, py + y]);
      clearTimeout(this.later);
      this.later = setTimeout(() => this.commit(), 250);
    });
  }

  marks() {
    return this.points.map(
      ([x, y], k) => svg`<g class="dn-mark dn-mark-${k}"><circle cx=${x} cy=${y} r="5"></circle></g>`,
    );
  }

  handles() {
    const [height, width] = this.value.seen.size;
    return this.points.map(
      ([x, y], k) =>
        html`<button type="button" class="dn-handle dn-mark-${k}" @keydown=${this.key(k)}
        style="left:${(100 * x) / width}%;top:${(100 * y) / height}%" data-point=${NAMES[k]}
        aria-label="Point ${NAMES[k]} at ${Math.floor(x)}, ${Math.floor(y)}; arrow keys move it">${NAMES[k]}</button>`,
    );
  }

  figure(title, layer, { said = "", shows = nothing } = {}) {
    const { seen } = this.value;
    if (!layer)
      return html`<figure data-shows=${shows}><figcaption>${terms(title)}</figcaption>
      <div class="dn-empty">${terms(this.logs.truth ? ALIKE : "Not known.")}</div></figure>`;
    const drawn = { size: seen.size, image: seen.picture, alt: title, layers: [layer], shapes: svg`${this.marks()}` };
    return html`<figure data-shows=${shows}><figcaption>${terms(title)}</figcaption>${framed(drawn)}
      <small>${said}</small></figure>`;
  }

  picture() {
    const { seen } = this.value;
    const drawn = { size: seen.size, image: seen.picture, alt: "The picture", shapes: this.squares() };
    return html`<figure><figcaption>${terms("Picture: drag A and B")}</figcaption>
      <div class="dn-drag" @pointerdown=${(event) => this.down(event)} @pointermove=${(event) => this.move(event)}
        @pointerup=${() => this.up()} @pointercancel=${() => this.up()}>${framed(drawn)}${this.handles()}</div>
      <small>click moves the nearer one${this.value.asked ? "; squares: the question’s" : ""}</small></figure>`;
  }

  // The points that the question is about.
  squares() {
    const at = this.value.asked ?? [];
    return [at.slice(0, 2), at.slice(2)]
      .filter((one) => one.length)
      .map(([x, y]) => svg`<rect class="dn-asked" x=${x - 4} y=${y - 4} width="8" height="8"></rect>`);
  }

  // True depths and what is left: Python's own, and while a point moves those of the packed maps.
  numbers() {
    const { depths, residual } = this.value;
    if (!this.settled) return { z: this.z, off: this.residual };
    return { z: depths.map((one) => one ?? NaN), off: residual ?? NaN };
  }

  readout() {
    const { z, off } = this.numbers();
    const row = (k) =>
      html`<tr><th scope="row"><i class="dn-key dn-mark-${k}"></i>${NAMES[k]}</th>
      <td>${number(this.r[k], 3)}</td><td>${metres(Math.log(z[k]))}</td></tr>`;
    const [s, t] = this.fit ?? [NaN, NaN];
    return html`<div class="dn-readout" data-shows="readout" aria-live="polite"><table>
      <thead><tr><td></td><th scope="col">r</th><th scope="col">true Z</th></tr></thead>
      <tbody>${row(0)}${row(1)}</tbody></table>
      <p>1/Z = ${number(s, 3)} · r ${t < 0 ? "−" : "+"} ${number(Math.abs(t), 3)}</p>
      <p><b>${percent(off)}</b> median error</p></div>`;
  }

  draw() {
    if (!this.value) return;
    const { seen, source, why } = this.value;
    if (this.moved) this.fitted();
    this.moved = false;
    const [near, far] = seen.ends;
    const ends = bar("depth", "depth, ln scale", `${number(near, 1)} m`, `${number(far, 1)} m`);
    const map = source === "measured" && seen.truth ? "Measured, relative" : "The network’s, relative";
    render(
      html`${note(this.fit ? seen.message : why || seen.message)}
      <div class="dn-grid dn-three" style="--ratio:${seen.size[1] / seen.size[0]}">
        ${this.picture()}${this.figure(map, this.looks.relative, { said: bar("heat", "r", "0", "1") })}
        ${this.figure("Metric by A and B", this.looks.metric, { said: ends, shows: "readout" })}
        ${this.readout()}
        ${this.figure("True depth", this.looks.truth, { said: ends })}
        ${this.figure("Its error", this.looks.error, {
          said: bar("heat", "relative error", "0", `${100 * WORST} %`),
          shows: "error",
        })}</div>`,
      this.root,
    );
  }
}

export const dnRelative = (context) => new Relative(context);
