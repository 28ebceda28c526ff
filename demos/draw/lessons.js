// Which lesson is in sight, and on which picture: when it comes to sight with another picture, it asks.
import { lessonOf } from "./asking.js";
import { html, render } from "./markup.js";
import { terms } from "./terms.js";

const query = new URLSearchParams(location.search);
const SETTLED = 50; // milliseconds until gradio has taken what was typed
let current = "";
let picture = null;
// Without a permalink the first lesson asks at once; with one, after the server has restored its settings.
let ready = !query.has("lesson") && !query.has("picture");

export const shown = () => current;

// The lesson's point, and its eyes: it asks when it is in sight and shows another picture than the page's.
export const beacon = (element, props, trigger) => {
  const line = element.querySelector(".ww-point");
  const lesson = lessonOf(line.dataset.lesson);
  const { point, first = "" } = line.dataset;
  render(html`${terms(point)} <small class="ww-first">${first}</small>`, line);
  lesson.defaults = JSON.parse(line.dataset.defaults);
  lesson.settings = { ...lesson.defaults, ...lesson.settings };
  lesson.trigger = trigger;
  lesson.add("numbers", () => trigger("told"));
  let asked;
  const look = () => {
    if (line.offsetParent === null || !ready) return;
    document.body.dataset.lesson = current = line.dataset.lesson;
    window.dispatchEvent(new Event("whatwhere:shown"));
    if (picture !== null) lesson.set("picture", picture);
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

export const pictureChanged = (key) => {
  picture = key;
  window.dispatchEvent(new Event("whatwhere:look"));
};

// The settings of all lessons as a permalink left them: names are [lesson, its keys] in the order of the values.
export const restored = (names, key, ...values) => {
  for (const [name, keys] of names) for (const one of keys) lessonOf(name).set(one, values.shift());
  picture = key;
  ready = true;
  window.dispatchEvent(new Event("whatwhere:look"));
};

// gradio's sliders say nothing of a value that keys have set until the focus leaves them: here it counts at once.
document.addEventListener("keyup", ({ key, target }) => {
  if (!target.matches?.("#ww-settings input") || (target.type === "number" && key !== "Enter")) return;
  const left = target.type === "range" ? "pointerup" : "blur";
  setTimeout(() => target.dispatchEvent(new Event(left, { bubbles: true })), SETTLED);
});

// The picture's key from the widgets of the bar: seed and settings, the seed `step` further.
export const scene = (names, defaults, all, step) => {
  const seed = Math.min(999999, Math.max(0, Math.round(Number(all[0]) || 0) + step));
  const changed = names.map((name, i) => [name, all[i + 1]]).filter(([name, value]) => value !== defaults[name]);
  const settings = changed.map(([name, value]) => `${name}=${value}`).join("&");
  return [seed, `scene:${seed}${settings ? "?" + settings : ""}`];
};
