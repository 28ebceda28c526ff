// The large number, the lecture's formula with the learner's own areas in it, and all metrics as bars.
import { bars } from "../draw/bars.js";
import { html, nothing, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { clamp, count, number as shown } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { tableOf } from "../draw/cells.js";
import { model } from "./model.js";
import { VOID, boxOf } from "./sums.js";

const ROOM = 4; // pixels around the areas
const EXACT = 5e-7; // torchmetrics computes in float32
const two = (value) => (value === null || value === undefined ? "–" : shown(value, 2));

// The large number: at first what Python says, then what the browser does.
export class Reading {
  constructor({ root }) {
    this.root = root;
    root.classList.add("ww-reading");
    model.follow(() => this.draw());
  }

  take(value) {
    this.value = value;
    this.draw();
  }

  draw() {
    if (!this.value || !model.class) return;
    const { iou, both, union } = model.class;
    const what = union
      ? `IoU of ${model.name}: ${count(both)} shared of ${count(union)} pixels`
      : `${model.name} is neither there nor predicted: 0 / 0`;
    render(
      html`<p class="ww-number"><strong>${two(iou)}</strong><span>${this.value.unit}</span></p>
        <p class="ww-meaning">${terms(what)}</p>`,
      this.root,
    );
  }
}

export class Scores {
  constructor({ root, settings }) {
    const parts = { both: "both", truth: "truth", prediction: "prediction" };
    this.root = root;
    this.canvases = Object.fromEntries(
      Object.keys(parts).map((part) => [part, make("canvas", { class: "met-shape" })]),
    );
    this.canvases.again = make("canvas", { class: "met-shape" });
    const { truth, both, prediction } = settings.colors;
    const colors = tableOf([truth, both, prediction, both]);
    this.colors = { truth: colors[0], both: colors[1], prediction: colors[2], again: colors[3] };
    model.follow(() => this.draw());
  }

  take(value) {
    this.value = value;
    this.draw();
  }

  // The window around both areas; while something is dragged it only grows.
  window() {
    const { truth, prediction, label, size } = model;
    const either = truth.map((one, i) => (one === label || prediction[i] === label ? 1 : 0));
    const box = boxOf(either, size) ?? [0, 0, size[1], size[0]];
    const old = model.busy && this.seen ? this.seen : box;
    const grown = [0, 1, 2, 3].map((i) => (i < 2 ? Math.min : Math.max)(old[i], box[i]));
    this.seen = grown;
    const side = Math.max(grown[2] - grown[0], grown[3] - grown[1]) + 2 * ROOM;
    const [x, y] = [0, 1].map((i) => Math.round((grown[i] + grown[i + 2] - side) / 2));
    return [x, y, side];
  }

  shapes() {
    const { truth, prediction, label } = model;
    const right = (i) => truth[i] === label;
    const said = (i) => prediction[i] === label && truth[i] !== VOID;
    const holds = { truth: right, prediction: said, both: (i) => right(i) && said(i) };
    holds.again = holds.both;
    const place = this.window();
    for (const [part, canvas] of Object.entries(this.canvases))
      this.shape(canvas, place, holds[part], this.colors[part]);
  }

  shape(canvas, [x, y, side], holds, color) {
    const [height, width] = model.size;
    if (canvas.width !== side) Object.assign(canvas, { width: side, height: side });
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(side, side);
    const inside = (value, most) => clamp(value, 0, most);
    for (let row = inside(y, height); row < inside(y + side, height); row++)
      for (let column = inside(x, width); column < inside(x + side, width); column++)
        if (holds(row * width + column)) image.data.set([...color, 255], 4 * ((row - y) * side + column - x));
    pen.putImageData(image, 0, 0);
  }

  formula() {
    const { truth, said, both, union, iou } = model.class;
    const part = (canvas, name, many) =>
      html`<span class="met-part">${canvas}<b>${count(many)}</b><small>${name}</small></span>`;
    const { canvases } = this;
    return html`<div class="met-formula" role="img"
      aria-label="IoU: ${both} shared, divided by ${truth} plus ${said} minus ${both}, is ${two(iou)}">
      <span class="met-iou">IoU =</span><span class="met-fraction">
        <span>${part(canvases.both, "both", both)}</span>
        <span>${part(canvases.truth, "truth", truth)}<i>+</i>${part(canvases.prediction, "prediction", said)}<i>−</i>
          ${part(canvases.again, "both", both)}</span></span>
      <span class="met-iou">= <span class="met-ratio"><b>${count(both)}</b><b>${count(union)}</b></span>
        = ${two(iou)}</span></div>`;
  }

  metrics() {
    const { found, name } = model;
    const of = model.class;
    const row = (title, key, value, before) => ({
      name: title,
      share: value ?? 0,
      text: two(value),
      note: before === undefined ? "" : `A: ${two(before)}`,
      css: `met-of-${key}`,
    });
    const { kept } = model;
    const same = kept?.label === model.label ? kept.class : {}; // A's numbers of this class
    const mine = [
      row("IoU", "iou", of.iou, same.iou),
      row("Dice", "dice", of.dice, same.dice),
      row("boundary IoU", "boundary", of.boundary, same.boundary),
    ];
    const all = [
      row("pixel accuracy", "accuracy", found.accuracy, kept?.found.accuracy),
      row("mean accuracy", "mean", found.meanAccuracy, kept?.found.meanAccuracy),
      row("mean IoU", "miou", found.miou, kept?.found.miou),
      row("by frequency", "weighted", found.weighted, kept?.found.weighted),
    ];
    const seen = new Set();
    return html`<div class="met-metrics"><div><h4>${name}</h4>${bars(mine, "", seen)}</div>
      <div><h4>all ${found.each.length} classes</h4>${bars(all, "", seen)}</div></div>`;
  }

  // Whether the browser's numbers at the start are Python's.
  check() {
    if (model.painted || model.busy || !this.value) return nothing;
    const { iou, miou, pixel_accuracy, boundary_iou } = this.value;
    const pairs = [
      [iou, model.class.iou],
      [miou, model.found.miou],
      [pixel_accuracy, model.found.accuracy],
      [boundary_iou, model.class.boundary],
    ];
    const same = pairs.every(([one, other]) => one === other || Math.abs(one - other) < EXACT);
    return same ? html`<small class="met-same">✓ as torchmetrics computes it in Python</small>` : nothing;
  }

  keep() {
    const { counts, inVoid, each } = model.found;
    const of = model.class;
    model.kept = { class: { ...of }, found: { ...model.found, counts, inVoid, each }, label: model.label };
    model.lost = false;
    model.ask();
  }

  forget() {
    model.kept = null;
    model.ask();
  }

  ranks() {
    const { kept, lost } = model;
    if (lost) return html`<small>A was of another picture, or of other classes: it is gone.</small>`;
    if (!kept) return nothing;
    if (kept.label !== model.label) return html`<small>A was kept of ${model.value.names[kept.label]}.</small>`;
    const [now, before] = [model.class, kept.class];
    const than = (one, other) => (one > other ? "higher" : one < other ? "lower" : "equal");
    const [iou, dice] = [than(now.iou, before.iou), than(now.dice, before.dice)];
    return html`<small>Against A: IoU ${iou}, Dice ${dice}. ${iou === dice ? "They agree, as always." : ""}</small>`;
  }

  draw() {
    if (!this.value || !model.class) return;
    this.shapes();
    const button = (text, act) => html`<button type="button" @click=${act}>${text}</button>`;
    render(
      html`<div class="met-both">${this.formula()}${this.metrics()}</div>
        <div class="met-keep">${button("Keep as A", () => this.keep())}
        ${model.kept ? button("Forget A", () => this.forget()) : nothing}${this.ranks()}${this.check()}</div>`,
      this.root,
    );
  }
}
