// Max pooling and max unpooling are a pair: the largest of each window survives in its place, the rest is 0.
import { bench, SIDE, SIZE } from "./bench.js";
import { cardOf, figure, fill } from "./card.js";
import { html, render } from "../draw/markup.js";
import { things } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { FACTOR, places } from "./sums.js";

const HALF = SIDE / FACTOR;

export const pair = (_, look) => {
  const { root, body } = cardOf("A pair: max pooling and unpooling", "up-twins");
  const draw = () => {
    const [x, back] = [bench.cells, bench.outputs.max_unpool];
    const kept = places(x, SIZE);
    const pooled = kept.map((at) => x[at]);
    const again = places(back, SIZE).map((at) => back[at]);
    const marks = new Map(kept.map((at) => [at, 1]));
    const same = x.filter((value, i) => value === back[i]).length;
    const zeros = back.filter((value) => value === 0).length;
    const holds = pooled.every((value, i) => value === again[i]);
    render(
      html`<div class="up-row">${figure("x", "The input, the largest of each window framed", SIDE)}<i>pool</i>
        ${figure("pool(x)", "The largest numbers", HALF)}<i>unpool</i>
        ${figure("back", "Each number in its place, the rest 0", SIDE)}<i>pool</i>
        ${figure("again", "Pooled again", HALF)}</div>
      <p>${terms(
        `${things(zeros, "cell")} of 16 are 0 after unpooling, and ${same} are as before. ${
          holds ? "Pooling again gives the same: pool(unpool(p)) = p. The reverse does not hold." : ""
        }`,
      )}</p>`,
      body,
    );
    const grids = [
      { data: x, columns: SIDE, marks },
      { data: pooled, columns: HALF },
    ];
    fill(body, look(), [...grids, { data: back, columns: SIDE, marks }, { data: again, columns: HALF }]);
  };
  return { root, draw };
};
