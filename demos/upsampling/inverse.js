// The transposed convolution is no inverse: CᵀCx beside x, and what does hold, ⟨Cx, y⟩ = ⟨x, Cᵀy⟩. And why sizes need
// an output padding: one convolution maps several sizes to the same.
import { bench, SIDE, SIZE } from "./bench.js";
import { cardOf, figure, fill } from "./card.js";
import { html, render } from "../draw/markup.js";
import { number, tiny } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { applied, convolution, convolvedSide, inner, outputSide, turned } from "./sums.js";

// A map that has nothing to do with x: 1, 2, 3 …
const counted = (many) => Array.from({ length: many }, (_, i) => i + 1);

const SAID = "C is the convolution with your kernel and stride. Its transposed brings the size back, not the numbers.";

export const inverse = (_, look) => {
  const { root, body } = cardOf("Transposed is not inverse", "up-inverse");
  const draw = () => {
    const forward = convolution(SIZE, bench.layer);
    if (!forward.terms.length) {
      render(html`<p>This kernel does not fit on 4 × 4 cells. Choose a smaller one, or a larger padding.</p>`, body);
      return;
    }
    const back = turned(forward, SIZE);
    const [x, y] = [bench.cells, counted(forward.terms.length)];
    const down = applied(forward, x);
    const again = applied(back, down);
    const [one, other] = [inner(down, y), inner(x, applied(back, y))];
    const off = Math.abs(one - other) / Math.max(Math.abs(one), 1);
    const most = Math.max(...[...down, ...again].map(Math.abs), 9);
    render(
      html`<div class="up-row">${figure("x", "The input x", SIDE)}<i>→ C →</i>
        ${figure("Cx", "Convolved", forward.columns)}<i>→ Cᵀ →</i>${figure("CᵀCx", "Convolved and back", SIDE)}</div>
      <p>${terms(SAID)}</p>
      <p class="up-equal">⟨Cx, y⟩ = ${number(one, 3)}<br>⟨x, Cᵀy⟩ = ${number(other, 3)}
        <small>for y = 1, 2, 3 …: ⟨a, b⟩ adds up aᵢ · bᵢ. They differ by ${tiny(off)} of that.</small></p>`,
      body,
    );
    const grids = [
      [x, SIDE, 9],
      [down, forward.columns, most],
      [again, SIDE, most],
    ];
    fill(
      body,
      look(),
      grids.map(([data, columns, high]) => ({ data, columns, high })),
    );
  };
  return { root, draw };
};

export const sizes = () => {
  const { root, body } = cardOf("Why output padding exists", "up-sizes");
  const draw = () => {
    const { size, stride, padding, outputPadding } = bench.layer;
    const first = outputSide(SIDE, { ...bench.layer, outputPadding: 0 });
    const some = Array.from({ length: stride + 4 }, (_, i) => first - 2 + i).filter((length) => length > 0);
    const item = (length) => {
      const to = convolvedSide(length, bench.layer);
      const mine = to === SIDE && length === first + outputPadding;
      const css = [to === SIDE && "up-fits", mine && "up-mine"].filter(Boolean).join(" ");
      return html`<li class=${css}><b>${length}</b><i>↓</i>${to}</li>`;
    };
    const fitting = some.filter((length) => convolvedSide(length, bench.layer) === SIDE);
    const ways = fitting.map((length, i) => `output padding ${i} gives ${length}`).join(", ");
    const layer = `kernel ${size}, stride ${stride}, padding ${padding}`;
    render(
      html`<ol class="up-lengths" aria-label="Lengths before and after the convolution">${some.map(item)}</ol>
      <p>${terms(
        `A convolution (${layer}) makes ${SIDE} of ${fitting.join(" and of ")}. ${
          fitting.length > 1
            ? `From ${SIDE} alone the way back is not known: ${ways}.`
            : "With stride 1 only one length fits, so there is nothing to choose."
        }`,
      )}</p>`,
      body,
    );
  };
  return { root, draw };
};
