// Mask logits to probabilities, as lecture_models/nets/mask_heads.py does it: what follows the pointer.
// Pure arithmetic, no DOM. A stack of K maps is {data: Float32Array, shape: [K, rows, columns]}.
const add = (values) => values.reduce((sum, value) => sum + value, 0);
const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const softmax = (logits) => {
  const most = Math.max(...logits);
  const powers = logits.map((z) => Math.exp(z - most));
  return powers.map((power) => power / add(powers));
};

// The maps of a stack, and the K numbers of one cell [column, row]; a single map has one.
const areaOf = ({ shape }) => shape.at(-2) * shape.at(-1);
const countOf = (stack) => stack.data.length / areaOf(stack);
export const maps = (stack) =>
  Array.from({ length: countOf(stack) }, (_, k) => stack.data.subarray(k * areaOf(stack), (k + 1) * areaOf(stack)));
export const at = (stack, [column, row]) => maps(stack).map((map) => map[row * stack.shape.at(-1) + column]);

// Probabilities of all cells by "sigmoid" (each logit alone) or "softmax" (all logits of a cell).
export const probabilities = (logits, rule) => {
  const { data, shape } = logits;
  if (rule === "sigmoid") return { data: data.map(sigmoid), shape };
  const all = maps(logits);
  const cells = Array.from(all[0], (_, i) => softmax(all.map((map) => map[i])));
  return { data: data.map((_, i) => cells[i % cells.length][Math.floor(i / cells.length)]), shape };
};
// Their sum at a cell; `rest` holds the sum over classes that are not shown, or null.
export const total = (probs, rest, cell) => add(at(probs, cell)) + (rest ? add(at(rest, cell)) : 0);

// The cell of a grid under a point of the picture, or null outside of the box.
export const cellOf = ([x, y], [x0, y0, x1, y1], cells) => {
  const cell = [(x - x0) / (x1 - x0), (y - y0) / (y1 - y0)].map((part) => Math.floor(part * cells));
  return cell.every((place) => place >= 0 && place < cells) ? cell : null;
};
