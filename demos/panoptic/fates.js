// The colour of each pixel of a prediction that is judged: what became of its segment, or the segments of one map.
import { tableOf } from "../draw/cells.js";
import { inked } from "../draw/maps.js";

const OPACITY = 200; // of 255
const [NONE, MATCH, WRONG, EXCUSED] = [0, 1, 2, 3];

// What became of each predicted segment, and of void.
const fatesOf = ({ segments, found }) => {
  const fates = new Uint8Array(segments.length + 1).fill(NONE);
  fates[0] = EXCUSED;
  for (const { p } of found.matches) fates[p] = MATCH;
  for (const p of found.fp) fates[p] = WRONG;
  for (const p of found.excused) fates[p] = EXCUSED;
  return fates;
};

const ofMap = (map, list, dark) => {
  const table = tableOf(list.map(({ color }) => color)).map((color) => inked(color, OPACITY));
  return (i) => (map[i] ? table[map[i] - 1] : dark);
};

const ofFates = (model, width, many, [match, fp, fn, dark]) => {
  const { said, truth, found } = model;
  const [wrong, missed, plain] = [inked(fp, OPACITY), inked(fn), inked(match, 120)];
  const [faint, deep] = [inked(dark, 90), inked(dark, 220)];
  const fates = fatesOf(model);
  const lost = new Set(found.fn);
  const gone = Uint8Array.from({ length: many + 1 }, (_, t) => (lost.has(t) ? 1 : 0));
  return (i) => {
    const fate = fates[said[i]];
    if (fate === WRONG) return wrong;
    const hatched = (i + Math.floor(i / width)) % 3;
    if (gone[truth[i]] && hatched) return missed;
    if (fate === EXCUSED) return hatched ? faint : deep;
    return fate ? plain : 0;
  };
};

// A function of a pixel's number; `look` is "fates", "said" or "truth".
export const colorOf = (model, look, { size, true: truths }, { match, fp, fn, void: dark }) => {
  const colors = tableOf([match, fp, fn, dark]);
  if (look === "fates") return ofFates(model, size[1], truths.length, colors);
  return look === "truth"
    ? ofMap(model.truth, truths, inked(colors[3]))
    : ofMap(model.said, model.segments, inked(colors[3]));
};
