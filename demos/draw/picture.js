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

// Names over boxes {box, text, color}, best first; one that would cover another shows while its box is pointed at.
export const chips = (names, size, wide = WIDE) => {
  const places = place(names, size, wide);
  return names.map(({ text, color }, i) => {
    const { left, top, east, low, hidden } = places[i];
    const css = `ww-chip${east ? " ww-east" : ""}${low ? " ww-under" : ""}${hidden ? " ww-small" : ""}`;
    return html`<span class=${css} style="left:${left}%;top:${top}%;--chip:${color}">${text}</span>`;
  });
};

// The frame: an image, layers over it (pixelated), shapes in picture pixels, names.
export const framed = ({ size: [height, width], image, alt, layers = [], shapes = nothing, names = [], wide }) =>
  html`<div
  class="ww-frame" style="--ratio:${width / height}"><img src=${image} alt=${alt} draggable="false">
  ${layers.filter(Boolean).map((layer) => html`<img class="ww-overlay" src=${layer} alt="" draggable="false">`)}
  <svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">${shapes}</svg>
  <div aria-hidden="true">${chips(names, [height, width], wide)}</div></div>`;
