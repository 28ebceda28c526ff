// The board of roi_features: it follows the stage's box without the server, computes the four crops (sums.js), and asks
// its parts to draw, once a frame.
import { colors } from "../draw/canvas.js";
import { paint, placeOf, tableOf } from "../draw/cells.js";
import { make } from "../draw/nodes.js";
import { clamp } from "../draw/number.js";
import { unpack } from "../draw/packed.js";
import { stageOf } from "../draw/stage.js";
import { arithmetic, tip } from "./bins.js";
import { crops } from "./crops.js";
import { product } from "./product.js";
import { strides } from "./strides.js";
import { crop, pooledBox } from "./sums.js";
import { sweep } from "./sweep.js";

export const OPERATORS = [
  ["roi_pool", false],
  ["roi_warp", false],
  ["roi_align", false],
  ["roi_align", true],
];
const OWN = ["box", "box-edge", "halo", "grid", "bin", "bin-fill", "chosen", "chosen-fill", "weight", "shade"];

class Board {
  constructor({ root, settings, lesson }) {
    Object.assign(this, {
      root,
      props: settings,
      lesson,
      table: tableOf(settings.lut),
      fresh: true,
      token: 0,
      frame: 0,
    });
    this.selected = { row: 0, column: 0, operator: 0 };
    this.parts = [crops, tip, arithmetic, sweep, product, strides].map((part) => part(this));
    root.replaceChildren(...this.parts.map((part) => part.root));
    root.roiBoard = this; // for the tests: {value, map, box, state, crop(number)}
    document.addEventListener("whatwhere:box", (event) => this.follow(event.detail));
    new ResizeObserver(() => this.ask()).observe(root);
    new MutationObserver(() => this.ask()).observe(document.body, { attributeFilter: ["class"] });
  }

  get stage() {
    return stageOf(`${this.lesson}-stage`);
  }

  get dragged() {
    return this.sliding || this.stage?.editor?.drag;
  }

  // New values from Python. The learner may have dragged on meanwhile: then the box stays the learner's.
  async take(value) {
    const token = ++this.token;
    const map = await unpack(value.map);
    if (token !== this.token) return;
    this.value = value;
    this.map = { data: map.data, height: map.shape[0], width: map.shape[1] };
    this.picture = paint(make("canvas"), map.data, map.shape, this.table, ...value.range);
    const dragged = this.dragged;
    if (!dragged || !this.box) this.box = [...value.box];
    this.fresh = !dragged;
    const middle = Math.floor((value.bins - 1) / 2);
    if (this.bins !== value.bins) Object.assign(this.selected, { row: middle, column: middle });
    this.bins = value.bins;
    if (!dragged) this.centre = [...this.box];
    for (const part of this.parts) part.take?.(value);
    this.ask();
  }

  follow({ lesson, box, final }) {
    if (lesson !== this.lesson || !this.value) return;
    this.box = [...box];
    this.fresh = final && box.every((side, i) => Math.abs(side - this.value.box[i]) < 0.05); // back where it was
    if (final && !this.sliding) this.centre = [...box];
    this.ask();
  }

  select(row, column, operator = this.selected.operator) {
    this.selected = { row, column, operator };
    this.ask();
  }

  settings(aligned, scale = 1 / this.value.stride) {
    const { bins, reduce } = this.value;
    return { bins: [bins, bins], scale, aligned, ratio: 2, reduce: reduce === "usual" ? undefined : reduce };
  }

  crop(number, box = this.box) {
    const [kind, aligned] = OPERATORS[number];
    return crop(kind, this.map, box, this.settings(aligned));
  }

  // What an operator pools of the box, in picture pixels; on a grid of another stride, too.
  region(number, stride = this.value.stride) {
    const [kind, aligned] = OPERATORS[number];
    const cells = this.value.size.map((side) => Math.ceil(side / stride));
    return pooledBox(kind, this.box, this.settings(aligned, 1 / stride), cells);
  }

  color(value) {
    return this.props.lut[placeOf(value, ...this.value.range)];
  }

  // The part of the map that is drawn, in cells. It stays while a box moves inside it, so that the finger moves the box
  // and not the ground below.
  view() {
    const [x0, y0, x1, y1] = this.box.map((side) => side / this.value.stride);
    const extent = Math.max(x1 - x0, y1 - y0, 1);
    const room = Math.max(1.2, 0.12 * extent);
    const [old, near] = [this.window, 0.6 * room];
    const fits = (low, high, start) => low - near >= start && high + near <= start + old.size;
    const inside = old && old.stride === this.value.stride && fits(x0, x1, old.x) && fits(y0, y1, old.y);
    if (inside && extent > old.size * 0.45) return old;
    const size = extent * 1.3 + 2 * room;
    const [x, y] = [(x0 + x1 - size) / 2 + 0.25, (y0 + y1 - size) / 2 + 0.25];
    return (this.window = { x, y, size, stride: this.value.stride });
  }

  ask() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  draw() {
    if (!this.value || this.root.offsetParent === null) return;
    const plans = OPERATORS.map((_, number) => this.crop(number));
    this.state = {
      plans,
      outputs: plans.map((plan) => plan.output()),
      regions: OPERATORS.map((_, number) => this.region(number)),
      window: this.view(),
      colors: { ...colors(this.root, "roi", OWN), ...colors(this.root, "ww", ["ink", "muted", "line"]) },
    };
    this.root.classList.toggle("roi-stale", !this.fresh);
    for (const part of this.parts) if (part.always || !this.dragged || seen(part.root)) part.draw(this.state);
  }
}

// While a box moves, parts out of sight wait: the finger needs the time.
const seen = (root) => {
  const { top, bottom } = root.getBoundingClientRect();
  return bottom > -50 && top < window.innerHeight + 50;
};

// A part of the board under its own heading.
export const section = (css, title, ...children) =>
  make("section", { class: `roi-part roi-${css}` }, make("h3", {}, ...[title].flat()), ...children);

// The bin below a pointer: rows and columns of edges, and where it is among them.
export const binAt = (edges, place, offset = 0) =>
  edges.slice(1).findIndex((edge, i) => place >= edges[i] + offset && place < edge + offset);

export const nearest = (part, whole, bins) => clamp(Math.floor((bins * part) / whole), 0, bins - 1);

export const roiBoard = (context) => new Board(context);
