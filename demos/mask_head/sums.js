// Mask logits to probabilities, as lecture_models/nets/mask_heads.py does it: what follows the pointer.
// Pure arithmetic, no DOM. A stack of K maps is {data: Float32Array, shape: [K, rows, columns]}.
const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const softmax = (logits) => {
  const most = Math.max(...logits);
  const powers = logits.map((z) => Math.exp(z - most));
  const sum = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / sum);
};
// The K numbers of one cell [column, row].
export const at = (stack, [column, row]) => {
  const [count, rows, columns] = stack.shape;
  return Array.from({ length: count }, (_, k) => stack.data[(k * rows + row) * columns + column]);
};
export const one = (stack, cell) => at({ data: stack.data, shape: [1, ...stack.shape.slice(-2)] }, cell)[0];

// Probabilities of all cells by "sigmoid" (each logit alone) or "softmax" (all logits of a cell).
export const probabilities = (logits, rule) => {
  const [count, rows, columns] = logits.shape,
    area = rows * columns;
  if (rule === "sigmoid") return { data: Float32Array.from(logits.data, sigmoid), shape: logits.shape };
  const data = new Float32Array(count * area);
  for (let cell = 0; cell < area; cell++) {
    const column = softmax(Array.from({ length: count }, (_, k) => logits.data[k * area + cell]));
    column.forEach((p, k) => {
      data[k * area + cell] = p;
    });
  }
  return { data, shape: logits.shape };
};
// Their sum at a cell; `rest` holds the sum over classes that are not shown, or null.
export const total = (probs, rest, cell) =>
  at(probs, cell).reduce((sum, p) => sum + p, 0) + (rest ? one(rest, cell) : 0);

// The cell of a grid under a point of the picture, or null outside of the box.
export const cellOf = ([x, y], [x0, y0, x1, y1], cells) => {
  const column = Math.floor(((x - x0) / (x1 - x0)) * cells),
    row = Math.floor(((y - y0) / (y1 - y0)) * cells);
  return column >= 0 && column < cells && row >= 0 && row < cells ? [column, row] : null;
};
export const slice = (stack, k) =>
  stack.data.subarray(k * stack.shape[1] * stack.shape[2], (k + 1) * stack.shape[1] * stack.shape[2]);
