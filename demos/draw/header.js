// The header's tools: the link, presenter mode, the theme; the line that says what was done; popovers.
import { readable } from "./address.js";
import { link } from "./asking.js";
import { copy } from "./copy.js";
import { opened, shown } from "./lessons.js";
import { followPath, openPath } from "./path.js";
import { present, presenting, pressed } from "./presenting.js";
import { seek } from "./seek.js";
import { START, open } from "./tabs.js";

const query = new URLSearchParams(location.search);
const SAID = 4000; // milliseconds that a sentence stays

// One sentence for a moment; what went wrong stays until it is closed or something else is said.
export const say = (text, wrong = false) => {
  const said = document.querySelector(".ww-said");
  if (!said) return;
  said.textContent = text;
  said.classList.toggle("ww-wrong", wrong);
  clearTimeout(said.timer);
  if (!wrong) said.timer = setTimeout(() => (said.textContent = ""), SAID);
  return text;
};

// Takes back a sentence, where it is still there; returns none.
export const hush = (text) => {
  const said = document.querySelector(".ww-said");
  if (text && said?.textContent === text) said.textContent = "";
  return "";
};

const theme = () => {
  document.body.classList.toggle("dark");
  try {
    localStorage.setItem("ww-theme", document.body.classList.contains("dark") ? "dark" : "light");
  } catch {
    // a private window remembers nothing
  }
};

// The theme chosen last time: before the first paint, and again after gradio has set its own.
const remembered = () => {
  let chosen = query.get("__theme");
  try {
    chosen ||= localStorage.getItem("ww-theme");
  } catch {
    // a private window
  }
  if (chosen === "dark" || chosen === "light") document.body.classList.toggle("dark", chosen === "dark");
};

const copyLink = () => {
  const found = link(shown());
  found.delete("present");
  if (presenting()) found.set("present", "1");
  history.replaceState(history.state, "", found.size ? readable(found) : location.pathname);
  copy(location.href, "Link");
};

// On a phone a menu takes the place of the tabs; they are still there, and it presses their buttons.
const menu = (select) => {
  select.addEventListener("change", () => open(select.value));
  window.addEventListener("whatwhere:shown", () => (select.value = shown()));
};

// A plain press of a link stays on the page.
export const stay = (event, name) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(name);
};

export const header = (element) => {
  menu(element.querySelector(".ww-menu"));
  element.querySelector(".ww-wordmark a").addEventListener("click", (event) => stay(event, START));
  const [show, leave] = [() => present(), () => present(false)];
  const tools = { search: seek, path: openPath, link: copyLink, present: show, theme, leave };
  for (const button of element.querySelectorAll("[data-tool]"))
    button.addEventListener("click", () => tools[button.dataset.tool]());
  if (query.get("present") === "1") present(true);
  remembered();
  setTimeout(remembered, 0);
  opened();
  followPath();
};

const TYPING = "input, textarea, [contenteditable], [role=application], .cm-editor";
const key = (event) => {
  if (event.key === "Escape") closePopovers(null);
  if (event.target.closest?.(TYPING) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (pressed(event.key)) event.preventDefault();
};

// A popover closes at Escape and when something else is pressed.
const closePopovers = (except) => {
  for (const button of document.querySelectorAll(".ww-popover > .label-wrap.open"))
    if (!button.parentElement.contains(except)) {
      if (button.parentElement.contains(document.activeElement)) button.focus();
      button.click();
    }
};

document.addEventListener("keydown", key);
document.addEventListener("pointerdown", (event) => closePopovers(event.target));
remembered();
