// The learner's answers, counted in this browser: each question once.
import { keep, recall } from "./memory.js";

const KEY = "ww-answers";
const MOST = 500; // questions that are remembered, newest last
const sound = ({ right, asked, ids }) =>
  Number.isInteger(right) && Number.isInteger(asked) && 0 <= right && right <= asked && Array.isArray(ids);
const kept = recall(KEY, {});
let tally = sound(kept) ? kept : { right: 0, asked: 0, ids: [] };

export const counted = () => (tally.asked ? `${tally.right} of ${tally.asked} right` : "");

// Counts an answer; false where the question was counted before.
export const count = (id, right) => {
  if (tally.ids.includes(id)) return false;
  const ids = [...tally.ids, id].slice(-MOST);
  tally = { right: tally.right + Number(right), asked: tally.asked + 1, ids };
  keep(KEY, tally);
  return true;
};
