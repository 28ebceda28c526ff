// A lesson that the learner has acted in has a check mark in its tab and in the phone's menu, for ever in this browser.
import { elsewhere, keep, recallNames } from "./memory.js";

export const KEY = "ww-visited";
const LESSON = "ww-tab-";
const ACTS = `input, select, textarea, .ww-choices button, .ww-run button, [role=application], [role=radio],
  [role=listbox], .ww-frame, .ww-board :is(button, svg, canvas)`;
const PASSING = ["Tab", "Shift", "Control", "Alt", "Meta", "Escape"];
const visited = new Set(recallNames(KEY));

const mark = (node, text) => {
  if (node.dataset.visited) return;
  node.dataset.visited = "✓";
  node.setAttribute("aria-label", `${text.replace(/\s+/g, " ").trim()}, visited`);
};
const show = () => {
  for (const name of visited) {
    const tabs = document.querySelectorAll(`[id="${LESSON}${name}-button"]`);
    for (const tab of tabs) mark(tab, tab.textContent);
    const option = document.querySelector(`.ww-menu option[value="${CSS.escape(name)}"]`);
    if (!option || option.dataset.visited) continue;
    mark(option, option.text);
    option.text += " ✓";
  }
};

elsewhere(KEY, () => {
  for (const name of recallNames(KEY)) visited.add(name);
  show();
});

const acted = ({ isTrusted, key, target }) => {
  if (!isTrusted || PASSING.includes(key) || !target.closest?.(ACTS)) return;
  const panel = target.closest(`[id^="${LESSON}"]`);
  const name = panel?.id.slice(LESSON.length);
  if (!name || visited.has(name) || target.closest("[role=tab]")) return;
  visited.add(name);
  keep(KEY, [...visited]);
  show();
};

for (const act of ["pointerdown", "keydown"]) document.addEventListener(act, acted, true);
window.addEventListener("whatwhere:shown", () => setTimeout(show, 0));
