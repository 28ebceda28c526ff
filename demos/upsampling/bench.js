// What the boards of the lesson share: the 4 × 4 map, the layer, what is pointed at; and all outputs, computed once.
import { applied, KINDS, plan, source } from "./sums.js";

export const SIDE = 4;
export const SIZE = [SIDE, SIDE];
const FIRST = { kind: "bilinear", index: 28 }; // row 4, column 5: four inputs, none of them alone

class Bench {
  constructor() {
    Object.assign(this, { parts: [], cells: null, layer: null, plans: {}, outputs: {}, hover: null, pinned: FIRST });
    this.usual = FIRST;
  }

  // A board that draws whenever something changes; it asks for its own frame.
  add(part) {
    this.parts.push(part);
  }

  // New values from Python. A finger may have gone on meanwhile: then the numbers under it stay.
  take({ cells, kernel, size, stride, padding, output_padding: outputPadding }) {
    if (this.wanted === cells.join(",")) this.wanted = "";
    if (!this.held && !this.wanted) this.cells = [...cells];
    if (!this.molded) this.layer = { kernel: [...kernel], size, stride, padding, outputPadding };
    else Object.assign(this.layer, { stride, padding, outputPadding });
    this.plans = {};
    this.changed();
  }

  // A finger is on an input, or on none.
  hold(index) {
    this.held = index !== null;
    if (this.held) this.pin({ kind: "", index });
    else this.tell();
  }

  set(index, value) {
    this.cells[index] = value;
    this.changed();
  }

  weigh(index, value) {
    this.layer.kernel[index] = value;
    this.plans = {};
    this.changed();
  }

  // Only max unpooling asks the numbers where they go; the others' plans stay while a cell moves.
  changed() {
    for (const kind of Object.keys(KINDS)) {
      if (kind === "max_unpool" || !this.plans[kind]) this.plans[kind] = plan(kind, SIZE, this.cells, this.layer);
      this.outputs[kind] = applied(this.plans[kind], this.cells);
    }
    this.tell();
  }

  // What is pointed at, {kind, index}; a kind of "" is the input. Null: what was chosen last.
  point(place) {
    if (JSON.stringify(place) === JSON.stringify(this.hover)) return;
    this.hover = place;
    this.tell();
  }

  pin(place) {
    this.pinned = place;
    this.hover = null;
    this.tell();
  }

  // Where a bilinear output reads the input: [x, y] in index coordinates.
  readAt(kind, index) {
    const { columns } = this.plans[kind];
    const read = (o) => source(o, SIDE, kind === "bilinear_corners");
    return [read(index % columns), read(Math.floor(index / columns))];
  }

  // A place that the layer of today has.
  get shown() {
    const place = this.hover ?? this.pinned;
    const many = place.kind ? this.plans[place.kind].terms.length : SIDE * SIDE;
    return place.index < many ? place : { ...place, index: 0 };
  }

  // The operator that is looked at: that of the place, else the last one that was.
  get operator() {
    return this.shown.kind || this.last || FIRST.kind;
  }

  tell() {
    this.last = this.operator;
    for (const part of this.parts) part.ask();
  }
}

export const bench = new Bench();
