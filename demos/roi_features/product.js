// RoIAlign as a product of two small matrices, A_y · F · A_xᵀ: their rows beside the map, what one bin reads of it.
import { html, nothing, render, svg } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { tiny } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { frame, ground } from "./map.js";
import { crossed, entries, matrices, product as multiplied } from "./sums.js";

const ABOUT = "The matrix A y left of the map, A x above it, hat functions averaged over each bin";
const factor = (axis) => html`<i>A</i><sub>${axis}</sub>`;

export const product = (board) => {
  const root = make("section");
  const draw = (state) => {
    const both = matrices(board.map, board.box, board.settings(false));
    render(
      html`<h3><span>${terms("RoIAlign")} is ${factor("y")} · F · ${factor("x")}<sup>T</sup></span></h3>
      <div class="roi-product" role="img" aria-label=${ABOUT}>${picture(board, state.window, both)}</div>
      <p class="roi-small">${terms("A bin")} is a row of ${factor("x")} (above) and a row of ${factor("y")} (left): the
        ${terms("hat functions")} of its points, averaged. ${equal(board, state, both)}</p>`,
      root,
    );
  };
  return { root, draw };
};

const equal = (board, { outputs }, both) => {
  if (board.value.reduce === "max") return "It takes the mean of a bin's points; their maximum is no matrix product.";
  const off = multiplied(board.map, both).map((value, i) => Math.abs(value - outputs[2][i]));
  return `Multiplied out it differs from the sampled output by ${tiny(Math.max(...off))} at most.`;
};

// A matrix's rows of bars, one for each cell that the bin reads; the chosen bin's in colour.
const rowsOf = (matrix, mine, color) =>
  matrix.map((weights, b) => {
    const bars = entries(weights).map(([i, weight]) => `M${i + 0.05} ${b + 1}h.9v${-0.9 * weight}h-.9z`);
    return svg`<path class="roi-hat" style=${b === mine ? `fill:${color}` : nothing} d=${bars.join("")}/>
      <path class="roi-line" d="M0 ${b + 1}h${weights.length}"/>`;
  });

// Each matrix beside the axis that it reads: A_x above the map, and A_y, with x and y exchanged, left of it.
const picture = (board, window, { ay, ax }) => {
  const { row, column } = board.selected;
  const [{ bins }, color] = [board.value, board.props.colors[2]];
  const { x, y, size } = window;
  return html`<svg viewBox="${x} 0 ${size} ${bins}" preserveAspectRatio="none">${rowsOf(ax, column, color)}</svg>
    <svg viewBox="0 ${y} ${bins} ${size}" preserveAspectRatio="none">
      <g transform="matrix(0 1 1 0 0 0)">${rowsOf(ay, row, color)}</g></svg>
    <svg viewBox=${frame(window)}>${ground(board)}<rect class="roi-shade" x=${x} y=${y} width=${size} height=${size}/>
      ${read(board, crossed(board.map, entries(ay[row]), entries(ax[column])))}</svg>
    <span>${factor("x")}</span><span>${factor("y")}</span><span><i>F</i></span>`;
};

// What the selected bin reads of the dimmed map: the product of its two hats, cell by cell.
const read = (board, cells) => {
  const most = Math.max(...cells.map((cell) => cell.weight));
  return cells.map(
    ({ row, column, weight, value }) =>
      svg`<rect class="roi-read" x=${column} y=${row} width="1" height="1" fill=${board.color(value)}
      fill-opacity=${weight / most}/>`,
  );
};
