// One layer, three kernels: the fixed bilinear one, one that was fitted to a real map, and the learner's own.
import { cardOf, figure, fill } from "./card.js";
import { html, render } from "../draw/markup.js";
import { number } from "../draw/number.js";
import { terms } from "../draw/terms.js";

export const learned = (_, look) => {
  const { root, body } = cardOf("A fixed kernel and a learned one", "up-learned");
  let value = null;
  const draw = () => {
    if (!value) return;
    const side = Math.sqrt(value.kernels[0].weights.length);
    const error = (one) => html`${one.name}<br><b>${number(one.error, 3)}</b>`;
    const all = value.kernels;
    const same =
      side === 4
        ? "The bilinear one does what Bilinear does, but at the rim it adds up fewer inputs."
        : `A bilinear kernel of ${side} × ${side} weights is another operator than Bilinear, which takes 4 × 4.`;
    render(
      html`<div class="up-row">${all.map((one) => figure(error(one), `The ${one.name} kernel`, side))}</div>
      <p>${terms(`The same layer with stride 2, three kernels, and below each its error on the map of ${value.map}
        (in standard deviations). The learned one solves least squares over all channels of that map. ${same}`)}</p>`,
      body,
    );
    const high = Math.max(...all.flatMap(({ weights }) => weights));
    fill(
      body,
      look(),
      all.map(({ weights }) => ({ data: weights, columns: side, high, digits: 2 })),
    );
  };
  return { root, draw, take: (given) => (value = given) };
};
