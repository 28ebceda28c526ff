// Both runs of this page: what the server has reported of each, kept in this browser over lessons and reloads. The
// networks themselves are on the server, for a while, and for this page alone.
import { keep, recall } from "../draw/memory.js";

const KEY = "ww-playground";
export const NAMES = ["A", "B"];
const ARRAYS = ["steps", "losses", "mious", "owns", "classes"];
const BEGUN = "The server no longer had this network: it began anew.";

// The settings of a setup's name, such as "3 concatenate bilinear cross-entropy 0".
export const designOf = (setup) => {
  const [depth, skips, upsampler, loss, seed] = setup.split(" ");
  return { depth: Number(depth), skips, upsampler, loss, seed: Number(seed) };
};

// A run as it was kept, if it is one.
const sound = (run) => (run?.shot && run.labels && ARRAYS.every((key) => Array.isArray(run[key])) ? run : null);

const before = recall(KEY, {});
export const runs = {
  of: Object.fromEntries(NAMES.map((name) => [name, sound(before[name])])),
  notes: {},
  listeners: [],

  // A report of the server.
  report(value) {
    const old = this.of[value.lane];
    const same = old?.setup === value.setup;
    if (same && value.step < old.step) this.notes[value.lane] = BEGUN;
    else if (!same) delete this.notes[value.lane];
    this.of[value.lane] = value;
    keep(KEY, this.of);
    for (const tell of this.listeners) tell();
  },

  // Whether a training of a setup would go on, as far as this browser knows.
  goesOn: (name, setup) => runs.of[name]?.setup === setup && runs.of[name].step > 0,
};
