// The small parts that every lesson has: the large number, a table, the question, the code, the progress of long work.
import { lessonOf } from "./asking.js";
import { outlet } from "./board.js";
import { copy } from "./copy.js";
import { html, nothing, render } from "./markup.js";
import { none } from "./packed.js";
import { progress } from "./progress.js";

const SOURCES = { run: "computed now", result: "our result file", paper: "from the paper" };

const pair = ([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`;
const reading = (value) =>
  html`
  <p class="ww-number"><strong>${value.value}</strong><span>${value.unit}</span></p>
  <p class="ww-meaning">${value.meaning}</p>
  ${value.more.length ? html`<dl>${value.more.map(pair)}</dl>` : nothing}
  <p class="ww-source">${value.cite || SOURCES[value.source] || ""}</p>`;

const row = (cells, strong) =>
  html`<tr class=${strong ? "ww-strong" : ""}>
  ${cells.map((text, i) => (i ? html`<td>${text}</td>` : html`<th scope="row">${text}</th>`))}</tr>`;

// A table as markup; its caption may be empty.
export const table = ({ caption, head, rows, strong }) =>
  html`<table>
  <caption>${caption}</caption>
  <thead><tr>${head.map((text) => (text ? html`<th scope="col">${text}</th>` : html`<td></td>`))}</tr></thead>
  <tbody>${rows.map((cells, i) => row(cells, strong.includes(i)))}</tbody></table>`;

// A question hides its answer and the reason until the learner commits to a choice.
const question = (value, root, chosen = null) => {
  const mark = (i) => (chosen === null ? nothing : i === value.answer ? "right" : i === chosen ? "wrong" : "");
  const commit = (i) => render(question(value, root, i), root);
  const right = chosen === value.answer;
  const said = html`<b>${right ? "Yes. " : `Not quite: ${value.choices[value.answer]}. `}</b>${value.why}`;
  const choice = (text, i) =>
    html`<button type="button" data-mark=${mark(i)} ?disabled=${chosen !== null} @click=${() => commit(i)}>
      ${text}</button>`;
  return html`<p class="ww-ask">${value.text}</p>
    <div class="ww-choices">${value.choices.map(choice)}</div>
    <p class="ww-answer" aria-live="polite">${chosen === null ? "" : said}</p>`;
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

const KINDS = { reading, table, question, code };

// A widget of the page; one of value null hides itself.
export const widget = (element, props, watch) => {
  const root = element.firstElementChild;
  const { kind: name, lesson, output } = root.dataset;
  if (name === "progress") return progress(root, element, props, watch);
  lessonOf(lesson).add(output, (value) => {
    root.toggleAttribute("data-nothing", none(value));
    if (none(value)) return;
    root.dataset.source = value.source ?? "";
    render(KINDS[name](value, root), root);
  });
  outlet(element, props, watch);
};
