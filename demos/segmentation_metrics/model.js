// What all boards of the lesson share: truth and prediction, what the learner has done to it, and its metrics, computed
// once a frame.
import { Live } from "../draw/live.js";
import { boundaries, boxOf, classes, confusion, mean, moved, whole } from "./sums.js";
import { region, stroke, without } from "../draw/strokes.js";

const STEPS = 40; // that can be undone
const AS_IT_IS = [0, 0, 1];

class Model extends Live {
  constructor() {
    super();
    Object.assign(this, { parts: [], steps: [], painted: false, busy: false, kept: null, lost: false });
  }

  // A part of the page that is drawn with each change.
  follow(draw) {
    this.parts.push(draw);
    if (this.found) draw();
  }

  // New maps from Python. What the learner did stays while they are of the same picture, labels and start.
  async take(value, ahead) {
    const arrays = await this.unpacked(value, ["truth", "base", "layer"]);
    if (!arrays) return;
    const same = this.value?.about === value.about;
    const [height, width] = arrays.truth.shape;
    const origin = { base: arrays.base.data, layer: arrays.layer?.data ?? null, move: [...value.move] };
    const kept = this.value?.against === value.against ? this.kept : null;
    if (this.kept && !kept) this.lost = true;
    if (!same) Object.assign(this, { steps: [], painted: false, kept });
    Object.assign(this, { value, size: [height, width], truth: arrays.truth.data, label: value.target, origin });
    if (!same || !(this.painted || this.busy || ahead())) this.begin();
    else this.now();
  }

  // The prediction as it began.
  begin() {
    this.painted = false;
    this.put(this.origin);
  }

  put({ base, layer, move }) {
    Object.assign(this, { base: base.slice(), layer, move: [...move], box: layer && boxOf(layer, this.size) });
    this.now();
  }

  get many() {
    return this.value.names.length;
  }

  get name() {
    return this.value.names[this.label];
  }

  // ---- what the learner does -----------------------------------------------------------------------------
  // Before each act: it can be undone.
  step() {
    const { base, layer, move, painted } = this;
    this.steps = [...this.steps, { base: base.slice(), layer, move: [...move], painted }].slice(-STEPS);
  }

  undo() {
    const last = this.steps.pop();
    if (!last) return;
    this.painted = last.painted;
    this.put(last);
  }

  // The moving mask becomes part of the map.
  bake() {
    this.base = this.prediction.slice();
    Object.assign(this, { layer: null, box: null, move: [...AS_IT_IS], painted: true });
  }

  // What the eraser leaves: the rest, or of nine classes what was there at first, without the one that is erased.
  get eraser() {
    if (this.many === 2) return () => 0;
    const { base } = this.origin;
    if (this.bare?.base !== base || this.bare.label !== this.label) {
      const mine = base.map((label) => (label === this.label ? 1 : 0));
      this.bare = { base, label: this.label, map: without(base, this.size, mine) };
    }
    const { map } = this.bare;
    return (at) => map[at];
  }

  brush(from, to, radius, erase) {
    if (this.layer) this.bake();
    this.painted = true;
    stroke(this.base, this.size, from, to, radius, erase ? this.eraser : () => this.label);
    this.ask();
  }

  // The connected region there becomes the class; one of the class is erased.
  fill(at) {
    this.bake();
    const mask = region(this.base, this.size, at);
    const paint = this.base[at] === this.label ? this.eraser : () => this.label;
    mask.forEach((one, i) => one && (this.base[i] = paint(i)));
    this.ask();
  }

  // Takes a connected region of the class off the map, to be moved; false where there is none.
  lift(at) {
    if (this.layer && (this.here[at] || this.prediction[at] !== this.label)) return true;
    if (this.prediction[at] !== this.label) return false;
    this.bake();
    const mask = region(this.base, this.size, at);
    this.base =
      this.many === 2 ? this.base.map((label, i) => (mask[i] ? 0 : label)) : without(this.base, this.size, mask);
    Object.assign(this, { layer: mask, box: boxOf(mask, this.size) });
    return true;
  }

  moveTo(move) {
    this.move = move;
    this.ask();
  }

  // ---- what follows --------------------------------------------------------------------------------------
  compose() {
    if (!this.layer) return this.base;
    this.here = moved(this.layer, this.size, this.box, this.move);
    return this.base.map((label, i) => (this.here[i] ? this.label : label));
  }

  measured() {
    const { counts, inVoid } = confusion(this.prediction, this.truth, this.many);
    const each = classes(counts, this.many);
    boundaries(this.prediction, this.truth, this.size, this.many).forEach((iou, k) => (each[k].boundary = iou));
    return { counts, inVoid, each, ...whole(each), boundary: mean(each.map(({ boundary }) => boundary)) };
  }

  draw() {
    if (!this.value) return;
    this.prediction = this.compose();
    this.found = this.measured();
    this.class = this.found.each[this.label];
    for (const part of this.parts) part();
  }
}

export const model = new Model();
