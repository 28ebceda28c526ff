// Depth, errors and normals as pictures: painted on canvases of one pixel a pixel.
import { tableOf } from "../draw/cells.js";
import { html, nothing } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { clamp, number } from "../draw/number.js";
import { unpack } from "../draw/packed.js";
import { framed } from "../draw/picture.js";
import { arrows, under } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { logsOf, vectorAt } from "./sums.js";

export const WORST = 0.5; // relative error of the last colour
export const TILT = 45; // degrees of the last colour
export const TWICE = Math.log(2); // the ends of the scale of changes

// The lesson's tables of colours.
export const tablesOf = ({ depth, heat, signed, none, steps }) => ({
  ...Object.fromEntries(Object.entries({ depth, heat, signed }).map(([name, one]) => [name, tableOf(one)])),
  none: tableOf([none])[0],
  steps,
});

// {logs, shape} of a packed depth map; null for none.
export const logsFrom = async (depth, steps) => {
  if (!depth) return null;
  const { data, shape } = await unpack(depth.steps);
  return { logs: logsOf(data, depth.low, steps), shape };
};

// A canvas of [height, width] with the colours of `color(i)`.
const canvasOf = ([height, width], color) => {
  const canvas = Object.assign(make("canvas", { class: "ww-cells" }), { width, height });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(width, height);
  for (let i = 0; i < width * height; i++) image.data.set(color(i), 4 * i);
  pen.putImageData(image, 0, 0);
  return canvas;
};

// Numbers in the colours of a table from `low` to `high`; where there is none, `none`.
export const painted = (values, size, table, [low, high], none) => {
  const opaque = table.map((color) => [...color, 255]);
  const rest = [...none, 255];
  return canvasOf(size, (i) =>
    Number.isNaN(values[i]) ? rest : opaque[clamp(Math.round((255 * (values[i] - low)) / (high - low)), 0, 255)],
  );
};

// Normals as colours: x red, y green, z blue.
export const paintedNormals = (normals, size, none) =>
  canvasOf(size, (i) => {
    const one = vectorAt(normals, i);
    if (!one) return [...none, 255];
    const long = Math.hypot(...one);
    return [...one.map((part) => Math.round((part / long + 1) * 127.5)), 255];
  });

// A picture with a layer over it that is pointed at, by pointer or arrow keys.
export const figure = (board, title, layer, { note, shows, alt, shapes } = {}) => {
  const { seen } = board.value;
  const at = (event) => board.at(under(event, event.currentTarget, seen.size));
  const said = { size: seen.size, image: seen.picture, alt: alt ?? title, layers: [layer] };
  return html`<figure data-shows=${shows ?? nothing}><figcaption>${terms(title)}</figcaption>
    <div class="dn-pointing" @pointermove=${at} @pointerdown=${at}>
      ${framed({ ...said, shapes: shapes ?? nothing, point: board.point })}</div>
    <small>${note ?? nothing}</small></figure>`;
};

// The board's frame: arrow keys move the point.
export const pointed = (board, css, content) => {
  const { size } = board.value.seen;
  const move = ([x, y]) => board.at([board.point[0] + x, board.point[1] + y]);
  return html`<div class="dn-grid ${css}" style="--ratio:${size[1] / size[0]}" tabindex="0" role="group"
    aria-label="Maps of the picture; arrow keys move the point" @keydown=${arrows(move)}>${content}</div>`;
};

// A point inside the picture, on a pixel's middle.
export const inside = ([x, y], [height, width]) => [
  clamp(Math.floor(x), 0, width - 1) + 0.5,
  clamp(Math.floor(y), 0, height - 1) + 0.5,
];

// A colour scale with its ends.
export const bar = (css, name, low, high) =>
  html`<p class="dn-bar">${terms(name)}<i class="dn-${css}"></i><span>${low}<b>${high}</b></span></p>`;

export const metres = (log) =>
  Number.isNaN(log) ? "–" : log === Infinity ? "∞" : `${number(Math.exp(log), log < 2.3 ? 2 : 1)} m`;
export const note = (text) => (text ? html`<p class="ww-message">${terms(text)}</p>` : nothing);
export const vector = (one) => {
  if (!one) return "none";
  const long = Math.hypot(...one);
  return one.map((part) => number(part / long, 2)).join(" ");
};
