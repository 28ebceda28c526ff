// Lesson mask_head: the gradient of the mask loss with respect to every class's logits. A click, a touch or the arrow
// keys pin a cell, which is then multiplied out under "Numbers behind it"; the pointer alone only reads.
import { Cells, outline, tableOf } from "../draw/cells.js";
import { make } from "../draw/nodes.js";
import { clamp, minus, signed } from "../draw/number.js";
import { unpack } from "../draw/packed.js";
import { arrow } from "../draw/pointer.js";
import { point } from "./flow.js";
import { at, one, slice } from "./sums.js";

const LOSSES = {
  sigmoid: [
    "binary",
    "reads the mask of the true class alone. Every other class gets a gradient of exactly 0, at every cell.",
  ],
  softmax: [
    "multinomial",
    "reads all masks. Every class is pushed at every cell, by its probability p where it is wrong.",
  ],
};
const ROOM = 1.5; // the colours' two ends are both dark: without them, blue and red stay apart
const exact = (value) => (value === 0 ? "exactly 0" : minus(value.toExponential(2)));

const times = (value) => (Math.abs(value) < 5e-4 ? (value > 0 ? "+" : "") + exact(value) : signed(value, 3));

class GradientMap {
  constructor(board, title, css = "") {
    this.grid = new Cells(["mask-contour mask-true"]);
    this.title = make("span", { class: "mask-name", text: title });
    this.lines = [make("b"), make("span")];
    this.root = make("div", { class: `mask-map ${css}` }, this.title, this.grid.root, ...this.lines);
    this.grid.root.addEventListener("pointermove", (event) => point(this.grid.cell(event)));
    this.grid.root.addEventListener("pointerleave", () => point(null));
    this.grid.root.addEventListener("click", (event) => board.pin(this.grid.cell(event)));
  }

  say(...texts) {
    this.lines.forEach((line, i) => (line.textContent = texts[i] ?? ""));
  }
}

class Board {
  constructor(root, props, selection, select) {
    Object.assign(this, {
      root,
      props,
      selection,
      select,
      maps: [],
      token: 0,
      lut: tableOf(props.lut),
      gray: tableOf(props.gray),
    });
    this.title = make("h3");
    this.about = make("p", { class: "mask-note" });
    this.target = new GradientMap(this, "target", "mask-goal");
    this.row = make("div", { class: "mask-maps", tabindex: 0, role: "application" });
    this.read = make("p", {
      class: "mask-note",
      text: "Red: a step against the gradient lowers the logit; blue: it raises it. Point at a cell; a click pins it.",
    });
    root.replaceChildren(this.title, this.about, this.row, this.read);
    this.row.addEventListener("keydown", (event) => this.key(event));
    this.row.addEventListener("blur", () => this.settle());
    document.addEventListener("whatwhere:cell", ({ detail }) => {
      this.hover = detail;
      this.ask();
    });
  }

  get pinned() {
    const cell = this.selection().split(",").map(Number);
    return this.moving || (cell.length === 2 && cell.every(Number.isInteger) ? cell : [14, 14]);
  }

  async take(value) {
    const token = ++this.token;
    for (const part of [this.row, this.read]) part.hidden = Boolean(value.none);
    if (value.none) {
      Object.assign(this, { value: null, moving: null });
      this.title.textContent = "What the loss asks of each mask: nothing";
      this.about.textContent = value.none;
      return;
    }
    const [values, target] = await Promise.all([unpack(value.values), unpack(value.target)]);
    if (token !== this.token) return;
    Object.assign(this, { value, values, goal: target, moving: null });
    this.most = values.data.reduce((most, one) => Math.max(most, Math.abs(one)), 0) || 1;
    if (this.maps.length !== value.classes.length) {
      this.maps = value.classes.map(() => new GradientMap(this, ""));
      this.row.replaceChildren(this.target.root, ...this.maps.map((map) => map.root));
    }
    this.write();
    this.paint();
    this.ask();
  }

  write() {
    const { rule, loss, rest, label, truth, classes } = this.value,
      [kind, says] = LOSSES[rule],
      name = classes[label].name;
    this.title.textContent = "What the loss asks of each mask";
    const others = rest[0] ? ` Of the ${rest[0]} classes not shown the largest norm is ${exact(rest[1])}.` : "";
    const where = truth
      ? `The target is the true ${name} in the box.`
      : `Nobody marked a photograph's truth: the target is the network's own ${name}, as if it were true.`;
    this.about.textContent = `The ${kind} loss, ${loss.toFixed(3)} here, ${says} ${where}${others}`;
    this.target.title.textContent = `target: ${name}`;
    this.maps.forEach((map, k) => {
      map.title.textContent = classes[k].name;
      map.root.classList.toggle("mask-zero", this.value.norms[k] === 0);
      map.root.title = `Norm of the gradient over all cells: ${exact(this.value.norms[k])}`;
    });
  }

  paint() {
    const size = this.values.shape.slice(1);
    this.target.grid.paint(this.goal.data, size, this.gray, 0, 1);
    const path = outline(this.goal.data, ...size, 0.5);
    this.maps.forEach((map, k) => {
      map.grid.paint(slice(this.values, k), size, this.lut, -ROOM * this.most, ROOM * this.most);
      map.grid.outline(0, path);
    });
  }

  pin(cell) {
    this.moving = null;
    this.select(cell.join(","));
  }

  key(event) {
    const step = arrow(event, 1);
    if (!step || !this.value) return;
    event.preventDefault();
    this.moving = this.pinned.map((at, i) => clamp(at + step[i], 0, this.values.shape[2 - i] - 1));
    point(this.moving);
    clearTimeout(this.later);
    this.later = setTimeout(() => this.settle(), 350);
  }

  settle() {
    clearTimeout(this.later);
    if (!this.moving) return;
    const cell = this.moving;
    point(null);
    this.pin(cell);
  }

  ask() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  draw() {
    if (!this.value) return;
    const cell = this.hover || this.pinned,
      cells = this.values.shape[1] * this.values.shape[2];
    this.row.setAttribute("aria-label", `Gradients at cell ${cell.join(", ")}. Arrow keys move the cell.`);
    at(this.values, cell).forEach((value, k) => {
      this.maps[k].grid.point(cell);
      const here = value === 0 ? "0 here" : `${times(value * cells)}/${cells} here`;
      this.maps[k].say(`norm ${exact(this.value.norms[k])}`, here);
    });
    this.target.grid.point(cell);
    this.target.say(`${one(this.goal, cell).toFixed(2)} here`);
  }
}

export const maskGradients = ({ root, settings, selection, choose }) => {
  const board = (root.maskGradients = new Board(root, settings, selection, choose)); // for the tests
  root.style.setProperty("--mask-true", settings.truth);
  return { take: (value) => board.take(value), chosen: () => board.ask() };
};
