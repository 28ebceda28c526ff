// The prediction that is painted on: which segment each pixel has, what a stroke does to it, and what comes of it.
import { stroke } from "../draw/strokes.js";
import { along, doubles, meanIou, panopticQuality } from "./sums.js";

const STEPS = 40; // that can be undone
const MOST = 250; // segments of a map

export class Canvas {
  constructor(value, { truth, said }) {
    Object.assign(this, { value, truth, first: said, said: said.slice(), steps: [], tasks: {}, fresh: [] });
    this.names = value.predicted.map(({ label }) => label);
    this.real = value.true.map(({ label }) => label);
    this.measure(value.threshold);
    this.start = { pq: this.found.pq, miou: this.miou };
  }

  // Everyone who may own a pixel: the network's segments, and those that were added.
  get segments() {
    return [...this.value.predicted, ...this.fresh];
  }

  get labels() {
    return [...this.names, ...this.fresh.map(({ label }) => label)];
  }

  measure(threshold) {
    this.threshold = threshold;
    this.found = panopticQuality(this.said, this.truth, this.labels, this.real, this.value.crowds, threshold);
    this.miou = meanIou(this.said, this.truth, this.labels, this.real);
    this.check();
  }

  // A new thing of a class, or the class's segment of stuff: its number.
  add(entry, thing) {
    const there = thing ? -1 : this.labels.indexOf(entry.label);
    if (there >= 0) return there + 1;
    this.trim();
    if (this.labels.length >= MOST) return null;
    const many = this.labels.filter((label) => label === entry.label).length;
    this.fresh.push({ ...entry, title: thing ? `new ${entry.label} ${many + 1}` : entry.label });
    return this.labels.length;
  }

  // Segments that were added last, and that no pixel has now or would have again by "Undo", are forgotten.
  trim() {
    const has = (number) => [this.said, ...this.steps].some((one) => one.includes(number));
    while (this.fresh.length && !has(this.labels.length)) this.fresh.pop();
  }

  // Before each stroke: it can be undone.
  begin() {
    this.steps = [...this.steps, this.said.slice()].slice(-STEPS);
    this.before = { said: this.said.slice(), matches: this.found.matches.length };
  }

  // There is no room for the stroke's segment: nothing has begun.
  refuse() {
    this.steps.pop();
    this.before = null;
    return `A map here has at most ${MOST} segments. Undo, or reset, to paint new ones.`;
  }

  paint(from, to, radius, number) {
    if (radius > 0) return stroke(this.said, this.value.size, from, to, radius, () => number);
    const [height, width] = this.value.size;
    for (const [x, y] of along(from, to))
      if (x >= 0 && y >= 0 && x < width && y < height) this.said[y * width + x] = number;
  }

  end() {
    if (!this.before) return;
    const { said, matches } = this.before;
    this.before = null;
    const changed = this.said.reduce((all, one, i) => all + (one === said[i] ? 0 : 1), 0);
    if (!changed) this.steps.pop();
    const now = this.found.matches.length;
    if (changed === 1 && now !== matches) this.reach("pixel", `one pixel, ${matches} matches before and ${now} after`);
  }

  undo() {
    const last = this.steps.pop();
    if (last) this.said = last;
  }

  reset() {
    this.begin();
    this.said = this.first.slice();
    this.before = null;
  }

  reach(key, told) {
    this.tasks[key] ??= told;
  }

  // What the map as it is reaches.
  check() {
    const { found, miou, start, threshold } = this;
    if (!start) return;
    const per = (value) => (100 * value).toFixed(2);
    if (found.pq > start.pq + 5e-5 && miou < start.miou - 5e-5)
      this.reach("pq", `PQ ${per(start.pq)} → ${per(found.pq)} %, mean IoU ${per(start.miou)} → ${per(miou)} %`);
    const twice = doubles(found.pairs, threshold);
    const many = twice.p.length + twice.t.length;
    if (many && threshold < 0.5) this.twice = threshold;
    else if (!many && this.twice !== undefined && threshold >= 0.5)
      this.reach("unique", `two partners above ${this.twice.toFixed(2)}, at most one above ${threshold.toFixed(2)}`);
  }
}
