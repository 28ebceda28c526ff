// The metrics of a label map against another, as Python's libraries compute them (a test in Chromium compares), and the
// mask that follows the finger. Maps are flat arrays, row by row, of size [height, width]; the truth has 255 for void.
import { clamp, sum } from "../draw/number.js";

export const VOID = 255;
const SHARE = 0.02; // of the picture's diagonal: how wide a boundary is
const list = (many, value) => Array.from({ length: many }, (_, i) => value(i));
export const zeros = (many) => list(many, () => 0);
const ratio = (part, whole) => (whole ? part / whole : null);

// The mean of some values; one that is null counts `absent`, or not at all if that is null, too.
export const mean = (values, absent = null) => {
  const known = values.map((value) => value ?? absent).filter((value) => value !== null);
  return known.length ? sum(known) / known.length : null;
};

// Pixels of true class i (row) that are predicted as class j, row by row, and pixels predicted as j where void is.
export const confusion = (prediction, truth, many) => {
  const [counts, inVoid] = [zeros(many * many), zeros(many)];
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] === VOID) inVoid[prediction[i]]++;
    else counts[truth[i] * many + prediction[i]]++;
  }
  return { counts, inVoid };
};

// Each class with its areas and what they come to, null for 0 / 0.
export const classes = (counts, many) =>
  list(many, (k) => {
    const both = counts[k * many + k];
    const truth = sum(counts.slice(k * many, (k + 1) * many));
    const said = sum(list(many, (i) => counts[i * many + k]));
    const union = truth + said - both;
    return {
      truth,
      said,
      both,
      union,
      iou: ratio(both, union),
      dice: diceOf(both, truth, said),
      accuracy: ratio(both, truth),
    };
  });
const diceOf = (both, truth, said) => ratio(2 * both, truth + said);

// The four metrics of Long et al. 2015, section 5.
export const whole = (each) => {
  const total = sum(each.map(({ truth }) => truth));
  return {
    accuracy: ratio(sum(each.map(({ both }) => both)), total),
    meanAccuracy: mean(each.map(({ accuracy }) => accuracy)),
    miou: mean(each.map(({ iou }) => iou)),
    weighted: ratio(sum(each.map(({ truth, iou }) => truth * (iou ?? 0))), total),
  };
};

// IoU of each class where what is predicted in void counts as wrong.
export const withVoid = (each, inVoid) => each.map(({ both, union }, k) => ratio(both, union + inVoid[k]));

// ---- boundaries -----------------------------------------------------------------------------------------
// How long the run of equal labels is that ends at each pixel of a line, and the one that begins there; the shorter.
const runs = (labels, start, step, length, found) => {
  for (let i = 0, run = 0; i < length; i++) {
    const at = start + i * step;
    run = i && labels[at] >= 0 && labels[at] === labels[at - step] ? run + 1 : 1;
    found[at] = run;
  }
  for (let i = length - 1, run = 0; i >= 0; i--) {
    const at = start + i * step;
    run = i < length - 1 && labels[at] >= 0 && labels[at] === labels[at + step] ? run + 1 : 1;
    if (run < found[at]) found[at] = run;
  }
};

// 1 where another label, or the picture's edge, is within `width` pixels, diagonals counting as one step.
export const band = (labels, [height, width], wide) => {
  const [found, level] = [new Int32Array(labels.length), new Int16Array(labels.length)];
  for (let row = 0; row < height; row++) runs(labels, row * width, 1, width, found);
  for (let i = 0; i < labels.length; i++) level[i] = found[i] > wide ? labels[i] : -1;
  for (let column = 0; column < width; column++) runs(level, column, width, height, found);
  return Uint8Array.from(labels, (_, i) => (level[i] < 0 || found[i] <= wide ? 1 : 0));
};

export const bandWidth = (size) => Math.max(1, Math.round(SHARE * Math.hypot(...size)));

// Boundary IoU of each class, null for 0 / 0. In void the truth is what is predicted, and does not count.
export const boundaries = (prediction, truth, size, many) => {
  const filled = truth.map((label, i) => (label === VOID ? prediction[i] : label));
  const [near, nearTruth] = [prediction, filled].map((labels) => band(labels, size, bandWidth(size)));
  const [common, either] = [zeros(many), zeros(many)];
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] === VOID) continue;
    const [said, right] = [prediction[i], filled[i]];
    if (near[i] && nearTruth[i] && said === right) common[said]++;
    if (near[i]) either[said]++;
    if (nearTruth[i] && !(near[i] && said === right)) either[right]++;
  }
  return common.map((both, k) => ratio(both, either[k]));
};

// ---- the mask that is dragged ---------------------------------------------------------------------------
// Its box as [x0, y0, x1, y1] in whole pixels; null for an empty one.
export const boxOf = (mask, [height, width]) => {
  let [x0, y0, x1, y1] = [width, height, 0, 0];
  for (let row = 0, i = 0; row < height; row++)
    for (let column = 0; column < width; column++, i++)
      if (mask[i]) {
        if (column < x0) x0 = column;
        if (column >= x1) x1 = column + 1;
        if (row < y0) y0 = row;
        y1 = row + 1;
      }
  return x1 > x0 ? [x0, y0, x1, y1] : null;
};

const sources = (length, [low, high], by, scale) => {
  const middle = (low + high) / 2;
  return list(length, (i) => Math.floor(middle + (i + 0.5 - middle - by) / scale));
};

// The mask moved by dx, dy pixels and scaled about the middle of its box; what leaves the picture is lost.
export const moved = (mask, size, box, [dx, dy, scale]) => {
  const [height, width] = size;
  const there = new Uint8Array(mask.length);
  if (!box) return there;
  const down = sources(height, [box[1], box[3]], dy, scale);
  const across = sources(width, [box[0], box[2]], dx, scale);
  for (let row = 0, i = 0; row < height; row++)
    for (let column = 0; column < width; column++, i++) {
      const [y, x] = [down[row], across[column]];
      if (y >= 0 && y < height && x >= 0 && x < width) there[i] = mask[y * width + x];
    }
  return there;
};

// Dice from IoU.
export const dice = (iou) => (2 * iou) / (1 + iou);

// The IoU at a shift of so many pixels, between the whole ones of a curve.
export const at = (curve, shift) => {
  const low = Math.floor(clamp(shift, 0, curve.length - 1));
  const high = Math.min(low + 1, curve.length - 1);
  return curve[low] + (curve[high] - curve[low]) * (clamp(shift, 0, curve.length - 1) - low);
};
