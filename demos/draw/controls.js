// gradio's fields as people use them: keys, typed numbers, fingers, and one group for the choices of a question.
import { lessonOf, set } from "./asking.js";
import { say } from "./header.js";
import { clamp } from "./number.js";

const SETTLED = 50; // milliseconds until gradio has taken what was typed or pressed
const SLIP = 6; // pixels after which a finger on a slider has a direction
const DIGITS = 6; // of a number that steps lead to
const isNumber = (node) => node.matches?.(".gradio-container input[type=number]");
const isRange = (node) => node.matches?.("input[type=range]");
const inScene = (node) => node.closest?.("#ww-settings");
const labelOf = (field) => (field.getAttribute("aria-label") ?? "").replace(/^number input for /, "");
const ours = new WeakSet(); // events that are sent from here
const send = (node, name) => {
  const event = new Event(name, { bubbles: true });
  ours.add(event);
  node.dispatchEvent(event);
};
const on = (name, take) => document.addEventListener(name, take, true);

// ---- a scene's settings: gradio says nothing of a value that keys have set until the focus leaves them ---------
const release = (node) => setTimeout(() => send(node, node.type === "range" ? "pointerup" : "blur"), SETTLED);
on("keyup", ({ target }) => isRange(target) && inScene(target) && release(target));

// ---- numbers: a digit on the way to a number asks nothing; Enter and leaving do ---------------------------------
let before = ""; // what the field had when it was entered, or last settled

// The number of a text that a field takes, within its range and one of its steps, and what to say about it.
const fitting = (field) => {
  const [low, high, step] = [field.min, field.max, field.step].map(Number);
  if (field.value === "") return [before, `${labelOf(field)} needs a number from ${low} to ${high}.`];
  const number = Number(field.value);
  const near = step ? low + Math.round((number - low) / step) * step : number;
  const inside = clamp(Number(near.toFixed(DIGITS)), low, high);
  if (inside === number) return [field.value, ""];
  const said = number !== clamp(number, low, high) ? `goes from ${low} to ${high}` : `goes in steps of ${step}`;
  return [String(inside), `${labelOf(field)} ${said}: ${inside} is taken.`];
};
const settle = (field) => {
  const [value, said] = fitting(field);
  if (said) say(said);
  if (value === before && !said) return;
  before = field.value = value;
  send(field, "input");
  if (inScene(field)) release(field);
};
on("focusin", ({ target }) => {
  if (isNumber(target)) before = target.value;
});
on("input", (event) => isNumber(event.target) && !ours.has(event) && event.stopImmediatePropagation());
on("keydown", ({ key, target }) => key === "Enter" && isNumber(target) && settle(target));
on("change", ({ target }) => isNumber(target) && settle(target));

// ---- a finger on a slider: across it moves the slider, along the page it scrolls ---------------------------------
let held = null; // {node, value, x, y} of a finger whose direction is not known yet
on("pointerdown", ({ target, pointerType, clientX: x, clientY: y }) => {
  held = pointerType === "touch" && isRange(target) ? { node: target, value: target.value, x, y } : null;
});
on("input", (event) => event.target === held?.node && !ours.has(event) && event.stopImmediatePropagation());
const go = () => {
  const { node } = held;
  held = null;
  send(node, "input");
};
on("pointermove", ({ clientX: x, clientY: y }) => {
  if (held && Math.abs(x - held.x) > Math.max(SLIP, Math.abs(y - held.y))) go();
});
on("pointerup", () => held && go());
on("pointercancel", () => {
  if (held) held.node.value = held.value;
  held = null;
});

// ---- a lesson's control asks at once; gradio tells of menus, and of ticks, which Enter changes without an event ----
const isRadio = (node) => node.matches?.("input[type=radio]");
const tell = (node) => {
  const lesson = node.closest("[id^=ww-tab-]")?.id.slice("ww-tab-".length); // it need not be the one in sight
  if (!lesson) return;
  const key = node.closest(".block[id]")?.id.slice(lesson.length + 1);
  const { settings, defaults } = lessonOf(lesson);
  if (key in settings) set(lesson, key, typeof defaults[key] === "number" ? Number(node.value) : node.value);
};
// A number's "input" gets this far only when it is settled.
on("input", ({ target }) => (isRange(target) || isNumber(target)) && tell(target));
on("change", ({ target }) => isRadio(target) && tell(target));
// The arrow beside a slider brings its usual value back, without an event of the slider.
on("click", ({ target }) => {
  const slider = target.closest?.(".reset-button") && target.closest(".block").querySelector("input[type=range]");
  if (slider) setTimeout(() => tell(slider), SETTLED);
});

// ---- choices: gradio gives each a group of its own, so that arrow keys and screen readers find no other ----------
const group = () => {
  for (const field of document.querySelectorAll("fieldset:has(input[type=radio])")) {
    field.setAttribute("role", "radiogroup");
    field.setAttribute("aria-label", field.querySelector("[data-testid=block-info]")?.textContent.trim() ?? "");
    for (const radio of field.querySelectorAll("input[type=radio]")) radio.name = `ww-${field.id}`;
  }
};
// gradio gives a choice that changes its own name back, so that the next arrow key would find no other.
on("keydown", ({ target }) => isRadio(target) && group());
window.addEventListener("whatwhere:shown", () => setTimeout(group, SETTLED));
on("focusin", group);
