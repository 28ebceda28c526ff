// Seven outputs as cards, each a grid that follows the input and tells where its numbers are from.
import { bench, SIZE } from "./bench.js";
import { drawGrid, indexAt, short } from "./grid.js";
import { make } from "../draw/nodes.js";
import { render } from "../draw/markup.js";
import { clamp } from "../draw/number.js";
import { arrow } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { places } from "./sums.js";

// Weights by which the pointed input counts in an operator's outputs.
const reached = (kind, index) => {
  const found = new Map();
  bench.plans[kind].terms.forEach((cell, output) => {
    for (const [at, weight] of cell) if (at === index) found.set(output, weight);
  });
  return found;
};

// A card: {root, draw}. `name` is its title, `how` a short line below.
export const cardOf = (kind, name, how, look, chosen) => {
  const canvas = make("canvas", { class: "up-grid", role: "application", tabindex: "0" });
  const said = make("p", { class: "up-how" });
  const title = make("h3", {});
  render(terms(name), title);
  const root = make("section", { class: "up-card", "data-shows": name, "data-kind": kind }, title, said, canvas);
  const columns = () => bench.plans[kind].columns;
  const rows = () => bench.plans[kind].rows;

  const place = (event) => ({ kind, index: indexAt(event, columns(), rows()) });
  canvas.addEventListener("pointermove", (event) => bench.point(place(event)));
  canvas.addEventListener("pointerleave", () => bench.point(null));
  canvas.addEventListener("click", (event) => chosen(place(event)));
  canvas.addEventListener("keydown", (event) => {
    const by = arrow(event, 1);
    if (!by) return;
    event.preventDefault();
    const now = bench.shown.kind === kind ? bench.shown.index : 0;
    const [row, column] = [Math.floor(now / columns()) + by[1], (now % columns()) + by[0]];
    chosen({ kind, index: clamp(row, 0, rows() - 1) * columns() + clamp(column, 0, columns() - 1) });
  });

  const draw = () => {
    const at = bench.shown;
    const here = at.kind === kind ? at.index : null;
    const marks = at.kind ? undefined : reached(kind, at.index);
    drawGrid(canvas, { data: bench.outputs[kind], columns: columns(), look: look(), marks, here });
    root.classList.toggle("up-chosen", bench.operator === kind);
    const text = how(kind);
    if (text !== said.text) render(terms((said.text = text)), said);
    const label = `${name}: ${rows()} by ${columns()} numbers. Arrow keys choose one; its sum is told below.`;
    if (label !== canvas.ariaLabel) canvas.setAttribute("aria-label", label);
  };
  return { root, draw };
};

// What a card says of itself, with the numbers of now.
const kept = () => places(bench.cells, SIZE).map((at) => short(bench.cells[at]));
// How the stamped kernels lie.
const overlap = ({ size, stride }) =>
  size > stride ? "kernels overlap" : size === stride ? "kernels side by side" : "gaps between kernels";
const sideOf = (kind) => `${bench.plans[kind].rows} × ${bench.plans[kind].columns}`;
export const HOW = {
  nearest: () => "a copy in each of four cells",
  bed_of_nails: () => "one cell of four, the others 0",
  max_unpool: () => `keeps ${kept().join(", ")}, in place`,
  bilinear: () => "four nearest, by distance",
  bilinear_corners: () => "read from corner to corner",
  transposed: (kind) => `${sideOf(kind)}, ${overlap(bench.layer)}`,
  resize: () => `nearest, then the kernel ÷ ${bench.layer.stride ** 2}`,
};
