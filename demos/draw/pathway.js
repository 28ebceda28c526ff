// On the path: one task at a time, in a strip that stands in its lesson where the question stands else. The learner
// acts in the lesson; Python checks the settings as they are then.
import { readable } from "./address.js";
import { check } from "./answers.js";
import { lessonOf } from "./asking.js";
import { reset } from "./bar.js";
import { hush, say } from "./header.js";
import { expect, shown } from "./lessons.js";
import { html, nothing, render } from "./markup.js";
import { make } from "./nodes.js";
import { reach, reached, showed } from "./reached.js";
import { open } from "./tabs.js";
import { terms } from "./terms.js";

const MOST_NAME = 40; // letters of a name in a link that are said again
const PATIENCE = 60; // frames until a lesson has the place of the strip
const root = make("section", { class: "ww-path-strip", "aria-label": "The task" });
let [current, verdict, busy, answers, fixed] = [null, null, false, true, false];
let [loading, complaint, turning] = [null, "", false];

const style = (href) =>
  new Promise((done) => {
    const node = Object.assign(make("link", { rel: "stylesheet", href }), { onload: done, onerror: done });
    document.head.append(node);
  });

// The parts with their tasks, each task knowing its part and its place; the style comes with them.
const load = async () => {
  const [answer] = await Promise.all([
    fetch(new URL("../path.json", import.meta.url)),
    style(new URL("./path.css", import.meta.url).href),
  ]);
  const all = (await answer.json()).filter(({ tasks }) => tasks.length);
  for (const part of all)
    part.tasks = part.tasks.map((task, i) => ({
      ...task,
      part,
      place: `Path ${part.letter} · ${i + 1} of ${part.tasks.length}`,
    }));
  return all;
};
export const parts = () => {
  loading ??= load();
  loading.catch(() => (loading = null)); // another try next time
  return loading;
};
const every = async () => (await parts()).flatMap(({ tasks }) => tasks);

// The first task of a part that is not reached yet, else its first.
export const firstOf = ({ tasks }) => tasks.find(({ name }) => !reached(name)) ?? tasks[0];

// ---- what is known of the path elsewhere ---------------------------------------------------------------------
export const onPath = () => current;
export const offered = () => ({ answers, fixed });
export const offer = (on) => {
  answers = on;
  address();
  draw();
};

// The address says which task is on, and whether answers are kept back; the rest of it stays.
const address = () => {
  const query = new URLSearchParams(location.search);
  for (const key of ["path", "answers"]) query.delete(key);
  if (current) query.set("path", current.name);
  if (!answers) query.set("answers", "0");
  history.replaceState(history.state, "", readable(query));
};

// ---- opening a task ------------------------------------------------------------------------------------------
// The task's lesson with all of these settings, as Back would bring it.
const bring = ({ lesson: name }, settings) => {
  const lesson = lessonOf(name);
  Object.assign(lesson, { settings: { ...settings }, at: {} });
  lesson.recall();
  expect(settings.picture);
  reset(settings.picture);
  if (shown() !== name) open(name);
  if (lesson.trigger) lesson.ask();
  lesson.tell();
};

const turnTo = (task) => {
  [current, verdict, busy] = [task, null, false];
  turning = Boolean(task) && shown() !== task.lesson; // then the entry of the lesson before stays as it is
  if (!turning) address();
  window.dispatchEvent(new Event("whatwhere:path"));
};

export const begin = (task) => {
  const focused = root.contains(document.activeElement);
  complaint = hush(complaint);
  turnTo(task);
  bring(task, task.start);
  window.scrollTo(0, 0);
  place(focused);
};

export const leave = () => {
  turnTo(null);
  place();
  document.querySelector("[data-tool=path]")?.focus({ preventScroll: true });
};

const next = async () => {
  const all = await every();
  const after = all[all.indexOf(current) + 1];
  if (after) return begin(after);
  leave();
  (await import("./overview.js")).show();
};

// ---- acting --------------------------------------------------------------------------------------------------
const look = async () => {
  const task = current;
  busy = true;
  draw();
  const found = await check(task.name, lessonOf(task.lesson).settings);
  if (task !== current) return;
  busy = false;
  verdict = found.error ? { done: false, said: found.error } : found;
  if (verdict.done) reach(task.name);
  draw();
};

const showAnswer = () => {
  showed(current.name);
  bring(current, current.answer);
  verdict = null;
  look();
};

// ---- the strip -----------------------------------------------------------------------------------------------
const said = () => {
  if (busy) return "Checking …";
  if (!verdict) return html`<span class="ww-path-quiet">Act below, then check: your settings are looked at.</span>`;
  const mark = verdict.done ? html`<b class="ww-path-done">Reached.</b>` : html`<b>Not yet.</b>`;
  return html`${mark} ${terms(verdict.said)}`;
};

const draw = () => {
  if (!current) return;
  const done = Boolean(reached(current.name));
  const button = (text, act, { kind = "", title = nothing, label = nothing } = {}) =>
    html`<button type="button" class=${kind} title=${title} aria-label=${label} @click=${act}>${text}</button>`;
  const mark = done ? html` <b class="ww-path-done" aria-label="reached">✓</b>` : nothing;
  const title = "Your settings become an answer’s; the task then counts as one whose answer was shown";
  render(
    html`<p class="ww-path-text"><span class="ww-path-place">${current.place}${mark}</span> ${terms(current.text)}</p>
      <div class="ww-path-acts">${button("Check", look, { kind: "ww-path-main" })}
        ${answers ? button("Show an answer", showAnswer, { title }) : nothing}
        ${button(done ? "Next" : "Skip", next, { kind: done ? "ww-path-main" : "" })}
        ${button("✕", leave, { label: "Leave the path", title: "Leave the path" })}</div>
      <p class="ww-path-said" aria-live="polite">${said()}</p>`,
    root,
  );
};

// The strip goes where the question of the task's lesson is, while that lesson is in sight; the question steps aside.
const place = (focus = false, left = PATIENCE) => {
  const here = current && shown() === current.lesson;
  document.body.classList.toggle("ww-path", Boolean(here));
  document.querySelector("[data-tool=path]")?.classList.toggle("ww-path-on", Boolean(current));
  if (!here) return root.remove();
  const line = document.querySelector(`#ww-tab-${current.lesson} .ww-line`);
  if (!line) return left && requestAnimationFrame(() => place(focus, left - 1));
  draw();
  if (root.parentElement !== line) line.prepend(root);
  if (focus) root.querySelector("button").focus({ preventScroll: true });
};

window.addEventListener("whatwhere:shown", ({ detail: name }) => {
  if (turning && name === current?.lesson) {
    turning = false;
    queueMicrotask(address); // once the lesson has its own entry
  }
  place(root.contains(document.activeElement));
});
window.addEventListener("popstate", async () => {
  const name = new URLSearchParams(location.search).get("path");
  if (name === (current?.name ?? null)) return;
  [current, verdict] = [(await every()).find((task) => task.name === name) ?? null, null];
  place();
});

// ---- links ---------------------------------------------------------------------------------------------------
// A bad value becomes a sentence, and the page opens all the same.
const quoted = (text) => `“${text.length > MOST_NAME ? `${text.slice(0, MOST_NAME)}…` : text}”`;

export const follow = async (link) => {
  const [name, kept] = [link.get("path"), link.get("answers")];
  const wrong = [];
  if (kept !== null && !["0", "1"].includes(kept))
    wrong.push(`answers in a link is 0 or 1, not ${quoted(kept)}: answers are offered.`);
  [answers, fixed] = [kept !== "0", kept === "0"];
  const part = (await parts()).find(({ letter }) => letter === name);
  const task = part ? firstOf(part) : (await every()).find((one) => one.name === name);
  if (name !== null && !task) wrong.push(`The path has no part or task ${quoted(name)}: here are those that it has.`);
  if (wrong.length) complaint = say(wrong.join(" "), true);
  if (wrong.length) address();
  if (name !== null && !task) return (await import("./overview.js")).show();
  if (!task) return;
  if (link.get("lesson") !== task.lesson) return begin(task);
  turnTo(task); // the link has the settings
  place();
};
