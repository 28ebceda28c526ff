// IoU against shift: a few pixels that a large object forgives cost a small one half of its IoU. Drawn by hand: the
// point on it follows the finger.
import { html, nothing, render, svg } from "../draw/markup.js";
import { number } from "../draw/number.js";
import { legend } from "../draw/panel.js";
import { terms } from "../draw/terms.js";
import { model } from "./model.js";
import { section } from "./more.js";
import { at } from "./sums.js";

const [LEFT, TOP, WIDE, HIGH] = [40, 10, 350, 160];
const x = (shift, most) => (LEFT + (WIDE * shift) / most).toFixed(1);
const y = (iou) => (TOP + HIGH * (1 - iou)).toFixed(1);
const HALF = 0.5;

// How far the mask may go until half of its IoU is gone.
const half = ({ iou }) => iou.findIndex((value) => value < HALF);

const here = (most) => {
  const { layer, move, class: mine } = model;
  if (!layer || mine.iou === null) return nothing;
  const away = Math.hypot(move[0], move[1]);
  if (away > most) return nothing;
  return svg`<circle class="met-here" cx=${x(away, most)} cy=${y(mine.iou)} r="5"/>
    <text x=${x(away, most)} y=${y(mine.iou)} dx="9" dy="-6">yours, by ${move[0]}, ${move[1]} px</text>`;
};

const plot = (curves, colors) => {
  const most = curves[0].iou.length - 1;
  const path = ({ iou }) => `M${iou.map((value, shift) => `${x(shift, most)} ${y(value)}`).join("L")}`;
  const tick = (iou) => svg`<path class="met-grid" d="M${LEFT} ${y(iou)}h${WIDE}"/><text class="met-end" x=${LEFT - 6}
    y=${y(iou)} dy="4">${iou}</text>`;
  const foot = (shift) => svg`<text class="met-middle" x=${x(shift, most)} y=${TOP + HIGH + 16}>${shift}</text>`;
  return html`<svg viewBox="0 0 410 208" role="img" aria-label="IoU of a mask with itself against its shift in pixels">
    ${[0, HALF, 1].map(tick)}${[0, most / 4, most / 2, (3 * most) / 4, most].map(foot)}
    ${curves.map((curve, i) => svg`<path class="met-line" stroke=${colors[i]} d=${path(curve)}/>`)}${here(most)}
    <text class="met-middle" x=${LEFT + WIDE / 2} y=${TOP + HIGH + 34}>shift (px), of the curves to the right</text>
    </svg>`;
};

export const shift = ({ settings }) => {
  const root = section("shift", "shift");
  const { series } = settings.colors;
  const draw = ({ curves }) => {
    root.hidden = !curves.length;
    if (!curves.length) return;
    const key = legend(curves.map(({ name, area }, i) => [`${name}, ${area} px`, series[i]]));
    const away = Math.hypot(...model.move.slice(0, 2));
    const told = curves.map((one) => `${one.name} ${number(at(one.iou, away), 2)}`).join(", ");
    const lost = curves.map((one) => (half(one) < 0 ? `${one.name} later` : `${one.name} ${half(one)} px`)).join(", ");
    const now = model.layer ? ` At your ${number(away, 0)} px: ${told}.` : "";
    render(
      html`<h3>A small object loses faster</h3>${plot(curves, series)}${key}
        <p class="met-small">${terms(`The IoU is under ½ from: ${lost}.${now}`)}</p>`,
      root,
    );
  };
  return { root, draw };
};
