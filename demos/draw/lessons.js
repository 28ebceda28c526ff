// Which lesson is in sight, and on which picture: when it comes to sight with another picture, it asks.
import { lessonOf } from "./asking.js";
import { name as namePicture } from "./bar.js";
import { html, render } from "./markup.js";
import { expected, openLinked } from "./tabs.js";
import { terms } from "./terms.js";

const PLAIN = ["lesson", "present", "predict", "path", "answers", "__theme"]; // of a link that names no setting
let current = "";
let picture = null;
// With settings in its link a lesson asks after the server has restored them, else at once.
let ready = [...new URLSearchParams(location.search).keys()].every(
  (key) => PLAIN.includes(key) || key.startsWith("at."),
);

document.body.classList.toggle("ww-restoring", !ready); // what is moved now would be put back
export const shown = () => current;

// What is in sight now, a lesson or the start page.
export const arrive = (name) => {
  document.body.dataset.lesson = current = name;
  window.dispatchEvent(new CustomEvent("whatwhere:shown", { detail: name }));
};

// What to do first is of the lesson's first view; in another it keeps its room, so that nothing moves.
const hint = (node, { settings, defaults }) => {
  const fits = () => (node.style.visibility = settings.view === defaults.view ? "" : "hidden");
  window.addEventListener("whatwhere:changed", fits);
  fits();
};

// The lesson's point, and its eyes: it asks when it is in sight and shows another picture than the page's.
export const beacon = (element, props, trigger) => {
  const line = element.querySelector(".ww-point");
  const lesson = lessonOf(line.dataset.lesson);
  const { point, first = "" } = line.dataset;
  render(html`${terms(point)} <small class="ww-first">${first}</small>`, line);
  for (const [name, value] of Object.entries({ role: "heading", "aria-level": "2" })) line.setAttribute(name, value);
  lesson.defaults = JSON.parse(line.dataset.defaults);
  lesson.settings = { ...lesson.defaults, ...lesson.settings };
  lesson.trigger = trigger;
  hint(line.querySelector(".ww-first"), lesson);
  if (lesson.late) lesson.recall();
  lesson.add("numbers", () => trigger("told"));
  let asked;
  const look = () => {
    if (line.offsetParent === null || !expected(lesson.name)) return;
    arrive(lesson.name);
    if (!ready) return;
    if (picture !== null) lesson.set("picture", picture);
    window.dispatchEvent(new CustomEvent("whatwhere:ready", { detail: current }));
    if (asked === lesson.settings.picture) return;
    asked = lesson.settings.picture;
    lesson.ask();
  };
  new ResizeObserver(look).observe(line);
  window.addEventListener("whatwhere:look", look);
  look();
};

// What "Numbers behind it" shows, for gradio's own component.
export const told = (name) => lessonOf(name).values.get("numbers");

const lookAgain = () => window.dispatchEvent(new Event("whatwhere:look"));

// Another picture for all lessons; returns what is chosen among the sample photographs.
export const pictureChanged = (key) => {
  expect(key);
  if (key.startsWith("upload:")) document.querySelector("#ww-photo > .label-wrap.open")?.click(); // it covers controls
  window.dispatchEvent(new Event("whatwhere:picture"));
  lookAgain();
  return namePicture(key);
};

// The picture that the next lesson in sight is to show.
export const expect = (key) => {
  picture = key;
};

// The settings of all lessons as a permalink left them: names are [lesson, its keys] in the order of the values.
export const restored = (names, key, ...values) => {
  for (const [name, keys] of names) for (const one of keys) lessonOf(name).set(one, values.shift());
  expect(key);
  ready = true;
  document.body.classList.remove("ww-restoring");
  namePicture(key);
  lookAgain();
};

// The page has its header: a link's lesson is opened.
export const opened = () => openLinked(lookAgain);
