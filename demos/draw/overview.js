// All tasks of the path: what is reached, where to begin or to go on, and the learner's progress as a file.
import { copy } from "./copy.js";
import { html, nothing, render } from "./markup.js";
import { make } from "./nodes.js";
import { things } from "./number.js";
import { begin, firstOf, leave, offer, offered, onPath, parts } from "./pathway.js";
import { adopt, answerShown, forget, reached } from "./reached.js";
import { read, written } from "./report.js";
import { save } from "./save.js";

const DAY = 10; // letters of a date
const LONG = 60_000; // milliseconds until a saved file's address may go
const homes = new Set();
let [sure, told, dialog] = [false, "", null];

const close = () => dialog?.close();
const go = (task) => {
  close();
  begin(task);
};
const change = (act) => {
  act();
  drawAll();
};
const say = (text) => change(() => ([told, sure] = [text, false]));

// ---- the file ------------------------------------------------------------------------------------------------
const entryOf = (name) => ({ reached: reached(name), shown: answerShown(name) });
const saveFile = (all) => {
  const now = new Date();
  const blob = new Blob([written(all, entryOf, now)], { type: "application/json" });
  const url = URL.createObjectURL(blob);
  save(`what-and-where-path-${now.toISOString().slice(0, DAY)}.json`, url);
  setTimeout(() => URL.revokeObjectURL(url), LONG);
  say("Your progress is saved as a file: it can be opened here in another browser.");
};
const openFile = async (all, field) => {
  const [file] = field.files;
  if (!file) return;
  try {
    const names = all.flatMap(({ tasks }) => tasks.map(({ name }) => name));
    const brought = adopt(read(await file.slice(0, 1_000_000).text(), names));
    say(brought ? `The file brought ${things(brought, "reached task")}.` : "The file has no task that is new here.");
  } catch (error) {
    say(error.message);
  }
  field.value = "";
};

// ---- what is drawn -------------------------------------------------------------------------------------------
const button = (text, act, { kind = "", label = nothing } = {}) =>
  html`<button type="button" class=${kind} aria-label=${label} @click=${act}>${text}</button>`;

const row = (task) => {
  const [day, shown] = [reached(task.name), answerShown(task.name)];
  const state = [day && `reached ${day.slice(0, DAY)}`, shown && "answer shown"].filter(Boolean).join(", ");
  const act = task === onPath() ? "Go on" : day ? "Again" : "Begin";
  return html`<li data-reached=${day ? "" : nothing}><b aria-hidden="true">${day ? "✓" : "○"}</b>
    <p>${task.text} <small>${task.title.replaceAll(" ", "\u00a0")}${state ? `, ${state}` : ""}</small></p>
    ${button(act, () => go(task), { label: `${act}: ${task.place}, ${task.title}` })}</li>`;
};

const part = (one) => {
  const done = one.tasks.filter(({ name }) => reached(name)).length;
  const act = !done ? "Begin" : done < one.tasks.length ? "Go on" : "Again";
  const link = new URL(`?path=${one.letter}${offered().answers ? "" : "&answers=0"}`, document.baseURI).href;
  return html`<section><header><h3>${one.letter} ${one.title}</h3>
      <span class="ww-path-count">${done} of ${one.tasks.length}</span>
      ${button(act, () => go(firstOf(one)), { kind: "ww-path-main", label: `${act}: part ${one.letter}` })}
      ${button("Copy link", () => copy(link, "Link"), { label: `Copy a link to part ${one.letter}` })}
    </header><ol>${one.tasks.map(row)}</ol></section>`;
};

const footer = (all) => {
  const done = all.flatMap(({ tasks }) => tasks).filter(({ name }) => reached(name)).length;
  const ask = html`<span class="ww-path-sure">Forget ${things(done, "reached task")}?</span>
    ${button("Forget", () => (forget(), say("All tasks are open again.")))} ${button("Keep", () => say(""))}`;
  const over = () => change(() => ([sure, told] = [done > 0, done ? "" : "No task is reached yet."]));
  const choose = ({ target }) => target.parentElement.querySelector("input[type=file]").click();
  return html`<footer><div>${button("Save my progress", () => saveFile(all))}
      <span><input type="file" accept=".json,application/json" hidden aria-label="Saved progress"
        @change=${({ target }) => openFile(all, target)}>${button("Open a saved file", choose)}</span>
      ${sure ? ask : button("Start over", over)}
    </div>${offered().fixed ? nothing : withAnswers()}<p class="ww-path-told" role="status">${told}</p></footer>`;
};

const withAnswers = () =>
  html`<label><input type="checkbox" .checked=${offered().answers}
    @change=${({ target }) => change(() => offer(target.checked))}>
  “Show an answer” is offered, here and in links that you copy</label>`;

const view = (all) =>
  html`<h2>The path: three tasks a part</h2>
  <p class="ww-path-about">A task is not a “Predict first” question: you reach it by acting in its lesson, and the app
    checks your settings. Progress stays in this browser.
    ${onPath() ? button("Leave the path", () => (close(), leave())) : nothing}</p>
  <div class="ww-path-parts">${all.map(part)}</div>${footer(all)}`;

const failed = (again) =>
  html`<p role="alert">The tasks could not be loaded.
  <button type="button" @click=${again}>Try again</button></p>`;

const draw = async (root) => {
  try {
    const all = await parts();
    root.removeAttribute("aria-busy");
    render(view(all), root);
  } catch {
    render(
      failed(() => draw(root)),
      root,
    );
  }
};
const drawAll = () => {
  for (const root of homes) if (root.isConnected) draw(root);
};
window.addEventListener("whatwhere:path", drawAll);

// The overview in an element of the page.
export const home = (element) => {
  element.classList.add("ww-path-home");
  homes.add(element);
  return draw(element);
};

// The overview in front of the page.
export const show = async () => {
  if (dialog) return;
  [sure, told] = [false, ""];
  const inside = make("div");
  const shut = make("button", {
    type: "button",
    class: "ww-path-close",
    "aria-label": "Close",
    text: "✕",
    onclick: close,
  });
  const gone = () => {
    homes.delete(inside);
    dialog.remove();
    dialog = null;
  };
  dialog = make("dialog", { class: "ww-path-dialog", "aria-label": "The path", onclose: gone }, shut, inside);
  document.querySelector(".gradio-container").append(dialog);
  await home(inside);
  dialog?.showModal();
  dialog?.querySelector(".ww-path-main")?.focus();
};
