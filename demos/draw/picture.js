// A picture with what is drawn over it, as markup: boxes, outlines, names. It is drawn anew with its value.
import { place } from "./chips.js";
import { html, nothing, svg } from "./markup.js";

const WIDE = 370; // CSS pixels, where nobody has measured the picture

export const rectangle = ([x0, y0, x1, y1], css, color = "", title = "") => svg`<rect x=${x0} y=${y0}
  width=${Math.max(x1 - x0, 0)} height=${Math.max(y1 - y0, 0)} class=${css}
  style=${color ? `stroke:${color}` : nothing}>
  ${title ? svg`<title>${title}</title>` : nothing}</rect>`;

// A box that shows on dark and on bright ground alike.
export const boxed = (box, css, color = "", title = "") =>
  svg`${rectangle(box, "ww-halo")}${rectangle(box, `ww-box-line ${css}`, color, title)}`;

// Polygons [x, y, x, y …] as one path.
export const polygons = (lines) =>
  lines.map((line) => `M${line.map((v, i) => (i && i % 2 === 0 ? "L" : i % 2 ? " " : "") + v).join("")}Z`).join("");

// Names over boxes {box, text, color}, best first; one that would cover another shows while its box holds `point`.
const chips = (names, size, wide = WIDE, point = null) => {
  const places = place(names, size, wide);
  const [x, y] = point ?? [-1, -1];
  const holds = ([x0, y0, x1, y1]) => x0 <= x && x < x1 && y0 <= y && y < y1;
  return names.map(({ box, text, color }, i) => {
    const { left, top, east, low, hidden } = places[i];
    const looks = { "ww-east": east, "ww-under": low, "ww-small": hidden, "ww-on": holds(box) };
    const css = ["ww-chip", ...Object.keys(looks).filter((name) => looks[name])].join(" ");
    return html`<span class=${css} style="left:${left}%;top:${top}%;--chip:${color}">${text}</span>`;
  });
};

// A cross through a point [x, y] of a picture of size [height, width].
export const cross = ([x, y], [height, width]) => svg`<path d="M0 ${y}H${width}M${x} 0V${height}" class="ww-cross"/>`;

const layer = (one) => (one instanceof Node ? one : html`<img class="ww-overlay" src=${one} alt="" draggable="false">`);

// The frame: an image, layers over it (nodes, or addresses of pixelated pictures), shapes in picture pixels, names, and
// a cross where it is pointed at.
export const framed = ({ size, image, alt, layers = [], shapes = nothing, names = [], wide, point = null }) => {
  const [height, width] = size;
  return html`<div
  class="ww-frame" style="--ratio:${width / height}"><img src=${image} alt=${alt} draggable="false">
  ${layers.filter(Boolean).map(layer)}
  <svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">${shapes}
    ${point ? cross(point, size) : nothing}</svg>
  <div aria-hidden="true">${chips(names, size, wide, point)}</div></div>`;
};
