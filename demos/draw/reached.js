// Which tasks of the path this browser has seen reached, and which answers it has shown; what is damaged is nothing.
import { elsewhere, keep, recall } from "./memory.js";
import { entries } from "./report.js";

const KEY = "ww-path";
const KNOWN = 200; // tasks that are remembered, far more than there are
const sound = (value) => entries(value && typeof value === "object" ? Object.values(value) : [], KNOWN);
let kept = sound(recall(KEY, []));

const tell = () => window.dispatchEvent(new Event("whatwhere:path"));
const write = () => {
  keep(KEY, [...kept.values()]);
  tell();
};
elsewhere(KEY, () => {
  kept = sound(recall(KEY, []));
  tell();
});
const entry = (name) => kept.get(name) ?? { name, reached: null, shown: false };

export const reached = (name) => entry(name).reached;
export const answerShown = (name) => entry(name).shown;

// A task was reached now; what it was first reached by stays.
export const reach = (name) => {
  if (reached(name)) return;
  kept.set(name, { ...entry(name), reached: new Date().toISOString() });
  write();
};

// The answer of a task was shown before the task was reached.
export const showed = (name) => {
  if (reached(name)) return;
  kept.set(name, { ...entry(name), shown: true });
  write();
};

// What a file brings, where this browser does not know better; returns how many it has brought.
export const adopt = (brought) => {
  const fresh = [...brought.values()].filter((one) => one.reached && !reached(one.name));
  for (const one of fresh) kept.set(one.name, one);
  if (fresh.length) write();
  return fresh.length;
};

export const forget = () => {
  kept.clear();
  write();
};
