// The arithmetic of what follows the finger: where windows lie, both forms of a layer's sum, sizes of maps and their
// multiply-adds. Pure, no DOM; as lecture_models/nets/{sliding_window,two_forms,size_ledger}.py do it.
import { number, tiny } from "../draw/number.js";

// ---- windows ------------------------------------------------------------------------------------------
// A track is {own, stride, zoom, margin, shape: [rows, columns]}, see Track.
export const windowAt = ({ own, stride, zoom, margin }, row, column) => {
  const [x, y] = [column, row].map((place) => (place * stride - margin) / zoom);
  return [x, y, x + own / zoom, y + own / zoom];
};
// What a score stands for: a square as wide as the windows are apart, around the window's middle.
export const cellAt = (track, row, column) => {
  const [x0, y0, x1, y1] = windowAt(track, row, column);
  const [x, y, half] = [(x0 + x1) / 2, (y0 + y1) / 2, track.stride / track.zoom / 2];
  return [x - half, y - half, x + half, y + half];
};
// The score [row, column] whose middle is nearest to a point of the picture.
export const nearest = (track, [x, y]) => {
  const [left, top] = cellAt(track, 0, 0);
  const step = track.stride / track.zoom;
  return [(y - top) / step, (x - left) / step].map((place, i) =>
    Math.min(Math.max(Math.floor(place), 0), track.shape[i] - 1),
  );
};
export const SMALL = 1e-5; // below it a difference of scores is float32's rounding
// A difference as a text.
export const apart = (value) => (value < 0.01 ? tiny(value) : number(value, 2));
// The place of a difference on a logarithmic scale from 1e-9 to 10, 0 to 1.
export const [LEAST, MOST] = [-9, 1];
export const onScale = (difference) =>
  Math.min(Math.max((Math.log10(Math.max(difference, 1e-12)) - LEAST) / (MOST - LEAST), 0), 1);

// ---- one layer, two forms -------------------------------------------------------------------------------
// As a matrix: a row of weights times the flattened map.
export const connected = (row, inputs, bias) => {
  let total = 0;
  for (let i = 0; i < row.length; i++) total += row[i] * inputs[i];
  return total + bias;
};
// Column of the matrix for a weight of a kernel of k × k, and back.
export const columnOf = ([channel, row, column], k) => channel * k * k + row * k + column;
export const kernelPlace = (column, k) => [
  Math.floor(column / (k * k)),
  Math.floor((column % (k * k)) / k),
  column % k,
];
// As a convolution: the kernel at its one position, channel by channel, cell by cell.
export const convolved = (row, inputs, bias, k) => {
  let total = bias;
  for (let channel = 0; channel < row.length / (k * k); channel++)
    for (let y = 0; y < k; y++)
      for (let x = 0; x < k; x++) {
        const place = columnOf([channel, y, x], k);
        total += row[place] * inputs[place];
      }
  return total;
};

// ---- sizes ----------------------------------------------------------------------------------------------
const after = ({ kernel, stride, padding }, side) => Math.floor((side + 2 * padding - kernel) / stride) + 1;
// Size [height, width] after each layer, up to the last that fits.
export const sizesOf = (layers, size) => {
  const found = [];
  for (const layer of layers) {
    size = size.map((side) => after(layer, side));
    if (Math.min(...size) < 1) break;
    found.push(size);
  }
  return found;
};
export const scoresOf = (layers, size) => {
  const found = sizesOf(layers, size);
  return found.length === layers.length ? found.at(-1) : [0, 0];
};
const macsAt = ({ kind, inputs, outputs, kernel }, [high, wide]) =>
  kind === "convolution" ? high * wide * outputs * inputs * kernel * kernel : 0;
// Multiply-adds of each layer.
export const macsOf = (layers, size) => sizesOf(layers, size).map((output, i) => macsAt(layers[i], output));
// Of one pass; 0 where there is no score.
export const passMacs = (layers, size) =>
  scoresOf(layers, size)[0] ? macsOf(layers, size).reduce((all, one) => all + one, 0) : 0;
