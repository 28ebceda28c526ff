// The box moved by tenths of a pixel, and one bin of each operator against it. Drawn by hand: it follows the finger at
// sixty frames a second, which a chart library that draws everything anew does not.
import { html, render, svg } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { number, tenth } from "../draw/number.js";
import { legend } from "../draw/panel.js";
import { OPERATORS } from "./sums.js";

const REACH = 16; // pixels each way, at most
const COARSE = 60; // steps while the box itself is dragged
const moved = ([x0, y0, x1, y1], left) => [left, y0, left + x1 - x0, y1];

export const sweep = (board) => {
  const root = make("section", { class: "roi-move" });
  const { names, colors } = board.props;
  const key = legend(names.map((name, i) => [name, colors[i]]));
  let kept = {};
  const slide = (event) => {
    board.sliding = true;
    board.stage.setBox(moved(board.box, Number(event.target.value)).map(tenth));
  };
  const settle = () => {
    board.sliding = false;
    board.stage.commitBox();
  };
  const draw = () => {
    const { box, centre, value, image } = board;
    const reach = Math.min(value.stride, REACH);
    const room = Math.max(image.width - (box[2] - box[0]), 0);
    const [low, high] = [Math.max(0, centre - reach), Math.min(room, centre + reach)].map(tenth);
    kept = curves(board, low, high, kept);
    render(
      html`<h3>Move the box by tenths of a pixel</h3>
      <div class="roi-slider">
        <input type="range" step="0.1" aria-label="Left edge of the box, pixels" @input=${slide} @change=${settle}>
        <output>left edge ${box[0].toFixed(1)} px</output></div>
      ${plot(board, kept)}${key}<p class="roi-small">${kept.jumps}</p>`,
      root,
    );
    const range = { min: low, max: high, value: box[0], disabled: high <= low }; // another range moves the value, too
    Object.assign(root.querySelector("input"), range);
  };
  return { root, draw };
};

// The selected bin at each left edge. It depends on everything else: while the slider moves the curves stay.
const curves = (board, low, high, kept) => {
  const { selected, box, token, stage } = board;
  const { row, column } = selected;
  const key = JSON.stringify([low, high, row, column, box[2] - box[0], box[1], box[3], token]);
  if (key === kept.key) return kept;
  const busy = stage?.editor?.drag;
  const steps = Math.max(busy ? COARSE : Math.round((high - low) * 10), 1);
  const lefts = Array.from({ length: steps + 1 }, (_, i) => low + ((high - low) * i) / steps);
  const value = (i, left) => board.crop(i, moved(box, left)).bin(row, column).value;
  const values = OPERATORS.map((_, i) => lefts.map((left) => value(i, left)));
  return busy ? { ...kept, key: "", lefts, values } : { key, lefts, values, jumps: jumps(board.props.names, values) };
};

const jumps = (names, values) => {
  const largest = values.map((line) => Math.max(0, ...line.slice(1).map((value, i) => Math.abs(value - line[i]))));
  const said = largest.map((step, i) => `${names[i]} ${step.toFixed(step < 0.1 ? 4 : 2)}`);
  return `Largest step for a tenth of a pixel: ${said.join(" · ")}.`;
};

const plot = ({ props, box }, { lefts, values }) => {
  const low = Math.min(...values.flat());
  const high = Math.max(...values.flat(), low + 1e-6);
  const span = Math.max(lefts.at(-1) - lefts[0], 1e-6);
  const x = (left) => (46 + (364 * (left - lefts[0])) / span).toFixed(1);
  const y = (value) => (12 + (150 * (high - value)) / (high - low)).toFixed(1);
  const path = (line) => `M${line.map((value, i) => `${x(lefts[i])} ${y(value)}`).join("L")}`;
  return html`<svg viewBox="0 0 420 210" role="img" aria-label="Output of the selected bin against the box's left edge">
    <path class="roi-axis" d="M46 8V166H412"/><path class="roi-here" d="M${x(box[0])} 8V166"/>
    ${values.map((line, i) => svg`<path stroke-width="2.2" stroke=${props.colors[i]} d=${path(line)}/>`)}
    <g text-anchor="middle"><text x="229" y="204">left edge of the box (px)</text>
      <text x="46" y="184">${lefts[0].toFixed(1)}</text></g>
    <g text-anchor="end"><text x="410" y="184">${lefts.at(-1).toFixed(1)}</text>
      <text x="42" y="20">${number(high)}</text><text x="42" y="164">${number(low)}</text></g></svg>`;
};
