// What the prediction loses without, or with a blurred, map of each level: in the band and inside, as bars.
import { html, nothing, render } from "../draw/markup.js";
import { number, things } from "../draw/number.js";
import { terms } from "../draw/terms.js";

const NAMES = { skip: "skip", up: "from below" };
const nameOf = (part) => `${NAMES[part.slice(0, -1)]} ${part.at(-1)}`;

// One loss in points of mean IoU.
const cell = (loss, most, css) => {
  if (loss === null) return html`<td>–</td>`;
  const share = Math.max(loss, 0) / most;
  return html`<td class=${css}><i style="--share:${share}"></i><span>${number(100 * loss, 1)}</span></td>`;
};

const table = (rows, chosen) => {
  const most = Math.max(...rows.flatMap(({ zero, blur }) => [...zero, ...blur]), 0.01);
  const seen = new Set();
  const row = ({ part, zero, blur }) =>
    html`<tr class=${part === chosen ? "ww-strong" : ""}><th scope="row">${terms(nameOf(part), seen)}</th>
      ${cell(zero[0], most, "un-near")}${cell(zero[1], most, "un-inside")}
      ${cell(blur[0], most, "un-near")}${cell(blur[1], most, "un-inside")}</tr>`;
  return html`<table><thead><tr><td></td><th colspan="2" scope="colgroup">set to zero</th>
      <th colspan="2" scope="colgroup">blurred, σ = 8 px</th></tr>
    <tr><td></td><th scope="col">near</th><th scope="col">inside</th><th scope="col">near</th>
      <th scope="col">inside</th></tr></thead><tbody>${rows.map(row)}</tbody></table>`;
};

const HONEST = `It was never trained without them: what it loses is what this network relies on.`;

// The table of one picture.
export const losses = ({ losses: rows, band, coming }, chosen) => {
  const body = rows.length ? table(rows, chosen) : html`<p class="ww-note">Sixteen decoders are running…</p>`;
  return html`<section class="un-losses" data-shows="losses" aria-busy=${coming}>
    <h3>${terms("What each map is worth here: points of mean IoU lost")}</h3>${body}
    <p class="ww-note">${terms(`Near: within ${band} px of a true boundary. ${HONEST}`)}</p></section>`;
};

// Board unMany: the same over many scenes.
export const unMany = ({ root }) => ({
  take({ scenes, band, losses: rows }) {
    const over = things(scenes, "scene");
    const about = `Points of mean IoU lost over ${over}, within ${band} px of boundaries and inside.`;
    render(
      rows.length
        ? html`<section class="un-losses"><p class="ww-note">${terms(about)}</p>${table(rows, "")}</section>`
        : nothing,
      root,
    );
  },
});
