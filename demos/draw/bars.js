// Rows of bars: a name, a bar as long as its share, its number, as markup.
import { html, nothing } from "./markup.js";
import { terms } from "./terms.js";

// rows: {name, share (0..1), text, note?, css?, color?, title?}
export const bars = (rows, css = "", seen = new Set()) =>
  html`<dl class="ww-bars ${css}">${rows.map(
    ({ name, share, text, note, css: own = "", color = "", title }) =>
      html`<div class=${own} title=${title ?? nothing}>
    <dt>${terms(name, seen)}</dt>
    <dd><i style="--share:${share};${color ? `--bar:${color}` : ""}"></i><b>${text}</b>
      ${note ? html`<small>${note}</small>` : nothing}</dd></div>`,
  )}</dl>`;
