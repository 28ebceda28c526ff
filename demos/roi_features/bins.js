// One bin multiplied out: below the columns, and beside the pointer while it is over a bin.
import { html, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { number } from "../draw/number.js";

const LISTED = 16; // values that are written out
const listed = (values, join) =>
  values
    .slice(0, LISTED)
    .map((v) => number(v))
    .join(join) + (values.length > LISTED ? `${join}…` : "");

const lines = (board, { plans }) => {
  const { row, column, operator } = board.selected;
  const plan = plans[operator];
  const bin = plan.bin(row, column);
  const [parts, what] = plan.kind === "roi_pool" ? [bin.cells, "cells"] : [bin.points, "points"];
  const values = parts.map((one) => one.value);
  const sum = plan.reduce === "max" ? `max{${listed(values, ", ")}}` : `(${listed(values, " + ")}) / ${values.length}`;
  const found = `${values.length ? sum : "no cell of the map"} = ${number(bin.value)}   (${values.length} ${what})`;
  const text = [`${board.props.names[operator]}, bin ${row + 1}, ${column + 1}: ${found}`];
  const [point] = bin.points;
  if (!point) return text;
  const terms = point.neighbours.map((cell) => `${cell.weight.toFixed(3)}·${number(cell.value)}`).join(" + ");
  const where = `x ${point.x.toFixed(2)}, y ${point.y.toFixed(2)}`;
  return [...text, `its first point, ${where}: ${terms} = ${number(point.value)}`];
};
const paragraphs = (board, state) => lines(board, state).map((text) => html`<p>${text}</p>`);

export const arithmetic = (board) => {
  const inner = make("div", { class: "roi-lines", "aria-live": "polite" });
  const root = make("section", { class: "roi-part roi-arithmetic" }, inner);
  return { root, draw: (state) => render(paragraphs(board, state), inner) };
};

export const tip = (board) => {
  const root = make("div", { class: "roi-tip", "aria-hidden": "true" });
  const draw = (state) => {
    root.hidden = !board.tip;
    if (!board.tip) return;
    render(paragraphs(board, state), root);
    const [x, y] = board.tip;
    const { offsetWidth, offsetHeight } = root;
    root.style.left = `${Math.max(8, Math.min(x + 14, window.innerWidth - offsetWidth - 12))}px`;
    root.style.top = `${y + 18 + offsetHeight > window.innerHeight ? y - offsetHeight - 12 : y + 18}px`;
  };
  return { root, draw, always: true };
};
