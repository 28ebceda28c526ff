// The operator that is looked at as a matrix: a row for each output, a column for each input.
import { bench, SIDE } from "./bench.js";
import { cardOf } from "./card.js";
import { pen as penOf } from "../draw/canvas.js";
import { placeOf } from "../draw/cells.js";
import { html, render } from "../draw/markup.js";
import { things } from "../draw/number.js";
import { terms } from "../draw/terms.js";

const INPUTS = SIDE * SIDE;

// The matrix on its canvas, the pointed row and column framed.
const paint = (canvas, { kind, index }, { terms: rows }, { table, light, dark }) => {
  const made = penOf(canvas);
  if (!made) return;
  const { pen: on, width, height } = made;
  const [wide, high] = [width / INPUTS, height / rows.length];
  const all = rows.flatMap((row) => row.map(([, weight]) => weight));
  const [low, most] = [Math.min(0, ...all), Math.max(...all, 1e-9)];
  on.fillStyle = table[placeOf(0, low, most)];
  on.fillRect(0, 0, width, height);
  rows.forEach((row, output) => {
    for (const [at, weight] of row) {
      on.fillStyle = table[placeOf(weight, low, most)];
      on.fillRect(at * wide, output * high, wide + 0.3, high + 0.3);
    }
  });
  const at = kind ? [0, index * high, width, high] : [index * wide, 0, wide, height];
  for (const [line, color] of [
    [3.4, dark],
    [1.8, light],
  ]) {
    on.lineWidth = line;
    on.strokeStyle = color;
    on.strokeRect(...at);
  }
};

export const matrix = ({ names }, look) => {
  const { root, body } = cardOf("Each operator is a matrix", "up-matrix");
  const point = (event) => {
    const { top, height } = event.currentTarget.getBoundingClientRect();
    const many = bench.plans[bench.operator].terms.length;
    const index = Math.min(many - 1, Math.max(0, Math.floor(((event.clientY - top) / height) * many)));
    bench.point({ kind: bench.operator, index });
  };
  const draw = () => {
    const kind = bench.operator;
    const plan = bench.plans[kind];
    root.dataset.shows = names[kind];
    const filled = plan.terms.reduce((sum, row) => sum + row.length, 0);
    const size = `${plan.terms.length} outputs (rows) from ${INPUTS} inputs (columns)`;
    const text = `${size}: ${things(filled, "weight")} not 0.`;
    render(
      html`<div class="up-beside"><canvas role="img" aria-label="${names[kind]} as a matrix. ${text}"
        @pointermove=${point} @pointerdown=${point} @pointerleave=${() => bench.point(null)}></canvas>
      <div><p><b>${names[kind]}</b></p><p>${terms(text)}</p>
        <p>A row tells where an output comes from, a column where an input goes. Both cells of the bench are framed.</p>
        <p>Read the columns as rows, and you have the transposed operator.</p></div></div>`,
      body,
    );
    paint(body.querySelector("canvas"), bench.shown, plan, look());
  };
  return { root, draw };
};
