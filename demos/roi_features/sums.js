// RoIPool, RoIWarp and RoIAlign of one channel, as lecture_models/ops does them: what follows the finger.
// Pure arithmetic, no DOM. float32 where torch has float32, since there an edge decides which cell a bin takes.
//
// A map is {data: Float32Array, height, width}; a box [x0, y0, x1, y1] in image pixels; settings are
// {bins: [rows, columns], scale: cells per pixel, ratio: points a bin and axis, aligned, reduce: "max" | "mean",
// centre: where cell i's centre lies, at i + centre; ½ for cells that tile the picture}.
import { neighbours } from "../draw/bilinear.js";
import { clamp } from "../draw/number.js";

// In the order of the page: an operator's kind, and whether it corrects half a cell.
export const OPERATORS = [
  ["roi_pool", false],
  ["roi_warp", false],
  ["roi_align", false],
  ["roi_align", true],
];

const TILES = 0.5;
const f = Math.fround;
const list = (length, make) => Array.from({ length }, (_, i) => make(i));

// ---- where the box lands on the grid ---------------------------------------------------------
const onGrid = (box, scale) => box.map((side) => f(f(side) * f(scale)));
// C's round(): halves away from zero, where Math.round takes them up.
const round = (value) => Math.trunc(value) + (Math.abs(value - Math.trunc(value)) >= 0.5 ? Math.sign(value) : 0);
// First and last cell of the box, both inclusive: [column, row, column, row].
export const snap = (box, scale) => {
  const [x0, y0, x1, y1] = onGrid(box, scale).map(round);
  return [x0, y0, Math.max(x0, x1), Math.max(y0, y1)];
};
// The interval that the bins divide, in index coordinates (cell i reaches from i − ½ to i + ½): {start, size} an axis.
const interval = (kind, box, { scale, aligned }) => {
  const exact = () => onGrid(box, scale).map((side) => f(side - (aligned ? 0.5 : 0)));
  const snapped = () => snap(box, scale).map((cell, i) => (i < 2 ? cell - 0.5 : cell + 0.5));
  const [x0, y0, x1, y1] = kind === "roi_align" ? exact() : snapped();
  const axis = (low, high) => ({ start: low, size: aligned ? f(high - low) : Math.max(f(high - low), 1) });
  return { x: axis(x0, x1), y: axis(y0, y1) };
};
// What was really pooled, in image pixels: cell i stands for the stride pixels around (i + centre) · stride.
export const pooledBox = (kind, box, settings, size = null) => {
  const { x, y } = interval(kind, box, settings);
  const region = [x.start, y.start, x.start + x.size, y.start + y.size];
  const there = size ? region.map((side, i) => clamp(side, -0.5, size[i % 2 ? 0 : 1] - 0.5)) : region;
  return there.map((side) => (side + (settings.centre ?? TILES)) / settings.scale);
};
export const iou = (a, b) => {
  const area = (box) => Math.max(box[2] - box[0], 0) * Math.max(box[3] - box[1], 0);
  const shared = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  const union = area(a) + area(b) - shared;
  return union > 0 ? shared / union : 0;
};

// ---- what a bin takes along one axis ----------------------------------------------------------
// RoIPool: whole cells, those that the bin touches.
const cells = ({ start, size }, bins, bin, length) => {
  const width = f(size / bins);
  const cell = (part) => clamp(part + start + 0.5, 0, length);
  const first = cell(Math.floor(f(bin * width)));
  return list(Math.max(cell(Math.ceil(f((bin + 1) * width))) - first, 0), (i) => first + i);
};
// The others: points at regular distances; a ratio of 0 takes as many as the bin is wide in cells.
const samples = ({ start, size }, bins, bin, ratio) => {
  const width = f(size / bins);
  const count = ratio > 0 ? ratio : Math.max(Math.ceil(width), 0);
  return list(count, (k) => f(f(start + f(bin * width)) + f(f((k + 0.5) * width) / count)));
};
// Where the bins end, in cells.
const edges = ({ start, size }, bins) => list(bins + 1, (b) => start + 0.5 + (b * size) / bins);

// ---- a value, with everything that made it ----------------------------------------------------
// Cells of the map where rows and columns cross, each with the product of their weights, and what they add up to.
export const crossed = (map, rows, columns) =>
  rows.flatMap(([row, p]) =>
    columns.map(([column, q]) => ({ row, column, weight: p * q, value: map.data[row * map.width + column] })),
  );
const total = (cells) => cells.reduce((sum, { weight, value }) => sum + weight * value, 0);
const sample = (map, x, y) => {
  const four = crossed(map, neighbours(y, map.height), neighbours(x, map.width));
  return { x, y, neighbours: four, value: total(four) };
};
const wholeCell = (map, x, y) => ({ x, y, neighbours: [], value: map.data[y * map.width + x] });
const reduced = (values, reduce) => {
  if (!values.length) return 0;
  return reduce === "max" ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0) / values.length;
};

// A whole crop: where everything lies (edges, points), one bin (bin), all of them (output).
// kind: "roi_pool", "roi_warp" or "roi_align".
export const crop = (kind, map, box, settings) => {
  const [rows, columns] = settings.bins;
  const whole = kind === "roi_pool";
  const reduce = settings.reduce || (whole ? "max" : "mean");
  const { x, y } = interval(kind, box, settings);
  const along = (axis, bins, length) => (bin) =>
    whole ? cells(axis, bins, bin, length) : samples(axis, bins, bin, settings.ratio ?? 2);
  const [xs, ys] = [along(x, columns, map.width), along(y, rows, map.height)];
  const value = whole ? wholeCell : sample;
  const bin = (row, column) => {
    const across = xs(column);
    const points = ys(row).flatMap((py) => across.map((px) => value(map, px, py)));
    const values = points.map((point) => point.value);
    return { points, value: reduced(values, reduce) };
  };
  const output = () => Float32Array.from(list(rows * columns, (i) => bin(Math.floor(i / columns), i % columns).value));
  return { kind, reduce, xs, ys, rowEdges: edges(y, rows), columnEdges: edges(x, columns), bin, output };
};

// ---- RoIAlign's two matrices: output = A_y · F · A_xᵀ -----------------------------------------
// Row b: the mean over bin b's points of the hat function max(0, 1 − |point − i|).
const hats = (axis, bins, length, ratio) =>
  list(bins, (b) => {
    const row = new Float64Array(length);
    const points = samples(axis, bins, b, ratio);
    for (const [i, weight] of points.flatMap((point) => neighbours(point, length))) row[i] += weight / points.length;
    return row;
  });
export const matrices = (map, box, settings) => {
  const { x, y } = interval("roi_align", box, settings);
  const ratio = settings.ratio ?? 2;
  return { ay: hats(y, settings.bins[0], map.height, ratio), ax: hats(x, settings.bins[1], map.width, ratio) };
};
// The entries [i, weight] of a row that are not 0.
export const entries = (row) => [...row.entries()].filter(([, weight]) => weight);
export const product = (map, { ay, ax }) => {
  const columns = ax.map(entries);
  return ay.map(entries).flatMap((rows) => columns.map((across) => total(crossed(map, rows, across))));
};
