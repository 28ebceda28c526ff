// Long work: a bar, what it has done, and whether it was asked for, runs, was stopped, is done, or ended with its
// server. What has ended is gone with a change of the settings that it was about; what goes on says that it is about
// those before.
import { lessonOf } from "./asking.js";
import { make } from "./nodes.js";
import { none, read } from "./packed.js";

const STOPPED = " (stopped)";
const BEFORE = " (for what was chosen before)";
const LOOK = 3000; // milliseconds between two looks whether the server is still there

export const progress = (root, element, props, watch) => {
  const bar = make("progress");
  const text = make("span", { "aria-live": "polite" });
  root.id = `${element.id || element.closest("[id]").id}-line`;
  root.replaceChildren(bar, text);
  become(root, "idle");
  const now = () => {
    const value = read(props.value);
    if (none(value)) return;
    if (!value.text) return become(root, "idle");
    const done = value.total && value.done >= value.total;
    const late = !done && root.dataset.state === "stopped"; // it was on its way when Stop was pressed
    become(root, late ? "stopped" : done ? "done" : "running");
    if (value.total) Object.assign(bar, { max: value.total, value: value.done });
    else bar.removeAttribute("value");
    text.textContent = value.text + (late ? STOPPED : "") + (about(root) === root.begun ? "" : BEFORE);
    lookOut(root, text);
  };
  watch("value", now);
  now();
  window.addEventListener("whatwhere:changed", ({ detail }) => {
    if (detail !== root.dataset.lesson || about(root) === root.begun) return;
    if (!active(root)) become(root, "idle");
    else if (!text.textContent.endsWith(BEFORE)) text.textContent += BEFORE;
  });
};

// The state of a run; while it goes on its Start button asks nothing, and looks so.
const become = (root, state) => {
  root.dataset.state = state;
  const start = document.getElementById(root.id.replace("progress-line", "start"));
  start?.setAttribute("aria-disabled", active(root));
};

// The settings that a run is about, as text.
const about = ({ dataset }) =>
  JSON.stringify(dataset.about.split(" ").map((key) => lessonOf(dataset.lesson).settings[key]));

// A run was started or stopped by its button.
export const running = (id, state) => {
  const root = document.querySelector(`#${id} .ww-progress`);
  const text = root.querySelector("span");
  if (state === "stopped" && !active(root)) return;
  become(root, state === "started" ? "asked" : state); // gradio cannot stop what it has not taken yet
  if (state === "started") root.begun = about(root);
  if (state !== "started") return void (text.textContent += STOPPED);
  root.querySelector("progress").removeAttribute("value");
  text.textContent = "Waiting for its turn…";
  lookOut(root, text);
};

const active = (root) => ["asked", "running"].includes(root.dataset.state);

// A server that is gone, or that was started anew, tells nobody that a run has ended.
const lookOut = (root, text) => {
  clearInterval(root.lookout);
  root.lookout = setInterval(async () => {
    if (!active(root)) return clearInterval(root.lookout);
    const server = await fetch("gradio_api/app_id")
      .then((answer) => answer.json())
      .catch(() => null);
    if (server?.app_id === window.gradio_config.app_id) return;
    become(root, "ended");
    text.textContent += " (ended: the server stopped)";
  }, LOOK);
};
