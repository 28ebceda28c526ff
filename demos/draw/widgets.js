// The small parts that every lesson has: the large number, a table, the code. The question, what was seen
// and the progress of long work are in files of their own.
import { lessonOf } from "./asking.js";
import { outlet } from "./board.js";
import { copy } from "./copy.js";
import { html, nothing, render } from "./markup.js";
import { none } from "./packed.js";
import { predict } from "./predict.js";
import { progress } from "./progress.js";
import { seen } from "./seen.js";
import { terms } from "./terms.js";

const SOURCES = { run: "computed now", result: "our result file", paper: "from the paper" };

const reading = (value) => {
  const seen = new Set();
  const pair = ([name, text]) => html`<div><dt>${terms(name, seen)}</dt><dd>${text}</dd></div>`;
  return html`
  <p class="ww-number"><strong>${value.value}</strong><span>${terms(value.unit, seen)}</span></p>
  <p class="ww-meaning">${terms(value.meaning, seen)}</p>
  ${value.more.length ? html`<dl>${value.more.map(pair)}</dl>` : nothing}
  <p class="ww-source">${terms(value.cite || SOURCES[value.source] || "", seen)}</p>`;
};

const row = (cells, strong, seen) =>
  html`<tr class=${strong ? "ww-strong" : ""}>
  ${cells.map((text, i) => (i ? html`<td>${text}</td>` : html`<th scope="row">${terms(text, seen)}</th>`))}</tr>`;

// A table as markup; its caption may be empty.
export const table = ({ caption, head, rows, strong }) => {
  const seen = new Set();
  const title = (text) => (text ? html`<th scope="col">${terms(text, seen)}</th>` : html`<td></td>`);
  return html`<table>
  <caption>${terms(caption, seen)}</caption>
  <thead><tr>${head.map(title)}</tr></thead>
  <tbody>${rows.map((cells, i) => row(cells, strong.includes(i), seen))}</tbody></table>`;
};

// Python source with the words that carry its structure set apart; every piece is text.
const STRINGS = String.raw`"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*`;
const WORDS =
  `def return for in if else elif from import as with try except raise not and or is lambda yield while class
  None True False`.replace(/\s+/g, "|");
const PIECES = new RegExp(`(${STRINGS}|\\b(?:${WORDS})\\b)`);
const kind = (piece) => (/^["']/.test(piece) ? "ww-string" : piece[0] === "#" ? "ww-comment" : "ww-word");
const code = ({ code: text }) => {
  const pieces = text
    .split(PIECES)
    .map((piece, i) => (i % 2 ? html`<span class=${kind(piece)}>${piece}</span>` : piece));
  return html`<button type="button" class="ww-copy" @click=${() => copy(text, "Code")}>Copy</button>
    <pre tabindex="0" aria-label="Python source">${pieces}</pre>`;
};

// A table of a lesson, perhaps behind its label.
const shown = (value, { dataset }) =>
  dataset.fold ? html`<details><summary>${dataset.label}</summary>${table(value)}</details>` : table(value);

const KINDS = { reading, table: shown, code, seen };

// A widget of the page; one of value null hides itself.
export const widget = (element, props, watch) => {
  const root = element.firstElementChild;
  const { kind: name, lesson, output } = root.dataset;
  if (name === "progress") return progress(root, element, props, watch);
  const draw = name === "question" ? predict(root) : (value) => none(value) || render(KINDS[name](value, root), root);
  lessonOf(lesson).add(output, (value) => {
    root.toggleAttribute("data-nothing", none(value));
    root.dataset.source = value?.source ?? "";
    draw(value);
  });
  outlet(element, props, watch);
};
