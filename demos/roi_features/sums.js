// RoIPool, RoIWarp and RoIAlign of one channel, as lecture_models/ops does them: what follows the finger.
// Pure arithmetic, no DOM. float32 where torch has float32, since there an edge decides which cell a bin takes.
//
// A map is {data: Float32Array, height, width}; a box [x0, y0, x1, y1] in image pixels; settings are
// {bins: [rows, columns], scale: cells per pixel, ratio: points a bin and axis, aligned, reduce: "max" | "mean"}.
import { neighbours } from "../draw/bilinear.js";
import { clamp } from "../draw/number.js";

const f = Math.fround;
const at = (map, row, column) => map.data[row * map.width + column];

// ---- where the box lands on the grid ---------------------------------------------------------
const onGrid = (box, scale) => box.map((side) => f(f(side) * f(scale)));
// C's round(): halves away from zero, where Math.round takes them up.
const round = (value) => Math.trunc(value) + (Math.abs(value - Math.trunc(value)) >= 0.5 ? Math.sign(value) : 0);
// First and last cell of the box, both inclusive: [column, row, column, row].
export const snap = (box, scale) => {
  const [x0, y0, x1, y1] = onGrid(box, scale).map(round);
  return [x0, y0, Math.max(x0, x1), Math.max(y0, y1)];
};
export const binCells = (first, last, bins, length) => {
  const width = f((last - first + 1) / bins);
  return Array.from({ length: bins }, (_, b) => [
    clamp(Math.floor(f(b * width)) + first, 0, length),
    clamp(Math.ceil(f((b + 1) * width)) + first, 0, length),
  ]);
};
// The interval that the bins divide, in index coordinates: {start, size} of each axis.
export const interval = (kind, box, settings) => {
  if (kind === "roi_warp") {
    const [x0, y0, x1, y1] = snap(box, settings.scale);
    return { x: { start: x0 - 0.5, size: x1 - x0 + 1 }, y: { start: y0 - 0.5, size: y1 - y0 + 1 } };
  }
  const half = settings.aligned ? 0.5 : 0;
  const [x0, y0, x1, y1] = onGrid(box, settings.scale).map((side) => f(side - half));
  const size = (low, high) => (settings.aligned ? f(high - low) : Math.max(f(high - low), 1));
  return { x: { start: x0, size: size(x0, x1) }, y: { start: y0, size: size(y0, y1) } };
};
// What was really pooled, in image pixels; cell i stands for the pixels [i · stride, (i + 1) · stride).
export const pooledBox = (kind, box, settings, size = null) => {
  let region;
  if (kind === "roi_align") {
    const { x, y } = interval(kind, box, settings);
    region = [x.start, y.start, x.start + x.size, y.start + y.size].map((side) => side + 0.5);
  } else {
    const [x0, y0, x1, y1] = snap(box, settings.scale);
    region = [x0, y0, x1 + 1, y1 + 1];
  }
  if (size) region = region.map((side, i) => clamp(side, 0, size[i % 2 ? 0 : 1]));
  return region.map((side) => side / settings.scale);
};
export const iou = (a, b) => {
  const area = (box) => Math.max(box[2] - box[0], 0) * Math.max(box[3] - box[1], 0);
  const shared = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  const union = area(a) + area(b) - shared;
  return union > 0 ? shared / union : 0;
};

// ---- points, neighbours, weights --------------------------------------------------------------
const perBin = (size, bins, ratio) => (ratio > 0 ? ratio : Math.max(Math.ceil(f(size / bins)), 0));
const edges = ({ start, size }, bins) => Array.from({ length: bins + 1 }, (_, b) => start + (b * size) / bins);
export const binPoints = ({ start, size }, bins, bin, ratio) => {
  const width = f(size / bins);
  const count = perBin(size, bins, ratio);
  return Array.from({ length: count }, (_, k) => f(f(start + f(bin * width)) + f(f((k + 0.5) * width) / count)));
};
// Row b: the mean over bin b's points of the hat function max(0, 1 − |point − i|).
const hats = (axis, bins, length, ratio) =>
  Array.from({ length: bins }, (_, b) => {
    const row = new Float64Array(length);
    const points = binPoints(axis, bins, b, ratio);
    for (const point of points) {
      const near = neighbours(point, length);
      row[near.low] += near.lowWeight / points.length;
      row[near.high] += near.highWeight / points.length;
    }
    return row;
  });

// ---- one bin, with everything that made its value ---------------------------------------------
const reduced = (values, reduce) => {
  if (!values.length) return 0;
  return reduce === "max" ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0) / values.length;
};
const poolBin = (map, plan, row, column) => {
  const [top, bottom] = plan.rowBins[row];
  const [left, right] = plan.columnBins[column];
  const cells = [];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) cells.push({ row: y, column: x, value: at(map, y, x) });
  return {
    cells,
    points: [],
    value: reduced(
      cells.map((cell) => cell.value),
      plan.reduce,
    ),
  };
};
const samplePoint = (map, x, y) => {
  const across = neighbours(x, map.width);
  const down = neighbours(y, map.height);
  const four = [
    [down.low, across.low, down.lowWeight * across.lowWeight],
    [down.low, across.high, down.lowWeight * across.highWeight],
    [down.high, across.low, down.highWeight * across.lowWeight],
    [down.high, across.high, down.highWeight * across.highWeight],
  ].map(([row, column, weight]) => ({ row, column, weight, value: at(map, row, column) }));
  return { x, y, neighbours: four, value: four.reduce((sum, cell) => sum + cell.weight * cell.value, 0) };
};
const sampleBin = (map, plan, row, column) => {
  const ys = plan.points("y", row),
    xs = plan.points("x", column);
  const points = ys.flatMap((y) => xs.map((x) => samplePoint(map, x, y)));
  return {
    cells: [],
    points,
    value: reduced(
      points.map((point) => point.value),
      plan.reduce,
    ),
  };
};

// ---- a whole crop: where everything lies (plan), one bin (bin), all of them (output) ------------
// kind: "roi_pool", "roi_warp" or "roi_align".
export const crop = (kind, map, box, settings) => {
  const [rows, columns] = settings.bins;
  const reduce = settings.reduce || (kind === "roi_pool" ? "max" : "mean");
  const plan = {
    kind,
    reduce,
    exact: onGrid(box, settings.scale),
    snapped: kind === "roi_align" ? null : snap(box, settings.scale),
  };
  if (kind === "roi_pool") {
    const [x0, y0, x1, y1] = plan.snapped;
    plan.rowBins = binCells(y0, y1, rows, map.height);
    plan.columnBins = binCells(x0, x1, columns, map.width);
    plan.rowEdges = edges({ start: y0, size: y1 - y0 + 1 }, rows);
    plan.columnEdges = edges({ start: x0, size: x1 - x0 + 1 }, columns);
  } else {
    const ratio = settings.ratio ?? 2;
    const axes = interval(kind, box, settings);
    const count = { y: rows, x: columns };
    plan.points = (axis, index) => binPoints(axes[axis], count[axis], index, ratio);
    plan.rowEdges = edges(axes.y, rows);
    plan.columnEdges = edges(axes.x, columns);
  }
  const bin = kind === "roi_pool" ? poolBin : sampleBin;
  plan.bin = (row, column) => bin(map, plan, row, column);
  plan.output = () =>
    Float32Array.from({ length: rows * columns }, (_, i) => plan.bin(Math.floor(i / columns), i % columns).value);
  return plan;
};
// RoIAlign's two matrices: output = A_y · F · A_xᵀ.
export const matrices = (map, box, settings) => {
  const { x, y } = interval("roi_align", box, settings);
  const ratio = settings.ratio ?? 2;
  return { ay: hats(y, settings.bins[0], map.height, ratio), ax: hats(x, settings.bins[1], map.width, ratio) };
};

export { neighbours };
