// Where one window's maps are not those of the one pass, as pictures on the scale of all differences.
import { paint } from "../draw/cells.js";
import { html, nothing } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { unpack } from "../draw/packed.js";
import { terms } from "../draw/terms.js";
import { SMALL, apart, onScale } from "./sums.js";

const SAME = "A window has the same maps as that part of the one pass, layer after layer.";
const OTHER = `At its border a window sees zeros where the one pass sees the picture. With each layer that reaches
  further in, until only the cell in the middle is the same; and a score reads all of them.`;
const TRY = "Pad “each layer” with zeros to see it break.";

// Packed maps -> {image, side, most}.
export const rims = (packed, table) =>
  Promise.all(
    packed.map(async (one) => {
      const { shape, data } = await unpack(one);
      const image = paint(make("canvas"), Array.from(data, onScale), shape, table, 0, 1).toDataURL();
      return { image, side: shape[0], most: Math.max(...data) };
    }),
  );

const figure = ({ image, side, most }, i) =>
  html`<figure><img class="ww-cells" src=${image} alt="Difference after pooling ${i + 1}, ${side} by ${side} cells">
    <figcaption>pool${i + 1}: ${side} × ${side}<small>at most ${apart(most)} of the largest value</small></figcaption>
  </figure>`;

export const rimsOf = ({ value, rims: maps }) => {
  const same = Math.max(...maps.map(({ most }) => most)) < SMALL;
  return html`<section class="fc-rims"><h3>${terms("One window’s maps against the same cells of the one pass")}</h3>
    <p class="ww-note">${terms(same ? SAME : OTHER)}</p><div class="fc-row">${maps.map(figure)}</div>
    ${value.padding === "layers" ? nothing : html`<p class="ww-note">${TRY}</p>`}</section>`;
};
