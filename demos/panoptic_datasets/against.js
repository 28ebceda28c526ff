// Classes by their share of the pixels against how well they are labelled.
import { chart } from "../draw/chart.js";
import { html, nothing, render } from "../draw/markup.js";
import { terms } from "../draw/terms.js";

const PLACES = 2;

const plan = (dots, best) => (Plot) => {
  const shares = dots.map(({ share }) => share);
  const least = Math.min(...dots.map(({ iou }) => iou));
  const wide = [Math.min(...shares) * 0.8, Math.max(...shares) * 1.25];
  const low = Math.max(0, Math.floor(least / 10) * 10 - 5);
  const at = { x: "share", y: "iou" };
  return {
    height: best,
    marginRight: 60,
    marginBottom: 40,
    x: {
      type: "log",
      label: "share of the labelled pixels, % (log)",
      domain: wide,
      grid: true,
      ticks: 5,
      tickFormat: "~g",
    },
    y: { label: "IoU, %", domain: [low, 100], grid: true, ticks: 5 },
    symbol: { domain: ["thing", "stuff"], range: ["circle", "square"], legend: true },
    marks: [
      Plot.dot(dots, { ...at, r: 7, fill: "color", stroke: "currentColor", symbol: ({ thing }) => kind(thing) }),
      Plot.text(dots, { ...at, text: "name", dy: -14, fontSize: 13, fill: "currentColor" }),
      shares.length > 1 ? Plot.tip(dots, Plot.pointer({ ...at, title: said })) : null,
    ],
  };
};
const kind = (thing) => (thing ? "thing" : "stuff");
const said = ({ name, share, iou, pq }) =>
  [`${name}: ${share.toFixed(PLACES)} % of the pixels`, `IoU ${iou.toFixed(1)} %`]
    .concat(pq === null ? [] : `PQ ${pq.toFixed(1)} %`)
    .join("\n");

class Against {
  constructor(place) {
    this.place = place;
  }

  take(value) {
    const { heading, dots, says } = value;
    const row = ({ name, share, iou, pq }) =>
      html`<tr><th scope="row">${name}</th><td>${share.toFixed(PLACES)}</td><td>${iou.toFixed(1)}</td>
        ${quality ? html`<td>${pq === null ? "–" : pq.toFixed(1)}</td>` : nothing}</tr>`;
    const quality = dots.some(({ pq }) => pq !== null);
    const sorted = [...dots].sort((a, b) => a.share - b.share);
    render(
      html`<h2>${heading}</h2><div class="ps-against"><div class="ps-chart"></div><div><div class="ww-table"><table>
        <thead><tr><th scope="col">class, rarest first</th><th scope="col">share, %</th><th scope="col">IoU, %</th>
        ${quality ? html`<th scope="col">PQ, %</th>` : nothing}</tr></thead>
        <tbody>${sorted.map(row)}</tbody></table></div>
        <p>${terms(says)}</p></div></div>`,
      this.place.root,
    );
    const label = `IoU against share of pixels: ${sorted.map((dot) => said(dot).replaceAll("\n", ", ")).join("; ")}`;
    const place = this.place.root.querySelector(".ps-chart");
    if (dots.length) chart(place, label, plan(dots, 330));
  }
}

export const psAgainst = (place) => new Against(place);
