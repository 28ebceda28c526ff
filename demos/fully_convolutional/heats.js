// A heat map for each class: the one pass's probabilities over the picture.
import { html, svg } from "../draw/markup.js";
import { percent } from "../draw/number.js";
import { framed } from "../draw/picture.js";
import { terms } from "../draw/terms.js";
import { cellAt } from "./sums.js";

export const heats = (board) => {
  const { value, heats: maps, probs, places } = board;
  const [row, column] = board.shown;
  const [x0, y0] = cellAt(value, 0, 0);
  const [, , x1, y1] = cellAt(value, value.shape[0] - 1, value.shape[1] - 1);
  const one = (name, k) => {
    const shapes = svg`<image class="fc-map fc-heat" href=${maps[k]} x=${x0} y=${y0} width=${x1 - x0} height=${y1 - y0}
      preserveAspectRatio="none"/>`;
    const here = percent(probs[k * places + row * value.shape[1] + column], 0);
    const alt = `Probability of ${name} over the picture`;
    return html`<figure>${framed({ size: value.size, image: value.picture, alt, shapes })}
      <figcaption><i style="background:${value.colors[k]}"></i>${terms(name)}<small>${here}</small></figcaption>
    </figure>`;
  };
  return html`<section class="fc-heats"><h3>${terms("A heat map for each class")}</h3>
    <p class="ww-note">${terms("Probabilities of the one pass, dark 0, bright 1; the number: of the window above.")}</p>
    <div class="fc-row">${value.classes.map(one)}</div></section>`;
};
