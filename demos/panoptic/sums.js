// The arithmetic of what is played and painted: a merge replayed, panoptic quality, mean IoU. Pure, no DOM; the same as
// lecture_models/ops/panoptic.py and panoptic_quality.py have it, which a test holds against this.
export const MATCH = 0.5;

// Pixel `at` of mask `k` of packed bits [masks, bytes], the highest bit first.
export const bit = ({ data, shape: [, bytes] }, k, at) => (data[k * bytes + (at >> 3)] >> (7 - (at & 7))) & 1;

// The map after so many steps of a trial: numbers from 1 in the order of pasting, 0 for nobody. Cases come first, then
// classes of stuff; `owners` has the step of each number.
export const replay = ({ masks, stuff, cases, fills }, steps, pixels) => {
  const map = new Uint8Array(pixels);
  const owners = [-1];
  cases.slice(0, steps).forEach((one, step) => {
    if (one.verdict !== "pasted") return;
    owners.push(step);
    for (let i = 0; i < pixels; i++) if (!map[i] && bit(masks, one.mask, i)) map[i] = owners.length - 1;
  });
  fills.slice(0, Math.max(steps - cases.length, 0)).forEach((one, k) => {
    if (!one.stays) return;
    owners.push(cases.length + k);
    for (let i = 0; i < pixels; i++) if (!map[i] && stuff.data[i] === one.label) map[i] = owners.length - 1;
  });
  return { map, owners };
};

// The pixels [x, y] on the way from one point to another, the last one alone where they are one.
export const along = (from, to) => {
  const steps = 2 * Math.ceil(Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])));
  const at = (k) => [0, 1].map((i) => Math.floor(to[i] + ((from[i] - to[i]) * k) / Math.max(steps, 1)));
  return Array.from({ length: Math.max(steps, 1) }, (_, k) => at(k));
};

// How many pixels two maps of numbers share: table[said][true].
export const shared = (said, truth, [many, more]) => {
  const table = Array.from({ length: many + 1 }, () => new Float64Array(more + 1));
  for (let i = 0; i < said.length; i++) table[said[i]][truth[i]]++;
  return table;
};

const areas = (table) => ({
  said: table.map((row) => row.reduce((all, one) => all + one, 0)),
  true: Array.from(table[0], (_, t) => table.reduce((all, row) => all + row[t], 0)),
});

// Pairs of one class that share a pixel, the largest IoU first.
const pairsOf = (table, area, predicted, real, crowds) => {
  const pairs = [];
  for (let p = 1; p < table.length; p++)
    for (let t = 1; t < table[p].length; t++) {
      if (!table[p][t] || crowds.includes(t) || predicted[p - 1] !== real[t - 1]) continue;
      const union = area.said[p] - table[p][0] + area.true[t] - table[p][t];
      pairs.push({ p, t, shared: table[p][t], union, iou: table[p][t] / union });
    }
  return pairs.sort((a, b) => b.iou - a.iou);
};

const quality = ({ tp, fp, fn, iou }) => {
  const weight = tp + (fp + fn) / 2;
  const [pq, rq] = weight ? [iou / weight, tp / weight] : [null, null];
  return { tp, fp, fn, iou, pq, rq, sq: weight ? (tp ? iou / tp : 0) : null };
};

export const mean = (values) => {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((all, one) => all + one, 0) / known.length : null;
};

// Panoptic quality of numbers of segments: `predicted` and `real` are their classes.
export const panopticQuality = (said, truth, predicted, real, crowds = [], threshold = MATCH) => {
  const table = shared(said, truth, [predicted.length, real.length]);
  const area = areas(table);
  const pairs = pairsOf(table, area, predicted, real, crowds);
  const [saidOf, trueOf, matches] = [new Map(), new Map(), []];
  for (const pair of pairs)
    if (pair.iou > threshold && !saidOf.has(pair.p) && !trueOf.has(pair.t)) {
      saidOf.set(pair.p, pair);
      trueOf.set(pair.t, pair);
      matches.push(pair);
    }
  const excuse = (p) => {
    const own = crowds.filter((t) => real[t - 1] === predicted[p - 1]);
    return (table[p][0] + own.reduce((all, t) => all + table[p][t], 0)) / area.said[p];
  };
  const alone = predicted.map((_, i) => i + 1).filter((p) => area.said[p] && !saidOf.has(p));
  const excused = alone.filter((p) => excuse(p) > MATCH);
  const fp = alone.filter((p) => !excused.includes(p));
  const fn = real.map((_, i) => i + 1).filter((t) => area.true[t] && !trueOf.has(t) && !crowds.includes(t));
  const each = {};
  for (const name of new Set([...real, ...predicted])) {
    const mine = matches.filter(({ t }) => real[t - 1] === name);
    each[name] = quality({
      tp: mine.length,
      fp: fp.filter((p) => predicted[p - 1] === name).length,
      fn: fn.filter((t) => real[t - 1] === name).length,
      iou: mine.reduce((all, { iou }) => all + iou, 0),
    });
  }
  const of = (key) => mean(Object.values(each).map((one) => one[key]));
  return { pairs, matches, excused, fp, fn, each, area, pq: of("pq"), sq: of("sq"), rq: of("rq") };
};

// Mean IoU by class: things of one class are one region; void of the truth is left out.
export const meanIou = (said, truth, predicted, real) => {
  const names = [...new Set([...real, ...predicted])];
  const [of, is] = [predicted, real].map((list) => [-1, ...list.map((name) => names.indexOf(name))]);
  const counts = names.map(() => [0, 0]); // shared, union
  for (let i = 0; i < said.length; i++) {
    if (!truth[i]) continue;
    const [a, b] = [of[said[i]], is[truth[i]]];
    if (a === b) counts[a][0]++;
    else if (a >= 0) counts[a][1]++;
    counts[b][1]++;
  }
  return mean(counts.map(([both, union]) => (union ? both / union : null)));
};

// Segments that have two partners or more above a threshold: {p, t}, lists of numbers. Above one half there are none.
export const doubles = (pairs, threshold) => {
  const found = pairs.filter(({ iou }) => iou > threshold);
  const twice = (key) =>
    [...new Set(found.map((pair) => pair[key]))].filter((n) => found.filter((pair) => pair[key] === n).length > 1);
  return { p: twice("p"), t: twice("t") };
};

// Pixels that must change until a pair's match flips: right ones given away, or won, one by one; the union stays.
export const toFlip = ({ shared: both, union }, threshold = MATCH) => {
  const edge = threshold * union;
  return both > edge ? Math.ceil(both - edge) : Math.floor(edge - both) + 1;
};
