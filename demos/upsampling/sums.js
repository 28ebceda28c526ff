// Seven ways of upsampling one map, as lecture_models/ops does them: what follows the finger. Pure arithmetic, no DOM.
//
// Every operator is a plan {rows, columns, terms}: for each output cell, row by row, the inputs that count in it as
// [index, weight]. So one sum serves them all; a matrix, its transposed and where an input goes can be read off.
// A layer is {kernel: k² numbers, size: k, stride, padding, outputPadding}.
import { neighbours } from "../draw/bilinear.js";

export const FACTOR = 2; // of all but the transposed convolution
const f = Math.fround;
const list = (length, make) => Array.from({ length }, (_, i) => make(i));

// A plan from its size and the terms of the cell (row, column); equal inputs are added up, weights of 0 left out.
const planned = ([rows, columns], termsOf) => ({
  rows,
  columns,
  terms: list(rows * columns, (i) => merged(termsOf(Math.floor(i / columns), i % columns))),
});
const merged = (terms) => {
  const found = new Map();
  for (const [index, weight] of terms) found.set(index, (found.get(index) ?? 0) + weight);
  return [...found].filter(([, weight]) => weight);
};
const larger = ([rows, columns]) => [FACTOR * rows, FACTOR * columns];

// ---- without weights -------------------------------------------------------------------------
const block = (row, column, columns) => Math.floor(row / FACTOR) * columns + Math.floor(column / FACTOR);
const nearest = (size) => planned(larger(size), (row, column) => [[block(row, column, size[1]), 1]]);
const bedOfNails = (size) =>
  planned(larger(size), (row, column) => (row % FACTOR || column % FACTOR ? [] : [[block(row, column, size[1]), 1]]));

// Where the largest number of each block stands, the blocks row by row; of equal numbers the first.
export const places = (data, [rows, columns]) =>
  list((rows / FACTOR) * (columns / FACTOR), (i) => {
    const [top, left] = [Math.floor(i / (columns / FACTOR)), i % (columns / FACTOR)].map((at) => at * FACTOR);
    const inBlock = list(FACTOR ** 2, (k) => (top + Math.floor(k / FACTOR)) * columns + left + (k % FACTOR));
    return inBlock.reduce((best, at) => (data[at] > data[best] ? at : best));
  });
const maxUnpool = (size, data) => {
  const kept = new Set(places(data, size));
  return planned(size, (row, column) => {
    const at = row * size[1] + column;
    return kept.has(at) ? [[at, 1]] : [];
  });
};

// ---- bilinear --------------------------------------------------------------------------------
// Where output `o` of an axis reads the input, in index coordinates: cell i has its centre at i.
export const source = (o, length, aligned) =>
  aligned ? f(o * f((length - 1) / Math.max(FACTOR * length - 1, 1))) : f((o + 0.5) / FACTOR - 0.5);
export const along = (o, length, aligned) => neighbours(source(o, length, aligned), length);
const bilinear = (aligned) => (size) =>
  planned(larger(size), (row, column) =>
    along(row, size[0], aligned).flatMap(([i, p]) =>
      along(column, size[1], aligned).map(([j, q]) => [i * size[1] + j, p * q]),
    ),
  );

// ---- with a kernel ---------------------------------------------------------------------------
export const outputSide = (length, { size, stride, padding, outputPadding }) =>
  (length - 1) * stride + size - 2 * padding + outputPadding;
export const convolvedSide = (length, { size, stride, padding }) =>
  Math.max(Math.floor((length + 2 * padding - size) / stride) + 1, 0);

// Inputs of an axis whose kernel reaches output `o`, as [input, place in the kernel].
export const reaching = (o, length, { size, stride, padding }) =>
  list(size, (k) => [(o + padding - k) / stride, k]).filter(
    ([input]) => Number.isInteger(input) && input >= 0 && input < length,
  );
// Inputs of an axis under the kernel at the place `o`.
const under = (o, length, { size, stride, padding }) =>
  list(size, (k) => [o * stride - padding + k, k]).filter(([input]) => input >= 0 && input < length);

const crossed = (rows, columns, width, { kernel, size }) =>
  rows.flatMap(([i, p]) => columns.map(([j, q]) => [i * width + j, kernel[p * size + q]]));
const transposed = (size, _, layer) =>
  planned(
    size.map((side) => outputSide(side, layer)),
    (row, column) => crossed(reaching(row, size[0], layer), reaching(column, size[1], layer), size[1], layer),
  );
// The convolution whose transposed that is.
export const convolution = (size, layer) =>
  planned(
    size.map((side) => convolvedSide(side, layer)),
    (row, column) => crossed(under(row, size[0], layer), under(column, size[1], layer), size[1], layer),
  );
// After the resize each number stands stride² times, so the kernel is divided by that.
const resize = (size, _, layer) => {
  const [first, large] = [nearest(size), larger(size)];
  const same = { ...layer, stride: 1, padding: Math.floor((layer.size - 1) / 2) };
  return planned(large, (row, column) =>
    crossed(under(row, large[0], same), under(column, large[1], same), large[1], layer).map(([at, weight]) => [
      first.terms[at][0][0],
      weight / layer.stride ** 2,
    ]),
  );
};

// In the order of the page.
export const KINDS = {
  nearest,
  bed_of_nails: bedOfNails,
  max_unpool: maxUnpool,
  bilinear: bilinear(false),
  bilinear_corners: bilinear(true),
  transposed,
  resize,
};
export const plan = (kind, size, data, layer) => KINDS[kind](size, data, layer);

// ---- what a plan tells -----------------------------------------------------------------------
export const applied = ({ terms }, data) =>
  terms.map((cell) => cell.reduce((sum, [at, weight]) => sum + weight * data[at], 0));
// The matrix transposed, as a plan from outputs to inputs of size [rows, columns].
export const turned = ({ terms }, [rows, columns]) => {
  const back = list(rows * columns, () => []);
  terms.forEach((cell, output) => cell.forEach(([at, weight]) => back[at].push([output, weight])));
  return { rows, columns, terms: back };
};
// How many inputs meet in each output along one axis; a map's are the products of two of these.
export const meeting = (length, layer) => list(outputSide(length, layer), (o) => reaching(o, length, layer).length);
export const inner = (one, other) => one.reduce((sum, value, i) => sum + value * other[i], 0);
