// Board unSizes: every map's side in the original U-Net and in ours, drawn to scale, with what is cut off each skip.
import { html, nothing, render } from "../draw/markup.js";
import { count } from "../draw/number.js";
import { terms } from "../draw/terms.js";

const LEGAL = "Legal without padding: 12 more than a multiple of 16, at least 188. Smaller ones leave nothing.";
const CUT = "Cut: so many cells go off each edge of a skip, so that it fits what comes from below.";

// A square of so many cells, with the part that is cut out of it.
const square = (side, most, inner = null) =>
  side
    ? html`<span class="un-square" style="--share:${side / most}">
      ${inner ? html`<i style="--inner:${inner / side}"></i>` : nothing}</span>`
    : html`<span class="un-square un-none"></span>`;

const none = (number) => number === null || number === undefined;
const squared = (number) => (none(number) ? "–" : `${count(number)}²`);

// The level at which it breaks, from 1; the bottom counts as one more.
const levelOf = (broken, levels) => (broken.startsWith("Bottom") ? levels + 1 : Number(broken.match(/\d+/)?.[0]));

const row = ({ plan, ledger, crops }, most, level) => {
  const [down, up, out] = [ledger.encoder[level], ledger.upsampled[level], ledger.decoder[level]];
  const channels = plan.widths[level];
  const here = ledger.broken && levelOf(ledger.broken, crops.length) === level + 1;
  const crop = crops[level];
  const cut = none(crop) ? "" : crop ? `cut ${crop}` : "fits";
  return html`<div class="un-row ${here ? "un-broken" : ""}" style="--level:${level}">
    <div class="un-down">${square(down, most, crop ? up : null)}<small>${channels} × ${squared(down)}</small>
      <small class="un-crop">${cut}</small></div>
    <span class="un-arrow" aria-hidden="true"></span>
    <div class="un-both"><span>${square(up, most)}${square(up, most)}</span>
      <small>2 · ${channels} × ${squared(up)}</small></div>
    <span class="un-next" aria-hidden="true"></span>
    <div class="un-up">${square(out, most)}<small>${channels} × ${squared(out)}</small></div></div>`;
};

const column = (one, side, most, picture) => {
  const { title, plan, ledger } = one;
  const bottom = ledger.encoder[plan.widths.length - 1];
  const padded = ledger.padded > side ? `, repeated at its rim to ${ledger.padded}` : "";
  const result = ledger.output
    ? `${side} × ${side} px in${padded}; ${ledger.output} × ${ledger.output} out.`
    : ledger.broken;
  return html`<section data-mark=${ledger.output ? "right" : "wrong"}><h3>${terms(title)}</h3>
    <p class="un-in"><img src=${picture} alt="The picture" style="--share:${side / most}" draggable="false">
      ${side} × ${side} × ${plan.inputs}</p>
    <div class="un-u">${one.crops.map((_, level) => row(one, most, level))}
      <div class="un-bottom">${square(bottom, most)}
        <small>${plan.widths.at(-1)} × ${squared(bottom)}</small></div></div>
    <p class="un-verdict">${terms(result)}</p>
    <p class="ww-note">${count(plan.parameters)} ${terms("parameters")}; ${plan.inputs} in, ${plan.classes} classes out.
    </p></section>`;
};

export const unSizes = ({ root }) => ({
  take({ side, most, picture, columns, around }) {
    const near = around.includes(side) ? `${side} is one.` : `Nearest: ${around.join(" and ")}.`;
    const seen = new Set();
    render(
      html`<div class="un-ledgers">${columns.map((one) => column(one, side, most, picture))}</div>
      <p class="un-honest">${terms(LEGAL, seen)} ${near} ${terms(CUT, seen)}</p>`,
      root,
    );
  },
});
