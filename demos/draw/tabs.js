// Opening a lesson by its name, as a click on its tab would; a link's lesson is opened before the server has answered.
// The start page has a tab of its own and no lesson in it.
import { say } from "./header.js";

export const START = "start"; // its name; its address names no lesson
const LONGEST = 40; // letters of a name that are told again
const PATIENCE = 20; // seconds until the page is expected to have its tabs
const button = (id) => [...document.querySelectorAll(`#${id}-button`)].at(-1); // gradio measures with a hidden twin
const optionOf = (name) => [...document.querySelectorAll(".ww-menu option")].find(({ value }) => value === name);

// What a link or a press names, until it is in sight or the learner has chosen a tab.
let wanted = new URLSearchParams(location.search).get("lesson") ?? "";
let lookAgain = () => {}; // called where nothing more is expected

// Whether a lesson may ask: not one that only flashes by before the link's is open.
export const expected = (name) => !wanted || wanted === name;

const free = () => {
  if (!wanted) return;
  wanted = "";
  lookAgain();
};

// The start page has no picture of its own: a style sheet hides the bar, from before the first paint.
const atHome = (name) => document.documentElement.classList.toggle("ww-home", name === START);
atHome(wanted || START);

const press = (id, then, until) => {
  const tab = button(id);
  if (tab) {
    if (tab.getAttribute("aria-selected") !== "true") tab.click();
    then();
  } else if (performance.now() < until) requestAnimationFrame(() => press(id, then, until));
};

export const open = (name) => {
  const part = optionOf(name)?.dataset.part;
  const until = performance.now() + 1000 * PATIENCE;
  if (!part) return;
  if (document.body.dataset.lesson !== name) wanted = name; // a part begins with its first lesson: it only flashes by
  press(`ww-part-${part}`, () => name === START || press(`ww-tab-${name}`, () => {}, until), until);
};

// The link's lesson, once the header is there.
export const openLinked = (look) => {
  lookAgain = look;
  window.addEventListener("whatwhere:shown", ({ detail }) => atHome(detail));
  window.addEventListener("whatwhere:shown", ({ detail }) => detail === wanted && free());
  for (const name of ["pointerdown", "keydown"])
    document.addEventListener(name, ({ target }) => target.closest?.("[role=tab], .ww-menu") && free(), true);
  if (optionOf(wanted)) return open(wanted);
  if (wanted) say(`There is no lesson “${wanted.slice(0, LONGEST)}”: choose one here.`, true);
  free();
};
