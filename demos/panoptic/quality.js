// Board panQuality: PQ as a trial. Matches and mistakes are drawn; the prediction is painted on, and all follows.
import { borders } from "../draw/cells.js";
import { Live } from "../draw/live.js";
import { repaint } from "../draw/maps.js";
import { html, nothing, render, svg } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { clamp, number, percent, things } from "../draw/number.js";
import { arrow, under } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { Canvas } from "./canvas.js";
import { colorOf } from "./fates.js";
import { classes, score, tasks } from "./scores.js";
import { doubles, toFlip } from "./sums.js";

const LOOKS = { fates: "Matches", said: "Prediction", truth: "Truth" };
const TOOLS = { grow: "Grow", void: "Void", new: "New" };
const KEYS = "Keys: arrows move, Space puts down or lifts, [ and ] size.";
const HINTS = {
  grow: `Press on a segment and drag: it grows. ${KEYS}`,
  void: `Drag: pixels become void. ${KEYS}`,
  new: `Drag: a new segment of the chosen class. ${KEYS}`,
};
const RADII = [0, 30];
const REST = 30; // milliseconds between two measurements of a stroke

class Quality extends Live {
  constructor({ root, settings }) {
    super();
    Object.assign(this, { root, settings, look: "fates", tool: "grow", radius: 0, kind: "", down: false, told: "" });
    this.canvas = make("canvas", { class: "ww-cells" });
    root.panQuality = this; // for the tests
  }

  async take(value) {
    const arrays = await this.unpacked(value, ["truth", "said"]);
    if (!arrays) return;
    if (this.value?.about !== value.about) {
      this.model = new Canvas(value, { truth: arrays.truth.data, said: arrays.said.data });
      Object.assign(this, { cursor: null, radius: value.picture ? 4 : 0, kind: value.things[0] ?? "" });
    }
    this.value = value;
    this.model.measure(value.threshold);
    this.lines = { truth: borders(this.model.truth, value.size) };
    this.now();
  }

  // ---- what a pointer and keys do ------------------------------------------------------------------
  at([x, y]) {
    const [height, width] = this.value.size;
    return clamp(Math.floor(y), 0, height - 1) * width + clamp(Math.floor(x), 0, width - 1);
  }

  press(event) {
    if (event.button || !event.isPrimary) return;
    event.preventDefault();
    event.currentTarget.focus({ preventScroll: true });
    event.currentTarget.setPointerCapture(event.pointerId);
    this.cursor = under(event, this.canvas, this.value.size);
    this.begin();
  }

  begin() {
    const { model, cursor, tool } = this;
    model.begin();
    const entry = this.value.classes.find(({ label }) => label === this.kind);
    const numbers = {
      grow: () => model.said[this.at(cursor)],
      void: () => 0,
      new: () => model.add(entry, this.value.things.includes(this.kind)),
    };
    this.number = numbers[tool]();
    if (this.number === null) return this.say(model.refuse());
    this.down = true;
    if (tool !== "grow") model.paint(cursor, cursor, this.radius, this.number);
    this.changed();
  }

  move(event) {
    const to = under(event, this.canvas, this.value.size);
    if (this.down) this.model.paint(this.cursor, to, this.radius, this.number);
    this.cursor = to;
    if (this.down) this.changed();
    else this.ask();
  }

  // A stroke is measured once it rests, and every so often meanwhile.
  changed() {
    this.dirty = true;
    this.ask();
  }

  lift() {
    if (!this.down) return;
    this.down = false;
    this.measure();
    this.model.end();
    this.say();
  }

  measure() {
    this.model.measure(this.value.threshold);
    Object.assign(this, { dirty: false, measured: performance.now() });
  }

  say(text = `PQ ${percent(this.model.found.pq ?? 0)}, mean IoU ${percent(this.model.miou ?? 0)}`) {
    this.told = text;
    this.ask();
  }

  key(event) {
    const by = arrow(event, 5);
    const size = { "+": 1, "=": 1, "-": -1, "]": 1, "[": -1 }[event.key];
    if ((event.ctrlKey || event.metaKey) && event.key === "z") this.undo();
    else if (by) this.go(by);
    else if (size) this.resize(this.radius + size);
    else if (event.key === " ") this.space();
    else return;
    event.preventDefault();
  }

  get middle() {
    const [height, width] = this.value.size;
    return [Math.floor(width / 2) + 0.5, Math.floor(height / 2) + 0.5];
  }

  go(by) {
    const [height, width] = this.value.size;
    const from = this.cursor ?? this.middle;
    this.cursor = [clamp(from[0] + by[0], 0.5, width - 0.5), clamp(from[1] + by[1], 0.5, height - 0.5)];
    if (this.down) {
      this.model.paint(from, this.cursor, this.radius, this.number);
      this.measure();
    }
    this.told = this.pointed();
    this.ask();
  }

  space() {
    this.cursor ??= this.middle;
    if (this.down) this.lift();
    else this.begin();
  }

  undo() {
    this.model.undo();
    this.measure();
    this.say();
  }

  reset() {
    this.model.reset();
    this.measure();
    this.say();
  }

  resize(radius) {
    this.radius = clamp(radius, ...RADII);
    this.ask();
  }

  // ---- drawing -------------------------------------------------------------------------------------
  draw() {
    const { value, model } = this;
    if (!value) return;
    if (this.dirty && performance.now() - (this.measured ?? 0) > REST) this.measure();
    repaint(this.canvas, value.size, colorOf(model, this.look, value, this.settings.colors));
    this.lines.said = borders(model.said, value.size);
    render(this.markup(), this.root);
    const frame = this.root.querySelector(".pan-frame");
    if (this.canvas.parentElement !== frame) frame.prepend(this.canvas);
    if (this.dirty && this.down) setTimeout(() => this.ask(), REST);
    this.root.toggleAttribute("data-twice", doubles(model.found.pairs, value.threshold).p.length > 0);
  }

  buttons(all, now, use, label) {
    return html`<span class="pan-tools" role="group" aria-label=${label}>${Object.entries(all).map(
      ([key, text]) =>
        html`<button type="button" aria-pressed=${key === now} @click=${() => use(key)}>${text}</button>`,
    )}</span>`;
  }

  bar() {
    const { value, radius, tool, model } = this;
    const set = (tool_) => (Object.assign(this, { tool: tool_, told: "" }), this.ask());
    const choose = (event) => ((this.kind = event.target.value), set("new"));
    const kinds = html`<select aria-label="Class of a new segment" @change=${choose}>
      ${value.classes.map(({ label }) => html`<option ?selected=${label === this.kind}>${label}</option>`)}</select>`;
    return html`<div class="pan-bar" role="toolbar" aria-label="Tools">
      ${this.buttons(TOOLS, tool, set, "What the pointer does")}${tool === "new" ? kinds : nothing}
      <label class="pan-size">${radius ? `${2 * radius} px` : "1 px"}<input type="range" min=${RADII[0]} max=${RADII[1]}
        .value=${String(radius)} aria-label="Radius of the brush, pixels; 0 is one pixel"
        @input=${(event) => this.resize(Number(event.target.value))}></label>
      <button type="button" ?disabled=${!model.steps.length} @click=${() => this.undo()}>Undo</button>
      <button type="button" @click=${() => this.reset()}>Reset</button></div>`;
  }

  edges() {
    if (this.look !== "fates") return nothing;
    return svg`<path class="pan-edge" d=${this.lines.truth}/><path class="pan-edge pan-dashed" d=${this.lines.said}/>`;
  }

  pointer() {
    if (!this.cursor) return nothing;
    const [x, y] = this.cursor;
    if (!this.radius) return svg`<rect class="pan-cell" x=${Math.floor(x)} y=${Math.floor(y)} width="1" height="1"/>`;
    return svg`<circle class="ww-halo" cx=${x} cy=${y} r=${this.radius}/>
      <circle class="pan-brush" cx=${x} cy=${y} r=${this.radius}/>`;
  }

  // What stands under the pointer, and how far its match is from flipping.
  pointed() {
    if (!this.cursor) return "Point at a segment: its match is read out here.";
    const { model, value } = this;
    const [p, t] = [model.said[this.at(this.cursor)], model.truth[this.at(this.cursor)]];
    const who = (list, n) => (n ? list[n - 1].title : "void");
    const pair = model.found.pairs.find((one) => one.p === p);
    const names = `${who(model.segments, p)} over ${who(value.true, t)}`;
    if (model.found.excused.includes(p)) return `${names}: more than half lies in void or a crowd. No mistake.`;
    if (!p || !pair) return `${names}${p ? ": it shares no pixel with a true one of its class" : ""}.`;
    const flips = toFlip(pair, value.threshold);
    const how =
      pair.iou > value.threshold
        ? `a match; ${things(flips, "pixel")} fewer would end it`
        : `no match; ${things(flips, "right pixel")} more would make it one`;
    return `${who(model.segments, p)}: IoU with ${who(value.true, pair.t)} ${number(pair.iou, 3)}, ${how}.`;
  }

  legend() {
    const { match, fp, fn, void: dark } = this.settings.colors;
    const fates = [
      [match, "match"],
      [fp, "false positive"],
      [fn, "false negative (striped)"],
      [dark, "void or excused"],
    ];
    const lines = html`<li><span>${terms("dark line: truth, white dots: prediction")}</span></li>`;
    const list = this.look === "truth" ? this.value.true : this.model.segments;
    const names = [...new Map(list.map(({ label, color }) => [label, color]))].map(([label, color]) => [color, label]);
    const shown = this.look === "fates" ? fates : [...names, [dark, "void"]];
    return html`<ul class="ww-legend">${shown.map(
      ([color, text]) => html`<li><i style="background:${color}"></i><span>${terms(text)}</span></li>`,
    )}${this.look === "fates" ? lines : nothing}</ul>`;
  }

  markup() {
    const { value, model, look } = this;
    const [height, width] = value.size;
    const show = (key) => ((this.look = key), this.ask());
    const picture = value.picture
      ? html`<img src=${value.picture} alt=${value.title} draggable="false">`
      : html`<span class="pan-sheet" role="img" aria-label=${value.title}></span>`;
    return html`${value.message ? html`<p class="ww-message">${terms(value.message)}</p>` : nothing}
    <div class="pan-quality"><div class="pan-side" style="--ratio:${width / height}">${this.bar()}
      <div class="ww-frame pan-frame ${value.picture ? "" : "pan-plain"}"
        role="application" tabindex="0" aria-label="${value.title}, to paint on. ${HINTS[this.tool]}"
        @pointerdown=${(e) => this.press(e)}
        @pointermove=${(e) => this.move(e)} @pointerup=${() => this.lift()} @pointercancel=${() => this.lift()}
        @pointerleave=${() => this.down || ((this.cursor = null), this.ask())} @keydown=${(e) => this.key(e)}>${picture}
        <svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">${this.edges()}
          ${this.pointer()}</svg></div>
      <div class="pan-foot">${this.buttons(LOOKS, look, show, "What is shown")}${this.legend()}</div>
      <p class="ww-hint">${HINTS[this.tool]}</p><output class="ww-sr" aria-live="polite">${this.told}</output></div>
    <div class="pan-numbers">${score(this)}<p class="pan-told">${this.pointed()}</p>${classes(this)}</div></div>
    ${tasks(model)}`;
  }
}

export const panQuality = (context) => new Quality(context);
