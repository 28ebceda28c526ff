// Board dnScales: what each scale says, its error or what it changed below it, and every number at the pointer.
import { Live } from "../draw/live.js";
import { html, nothing, render } from "../draw/markup.js";
import { number, percent } from "../draw/number.js";
import { unpack } from "../draw/packed.js";
import { terms } from "../draw/terms.js";
import { TILT, TWICE, WORST, bar, figure, inside, logsFrom, metres, note } from "./maps.js";
import { painted, paintedNormals, pointed, tablesOf, vector } from "./maps.js";
import { angles, differences, enlarged, normalsOf, relativeErrors, vectorAt, wholeNormals } from "./sums.js";

const NAMES = ["Coarse", "Middle", "Fine"];
const SKY = "dark: no depth";

class Scales extends Live {
  constructor({ root, settings }) {
    super();
    Object.assign(this, { root, point: null, tables: tablesOf(settings) });
    root.dnScales = this; // for the tests
  }

  async take(value) {
    this.newest = value;
    const { steps } = this.tables;
    const depths = [value.coarse, value.middle, value.seen.fine, value.seen.truth];
    const logs = await Promise.all(depths.map((one) => logsFrom(one, steps)));
    const normals = await Promise.all(value.normals.map((one) => one && unpack(one)));
    if (value !== this.newest) return;
    const { size } = value.seen;
    this.value = value;
    this.point = inside(this.point ?? [size[1] / 2, 0.7 * size[0]], size);
    if (value.quantity === "depth") this.ofDepth(logs, size);
    else this.ofNormals(normals, size);
    this.now();
  }

  // Pictures and full-sized maps of depth.
  ofDepth(logs, size) {
    const { depth, heat, signed: two, none } = this.tables;
    const ends = this.value.seen.ends.map(Math.log);
    const known = logs[3] ? (one) => Float32Array.from(one, (v, i) => (Number.isNaN(logs[3].logs[i]) ? NaN : v)) : null;
    this.truth = logs[3]?.logs ?? null;
    this.whole = logs.slice(0, 3).map((one) => enlarged(one.logs, one.shape, size));
    const paint = ({ logs: values, shape }) => painted(values, shape, depth, ends, none);
    this.maps = [paint(logs[0]), paint(logs[1]), paint({ logs: known?.(logs[2].logs) ?? logs[2].logs, shape: size })];
    this.true = logs[3] && paint(logs[3]);
    this.errors = this.truth && this.whole.map((one) => relativeErrors(one, this.truth));
    this.changed = this.whole.map((one, i) => (i ? differences(one, this.whole[i - 1]) : null));
    const below = this.off ? this.errors : this.changed.map((one) => one && (known?.(one) ?? one));
    const [table, scale] = this.off ? [heat, [0, WORST]] : [two, [-TWICE, TWICE]];
    this.below = NAMES.map((_, i) => (below?.[i] ? painted(below[i], size, table, scale, none) : null));
  }

  // The same of normals: small maps interpolated, the fine one and the truth at every second pixel.
  ofNormals(packed, size) {
    const { heat, none } = this.tables;
    const shapes = packed.map((one) => one && [one.shape[0] / 3, one.shape[1]]);
    const normals = packed.map((one) => one && normalsOf(one.data));
    const whole = normals.map((one, k) => one && wholeNormals(one, shapes[k], size, k > 1));
    const [maps, truth] = [normals.map((one, k) => one && paintedNormals(one, shapes[k], none)), whole[3]];
    this.whole = whole.slice(0, 3);
    this.truth = truth;
    this.maps = maps.slice(0, 3);
    this.true = maps[3];
    this.errors = truth && this.whole.map((one) => angles(one, truth));
    this.changed = this.whole.map((one, i) => (i ? angles(one, this.whole[i - 1]) : null));
    const below = this.off ? this.errors : this.changed;
    this.below = NAMES.map((_, i) => (below?.[i] ? painted(below[i], size, heat, [0, TILT], none) : null));
  }

  // Whether errors are shown below the scales; without a truth it is what each scale changed.
  get off() {
    return this.value.below === "error" && Boolean(this.truth);
  }

  at(point) {
    this.point = inside(point, this.value.seen.size);
    this.ask();
  }

  // Every number at the point.
  readout() {
    const { size } = this.value.seen;
    const [x, y] = this.point.map(Math.floor);
    const i = y * size[1] + x;
    const flat = this.value.quantity === "depth";
    const say = (one) => (flat ? metres(one[i]) : vector(vectorAt(one, i)));
    const row = (one, k) => {
      const error = this.errors?.[k][i];
      const off = flat ? percent(error ?? NaN) : `${number(error ?? NaN, 1)}°`;
      const then = this.changed[k]?.[i] ?? NaN;
      const moved = flat ? `× ${number(Math.exp(then), 2)}` : `${number(then, 1)}°`;
      const last = this.off ? off : k ? moved : "";
      return html`<tr><th scope="row">${NAMES[k]}</th><td>${say(one)}</td><td>${last}</td></tr>`;
    };
    const head = this.off ? "error" : "changed";
    return html`<div class="dn-readout ${flat ? "" : "dn-vectors"}" data-shows="readout" aria-live="polite"><table>
      <thead><tr><td>${x}, ${y}</td><th scope="col">says</th><th scope="col">${head}</th></tr></thead>
      <tbody>${this.whole.map(row)}
      ${this.truth ? html`<tr><th scope="row">Truth</th><td>${say(this.truth)}</td><td></td></tr>` : nothing}</tbody>
      </table></div>`;
  }

  legend() {
    const { quantity, seen } = this.value;
    const [near, far] = seen.ends;
    const flat = quantity === "depth";
    const said = flat
      ? bar("depth", "depth, ln scale", `${number(near, 1)} m`, `${number(far, 0)} m`)
      : html`<p class="dn-bar">x, y, z: red, green, blue. ${terms("Normal")} up: green; to you: blue.</p>`;
    const change = flat ? bar("signed", "× before", "0.5", "2") : bar("heat", "turned", "0°", `${TILT}°`);
    const error = flat
      ? bar("heat", "relative error", "0", `${100 * WORST} %`)
      : bar("heat", "angle", "0°", `${TILT}°`);
    return html`<div class="dn-legend">${said}${this.off ? error : change}
      <p class="dn-bar">${SKY}</p></div>`;
  }

  draw() {
    if (!this.value) return;
    const { errors, quantity, seen } = this.value;
    const unit = quantity === "depth" ? " %" : "°";
    const cells = ["stride 16", "stride 4", "stride 2"];
    const title = (k) => (this.off ? `Error, ${NAMES[k].toLowerCase()}` : `${NAMES[k]} changed`);
    const under = (k) => {
      if (!this.below[k]) return html`<div class="dn-empty">It begins here.</div>`;
      const said = this.off && errors.length ? `mean ${number(errors[k], 1)}${unit}` : "";
      return figure(this, title(k), this.below[k], { note: said });
    };
    const truth = this.true
      ? figure(this, "Truth", this.true, { note: seen.message && "measured" })
      : html`<div></div>`;
    render(
      html`${note(seen.message)}${pointed(
        this,
        "dn-five",
        html`${figure(this, "Picture", null)}
        ${NAMES.map((name, k) => figure(this, name, this.maps[k], { note: cells[k] }))}${truth}
        ${this.readout()}${NAMES.map((_, k) => under(k))}${this.legend()}`,
      )}`,
      this.root,
    );
  }
}

export const dnScales = (context) => new Scales(context);
