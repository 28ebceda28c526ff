// Markup that is drawn anew when its value changes: lit-html, one file without parts of its own (assets/vendor).
// Texts in its templates are texts, never HTML.
export { html, nothing, render, svg } from "../vendor/lit-html.js";
