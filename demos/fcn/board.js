// Board fcnLadder: for each stride one bar to 100 %: what the network reaches, what it could still reach at this
// stride, and what the stride cannot draw. A mark shows the ceiling of one class per cell.
import { html, nothing, render } from "../draw/markup.js";
import { number } from "../draw/number.js";
import { terms } from "../draw/terms.js";

const LOOK_AGAIN = 700; // milliseconds
const LOOKS = 60;
const SAID = `mIoU on this picture, in which each class weighs the same. Reached: by the network. Wrong: up to scores
  fitted to the truth and interpolated
  as the network does it. Too coarse: beyond these. The mark: one class per cell.`;
const KEYS = [
  ["fcn-reached", "reached"],
  ["fcn-wrong", "wrong"],
  ["fcn-coarse", "too coarse"],
  ["fcn-mark", "one class per cell"],
];
const percent = (share) => number(100 * share, 1);

const part = (css, from, to, text) => {
  const place = `left:${100 * from}%;width:${100 * (to - from)}%`;
  return to > from ? html`<i class="fcn-part ${css}" style=${place}><span>${text}</span></i>` : nothing;
};

const bar = ({ stride, network, reached, scores, cells }) => {
  const top = Math.max(scores ?? 0, reached ?? 0);
  const said = [
    network && `${network} ${percent(reached)} %`,
    scores !== null && `fitted scores ${percent(scores)} %`,
    `one class per cell ${percent(cells)} %`,
  ];
  return html`<div class="fcn-bar" role="img" aria-label="Stride ${stride}: ${said.filter(Boolean).join(", ")}">
    ${reached === null ? nothing : part("fcn-reached", 0, reached, percent(reached))}
    ${scores === null ? nothing : part("fcn-wrong", reached, scores, percent(scores - reached))}
    ${scores === null ? nothing : part("fcn-coarse", top, 1, percent(1 - top))}
    <b class="fcn-mark" style="left:${100 * cells}%"></b></div>`;
};

const row = (level, chosen) =>
  html`<tr class=${level.stride === chosen ? "fcn-chosen" : ""}>
  <th scope="row">${level.stride} px</th><td class="fcn-name">${level.network || "–"}</td>
  <td class="fcn-wide">${bar(level)}</td><td>${percent(level.cells)}</td>
  <td class="fcn-paper">${level.paper}</td></tr>`;

const key = (css, text) => html`<li><i class=${css}></i>${terms(text)}</li>`;

export const fcnLadder = ({ root, again }) => {
  let timer = 0;
  let looks = 0;
  const take = (value) => {
    clearTimeout(timer);
    looks = value.waiting ? looks + 1 : 0;
    if (value.waiting && looks < LOOKS) timer = setTimeout(again, LOOK_AGAIN);
    const wait = value.waiting ? "Scores are being fitted to the truth …" : SAID;
    render(
      html`<table><thead><tr><th scope="col">${terms("Stride")}</th><th scope="col" class="fcn-name">Network</th>
        <th scope="col"><ul>${KEYS.map((one) => key(...one))}</ul></th><th scope="col">${terms("cell")}</th>
        <th scope="col" class="fcn-paper">${terms("Long et al. 2015, VOC")}</th></tr></thead>
        <tbody>${value.levels.map((level) => row(level, value.stride))}</tbody></table>
        <p class="ww-note" role="status">${terms(wait)}</p>`,
      root,
    );
  };
  return { take, chosen: () => {} };
};
