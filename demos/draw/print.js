// Paper: before a page is printed its theory unfolds, its colours are the light ones, and its settings and its link
// stand at the end as text; afterwards all is as it was. What it looks like is in print.css.
import { lessonOf, link } from "./asking.js";
import { shown } from "./lessons.js";
import { html, render } from "./markup.js";
import { make } from "./nodes.js";
import { asOnAScreen, onSheets } from "./paper.js";

const undo = [];
const ready = new Set(); // lessons whose theory has been there once, and so comes at once when its fold opens
const LATER = 2500; // milliseconds after a lesson came to sight: then its pictures are there

const opener = (lesson) => document.querySelector(`#${lesson}-theory-fold > .label-wrap`);
const isOpen = (button) => button.classList.contains("open");

// gradio brings what is in a fold when it is first opened, and printing does not wait for that.
const prepare = () => {
  const lesson = shown();
  const button = opener(lesson);
  if (!button || ready.has(lesson) || isOpen(button)) return;
  ready.add(lesson);
  const fold = button.parentElement;
  fold.classList.add("ww-unseen");
  button.click();
  const close = () => {
    if (isOpen(button)) button.click();
    fold.classList.remove("ww-unseen");
  };
  setTimeout(close, 0);
};

// What a widget shows for a setting: the words of a choice, the number of a slider, else the setting as it is.
const setting = (lesson, key, value) => {
  const widget = document.getElementById(`${lesson}-${key}`);
  const name = widget?.querySelector("[data-testid=block-info], label > span")?.textContent.trim() || key;
  const chosen = widget?.querySelector("input:checked")?.closest("label")?.textContent.trim();
  return [name, chosen || widget?.querySelector("input[role]")?.value || String(value)];
};

const asText = (lesson) => {
  const settings = Object.entries(lessonOf(lesson).settings).filter(([, value]) => value !== "" && value != null);
  const named = settings.map(([key, value]) => setting(lesson, key, value));
  const query = new URLSearchParams([...link(lesson)].filter(([, value]) => value))
    .toString()
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",");
  const address = new URL(`?${query}`, document.baseURI).href;
  const said = named.map(([name, value]) => html`<span><b>${name}</b> ${value}</span>`);
  const aside = make("aside", { class: "ww-colophon" });
  render(html`<p>${said}</p><p>What &amp; Where: <a href=${address}>${address}</a></p>`, aside);
  return aside;
};

// The style of paper holds from here on, so that what is measured is what is printed.
const onPaper = () => {
  const link = document.querySelector("link[media=print]");
  link.media = "all";
  undo.push(() => (link.media = "print"), asOnAScreen());
};

// The point, the stage with its reading, what stands below, the theory, what was seen, the settings: what can begin a
// sheet.
const PARTS = [".ww-block:has(> * .ww-point)", ".ww-main", ".ww-row > *", ".ww-more", '[id$="-seen"]'];
const blocks = (panel) => {
  const parts = PARTS.map((part) => `:scope ${part}`).join();
  return [...panel.querySelectorAll(parts), panel.lastElementChild].filter((one) => one.offsetHeight);
};

const begin = () => {
  const button = opener(shown());
  if (undo.length || !button) return;
  if (!isOpen(button)) {
    button.click();
    undo.push(() => button.click());
  }
  if (document.body.classList.contains("dark")) {
    document.body.classList.remove("dark");
    undo.push(() => document.body.classList.add("dark"));
  }
  const [panel, aside] = [button.closest("[role=tabpanel]"), asText(shown())];
  panel.append(aside);
  undo.push(() => aside.remove());
  onPaper();
  queueMicrotask(() => undo.push(onSheets(blocks(panel)))); // the theory is there then
};

const end = () => {
  for (const step of undo.splice(0).reverse()) step();
};

window.addEventListener("beforeprint", begin);
window.addEventListener("afterprint", end);
window.addEventListener("whatwhere:shown", () => setTimeout(prepare, LATER));
