// One bin multiplied out: below the columns, and beside the pointer while it is over a bin.
import { unzoomed } from "../draw/presenting.js";
import { html, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { clamp, number, things } from "../draw/number.js";

const LISTED = 16; // values that are written out
const listed = (values, join) => {
  const texts = values.slice(0, LISTED).map((value) => number(value));
  return [...texts, ...(values.length > LISTED ? ["…"] : [])].join(join);
};

const lines = (board, { plans }) => {
  const { row, column, operator } = board.selected;
  const { bin, kind, reduce } = plans[operator];
  const { points, value } = bin(row, column);
  const values = points.map((point) => point.value);
  const sum = reduce === "max" ? `max{${listed(values, ", ")}}` : `(${listed(values, " + ")}) / ${values.length}`;
  const what = things(values.length, kind === "roi_pool" ? "cell" : "point");
  const found = `${values.length ? sum : "no cell of the map"} = ${number(value)}   (${what})`;
  const text = `${board.props.names[operator]}, bin ${row + 1}, ${column + 1}: ${found}`;
  return kind === "roi_pool" ? [text] : [text, pointSum(points[0])];
};

const pointSum = ({ x, y, neighbours, value }) => {
  const terms = neighbours.map((cell) => `${cell.weight.toFixed(3)}·${number(cell.value)}`).join(" + ");
  return `its first point, x ${x.toFixed(2)}, y ${y.toFixed(2)}: ${terms} = ${number(value)}`;
};

// Beside the pointer at [x, y], inside the window.
const place = (tip, [x, y]) => {
  const { offsetWidth, offsetHeight } = tip;
  const [wide, high, left, top] = [window.innerWidth, window.innerHeight, x, y].map(unzoomed);
  tip.style.left = `${clamp(left + 14, 8, wide - offsetWidth - 12)}px`;
  tip.style.top = `${top + 18 + offsetHeight > high ? top - offsetHeight - 12 : top + 18}px`;
};

export const arithmetic = (board) => {
  const said = make("div", { class: "roi-lines", "aria-live": "polite" });
  const tip = make("div", { class: "roi-tip", "aria-hidden": "true" });
  const draw = (state) => {
    const text = lines(board, state).map((line) => html`<p>${line}</p>`);
    render(text, said);
    render(text, tip);
    tip.hidden = !board.tip;
    if (board.tip) place(tip, board.tip);
  };
  return { root: make("section", { class: "roi-arithmetic" }, said, tip), draw };
};
