// A card of the views: a heading, a place that is drawn anew, and grids of numbers in a row.
import { drawGrid } from "./grid.js";
import { html, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { terms } from "../draw/terms.js";

// {root, body}: a section under a heading. `shows` names it for what is veiled.
export const cardOf = (title, css, shows = "") => {
  const heading = make("h3", {});
  render(terms(title), heading);
  const body = make("div", { class: "up-body" });
  const root = make("section", { class: `up-view ${css}` }, heading, body);
  if (shows) root.dataset.shows = shows;
  return { root, body };
};

// A grid with its name below; `side` in cells of the same size as its neighbours'.
export const figure = (name, about, side, wide = "") =>
  html`<figure style="--cells:${side};${wide}"><canvas class="up-grid" role="img" aria-label=${about}></canvas>
    <figcaption>${name}</figcaption></figure>`;

// Fills the canvases of a card, in order.
export const fill = (body, look, grids) =>
  body.querySelectorAll("canvas").forEach((canvas, i) => drawGrid(canvas, { look, ...grids[i] }));
