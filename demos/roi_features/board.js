// The board of roi_features: it follows the stage's box without the server, computes the four crops (sums.js), and asks
// its parts to draw, once a frame.
import { paint, placeOf, tableOf } from "../draw/cells.js";
import { Live } from "../draw/live.js";
import { make } from "../draw/nodes.js";
import { clamp } from "../draw/number.js";
import { numbers } from "../draw/packed.js";
import { stageOf } from "../draw/stage.js";
import { arithmetic } from "./bins.js";
import { crops } from "./crops.js";
import { product } from "./product.js";
import { strides } from "./strides.js";
import { OPERATORS, crop, pooledBox } from "./sums.js";
import { sweep } from "./sweep.js";

const written = ({ row, column, operator }) => [row, column, operator].map((place) => place + 1).join(",");

class Board extends Live {
  constructor({ root, settings, lesson, behind, remember, remembered }) {
    super();
    Object.assign(this, { root, props: settings, lesson, behind, remember, remembered });
    this.selected = { row: 0, column: 0, operator: 0 };
    this.parts = [crops, arithmetic, sweep, product, strides].map((part) => part(this));
    root.replaceChildren(...this.parts.map((part) => part.root));
    root.roiBoard = this; // for the tests
    document.addEventListener("whatwhere:box", (event) => this.follow(event.detail));
    new ResizeObserver(() => this.ask()).observe(root);
  }

  get stage() {
    return stageOf(`${this.lesson}-stage`);
  }

  get dragged() {
    return this.sliding || this.stage?.editor?.drag;
  }

  // Whether what Python said is about the box as it is now.
  get fresh() {
    return !this.dragged && this.box.every((side, i) => Math.abs(side - this.value.box[i]) < 0.05);
  }

  // New values from Python. The learner may have dragged on meanwhile: then the box stays the learner's.
  async take(value) {
    const image = this.image?.src === value.picture ? this.image : Object.assign(new Image(), { src: value.picture });
    const [arrays] = await Promise.all([this.unpacked(value, ["map"]), image.complete || image.decode()]);
    if (value !== this.newest) return;
    const { data, shape } = arrays.map;
    const range = [Math.min, Math.max].map((most) => data.reduce((one, other) => most(one, other)));
    const painted = paint(make("canvas"), data, shape, tableOf(this.props.lut), ...range).toDataURL();
    if (this.value?.bins !== value.bins) this.selected = (!this.value && this.kept(value)) || this.usual(value);
    Object.assign(this, { value, image, range, map: { data, height: shape[0], width: shape[1], image: painted } });
    if (!this.box || !(this.dragged || this.behind()))
      Object.assign(this, { box: [...value.box], centre: value.box[0] });
    this.now();
  }

  follow({ lesson, box }) {
    if (lesson !== this.lesson || !this.value) return;
    this.box = [...box];
    this.ask();
  }

  // The middle bin of the operator that is looked at.
  usual({ bins }) {
    const middle = Math.floor((bins - 1) / 2);
    return { row: middle, column: middle, operator: this.selected.operator };
  }

  // The bin in the address, "row,column,operator" counted from 1, or null where there is none such.
  kept({ bins }) {
    const places = numbers(this.remembered("bin")).map((place) => place - 1);
    const most = [bins, bins, OPERATORS.length];
    const [row, column, operator] = places;
    const there = most.every((count, i) => Number.isInteger(places[i]) && places[i] === clamp(places[i], 0, count - 1));
    return there ? { row, column, operator } : null;
  }

  recall() {
    if (!this.value) return;
    this.selected = this.kept(this.value) ?? { ...this.usual(this.value), operator: 0 };
    this.ask();
  }

  select(row, column, operator = this.selected.operator) {
    const inside = (bin) => clamp(bin, 0, this.value.bins - 1);
    this.selected = { row: inside(row), column: inside(column), operator };
    const text = written(this.selected);
    this.remember("bin", text === written({ ...this.usual(this.value), operator: 0 }) ? "" : text);
    this.ask();
  }

  // The pointer is over a bin of an operator, or over none.
  point(event, bin, number) {
    this.tip = bin ? [event.clientX, event.clientY] : null;
    if (bin) this.select(...bin, number);
    this.ask();
  }

  settings(aligned, scale = 1 / this.value.stride) {
    const { bins, reduce } = this.value;
    const centre = this.centreOf(1 / scale);
    return { bins: [bins, bins], scale, aligned, centre, reduce: reduce === "usual" ? undefined : reduce };
  }

  // Where the cells of a stride lie in the picture: cell i's centre at i + this.
  centreOf(stride) {
    return this.value.centres[this.props.strides.indexOf(Math.round(stride))] ?? 0.5;
  }

  // Pixels of the picture as places on the map, where cell i is drawn from i to i + 1.
  onMap(box) {
    const { stride } = this.value;
    return box.map((side) => side / stride + 0.5 - this.centreOf(stride));
  }

  crop(number, box = this.box) {
    const [kind, aligned] = OPERATORS[number];
    return crop(kind, this.map, box, this.settings(aligned));
  }

  // What an operator pools of the box, in picture pixels; on a grid of another stride, too.
  region(number, stride = this.value.stride) {
    const [kind, aligned] = OPERATORS[number];
    const cells = [this.image.height, this.image.width].map((side) => Math.ceil(side / stride));
    return pooledBox(kind, this.box, this.settings(aligned, 1 / stride), cells);
  }

  color(value) {
    return this.props.lut[placeOf(value, ...this.range)];
  }

  // The part of the map that is drawn, in cells. It stays while a box moves inside it, so that the finger moves the box
  // and not the ground below.
  view() {
    const { stride } = this.value;
    const [x0, y0, x1, y1] = this.onMap(this.box);
    const extent = Math.max(x1 - x0, y1 - y0, 1);
    const room = Math.max(1.2, 0.12 * extent);
    const [old, near] = [this.window, 0.6 * room];
    const fits = (low, high, start) => low - near >= start && high + near <= start + old.size;
    const inside = old?.stride === stride && fits(x0, x1, old.x) && fits(y0, y1, old.y);
    if (inside && extent > old.size * 0.45) return old;
    const size = extent * 1.3 + 2 * room;
    const [x, y] = [(x0 + x1 - size) / 2 + 0.25, (y0 + y1 - size) / 2 + 0.25];
    return (this.window = { x, y, size, stride });
  }

  draw() {
    if (!this.value || this.root.offsetParent === null) return;
    const plans = OPERATORS.map((_, number) => this.crop(number));
    this.state = {
      plans,
      outputs: plans.map((plan) => plan.output()),
      regions: OPERATORS.map((_, number) => this.region(number)),
      window: this.view(),
    };
    this.root.classList.toggle("roi-stale", !this.fresh);
    for (const part of this.parts) if (!this.dragged || seen(part.root)) part.draw(this.state);
  }
}

// While a box moves, parts out of sight wait: the finger needs the time.
const seen = (root) => {
  const { top, bottom } = root.getBoundingClientRect();
  return bottom > -50 && top < window.innerHeight + 50;
};

export const roiBoard = (context) => new Board(context);
