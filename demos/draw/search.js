// The search: a dialog with a field and a list of what it finds. Choosing opens a lesson, a term's entry, an operator's
// code or a paper. What can be found is fetched with the first opening (demos/ui/search.py).
import { say } from "./header.js";
import { html, nothing, render } from "./markup.js";
import { make } from "./nodes.js";
import { find, listed, prepared } from "./search_sums.js";
import { open as openLesson } from "./tabs.js";

const NAMES = { lessons: "Lessons", terms: "Terms", operators: "Operators", papers: "Papers" };
const KINDS = "lessons, terms, operators (functions such as roi_align) and papers";
const GONE = "The search could not be loaded. Close it and open it again.";
const LONGEST = 80; // letters of a query
const PATIENCE = 20000; // milliseconds for a lesson to come

let index = null;
const load = () =>
  (index ??= fetch(new URL("../../search.json", import.meta.url))
    .then((answer) => answer.json())
    .then(prepared)
    .catch(() => (index = null))); // another try next time

// ---- what a choice does ------------------------------------------------------------------------------------------
const until = (find, then, end = performance.now() + PATIENCE) => {
  const found = find();
  if (found) then(found);
  else if (performance.now() < end) requestAnimationFrame(() => until(find, then, end));
};

// The name of a function where "Show the code" defines it: the text that follows a "def".
const definition = (lesson, name) => {
  const pre = document.querySelector(`#${lesson}-code pre`);
  const texts = pre && document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
  for (let before = ""; texts?.nextNode(); before = texts.currentNode.data)
    if (before === "def" && texts.currentNode.data.startsWith(` ${name}(`)) return texts.currentNode;
  return null;
};

const select = (text, name) => {
  document.getSelection().setBaseAndExtent(text, 1, text, 1 + name.length);
  const pre = text.parentElement.closest("pre");
  const line = document.getSelection().getRangeAt(0).getBoundingClientRect().top;
  pre.scrollTop += line - pre.getBoundingClientRect().top - pre.clientHeight / 4;
  pre.scrollIntoView({ block: "center" });
};

const showCode = ({ lesson, title }) => {
  const there = () => document.querySelector(`#ww-tab-${lesson}[data-come] #${lesson}-code-fold > button`);
  until(there, (fold) => {
    if (!fold.classList.contains("open")) fold.click();
    until(
      () => definition(lesson, title),
      (text) => select(text, title),
    );
  });
};

const lookUp = async ({ name }) => {
  const places = document.querySelectorAll("[data-tool=search], .ww-menu");
  const anchor = [...places].find((one) => one.checkVisibility()) ?? places[0];
  anchor.dataset.term = name;
  (await import("./glossary.js")).open(anchor, true);
};

const operator = (entry) => {
  if (entry.lesson) openLesson(entry.lesson);
  if (entry.shows) return showCode(entry);
  say(entry.lesson ? `${entry.where} uses ${entry.title}, of ${entry.file}.` : `${entry.title} is in ${entry.file}.`);
};

const ACTS = {
  lessons: ({ name }) => openLesson(name),
  terms: lookUp,
  operators: operator,
  papers: ({ link }) => window.open(link, "_blank", "noopener"),
};

// ---- what is seen ------------------------------------------------------------------------------------------------
const marked = (cut) => cut.map((text, i) => (i % 2 ? html`<mark>${text}</mark>` : text));

const WHERE = {
  lessons: () => "",
  terms: () => "",
  operators: ({ where, shows, file }) => (shows ? `code in ${where}` : where ? `used in ${where}` : file),
  papers: () => "opens the paper ↗",
};

class Finder {
  constructor() {
    Object.assign(this, { all: null, groups: [], at: 0 });
    this.field = make("input", {
      type: "text",
      role: "combobox",
      placeholder: "Search lessons, terms, operators, papers",
      "aria-label": "Search",
      "aria-expanded": "true",
      "aria-controls": "ww-found",
      "aria-autocomplete": "list",
      autocomplete: "off",
      maxlength: LONGEST,
      spellcheck: "false",
      oninput: () => this.search(),
      onkeydown: (event) => this.key(event),
    });
    const close = make("button", { type: "button", "aria-label": "Close", text: "✕", onclick: () => this.close() });
    this.list = make("div", { class: "ww-results" });
    this.dialog = make(
      "dialog",
      { class: "ww-search", "aria-label": "Search", onclick: ({ target }) => target === this.dialog && this.close() },
      make("div", { class: "ww-search-field" }, this.field, close),
      this.list,
    );
  }

  async open() {
    if (this.dialog.open) return;
    document.querySelector(".gradio-container").append(this.dialog);
    this.dialog.showModal();
    this.field.focus();
    this.field.value = "";
    this.draw("One moment.");
    this.all = await load();
    this.search();
  }

  close() {
    this.dialog.close();
  }

  get options() {
    return this.groups.flatMap(({ kind, found }) => found.map((one) => ({ kind, ...one })));
  }

  search() {
    if (!this.all) return this.draw(GONE);
    const query = this.field.value.trim();
    this.groups = query ? find(query, this.all) : [listed("lessons", this.all)];
    this.at = 0;
    const none = `Nothing has “${query}” in it. You can search for ${KINDS}.`;
    const count = this.groups.reduce((sum, { total }) => sum + total, 0);
    this.draw(count ? (query ? `${count} found` : `Type to search for ${KINDS}.`) : none);
    this.list.firstElementChild.scrollTop = 0;
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const many = this.options.length;
    if (event.key === "Enter" && many) this.choose(this.at);
    else if (step && many) this.go((this.at + step + many) % many);
    else return;
    event.preventDefault();
  }

  go(at) {
    this.at = at;
    this.draw(this.said);
    this.list.querySelector("[aria-selected=true]").scrollIntoView({ block: "nearest" });
  }

  choose(at) {
    const { kind, entry } = this.options[at];
    this.close();
    ACTS[kind](entry);
  }

  draw(said) {
    this.said = said;
    let at = -1;
    const groups = this.groups.map((group) => this.group(group, () => (at += 1)));
    render(
      html`<div id="ww-found" role="listbox" aria-label="Found">${groups}</div>
      <p role="status">${said}</p>`,
      this.list,
    );
    this.field.setAttribute("aria-activedescendant", this.options.length ? `ww-found-${this.at}` : "");
  }

  group({ kind, total, found }, next) {
    const more = total > found.length ? `${found.length} of ${total}` : "";
    return html`<div role="group" aria-labelledby="ww-found-${kind}">
      <p id="ww-found-${kind}">${NAMES[kind]} <small>${more}</small></p>
      ${found.map((one) => this.option(kind, one, next()))}</div>`;
  }

  option(kind, { entry, title, also, text }, at) {
    const others = also.map((one) => html` <i>${marked(one)}</i> `);
    const [before, after] = kind === "lessons" ? [others, nothing] : [nothing, others]; // its number
    const where = WHERE[kind](entry);
    return html`<div role="option" id="ww-found-${at}" data-kind=${kind} aria-selected=${at === this.at}
      @click=${() => this.choose(at)}>
      ${before}<b>${marked(title)}</b>${after}${where ? html` <small>${where}</small>` : nothing}
      ${text.length > 1 || text[0] ? html`<span>${marked(text)}</span>` : nothing}</div>`;
  }
}

const finder = new Finder();
export const open = () => finder.open();
