// Mask logits to probabilities, as lecture_models/nets/mask_heads.py does it: what follows the pointer.
// Pure arithmetic, no DOM. A stack of K maps is {data: Float32Array, shape: [K, rows, columns]}.
(() => {
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const sigmoid = (z) => 1 / (1 + Math.exp(-z));
  const softmax = (logits) => {
    const most = Math.max(...logits);
    const powers = logits.map((z) => Math.exp(z - most));
    const sum = powers.reduce((all, power) => all + power, 0);
    return powers.map((power) => power / sum);
  };
  // The K numbers of one cell [column, row].
  const at = (stack, [column, row]) => {
    const [count, rows, columns] = stack.shape;
    return Array.from({ length: count }, (_, k) => stack.data[(k * rows + row) * columns + column]);
  };
  const one = (stack, cell) => at({ data: stack.data, shape: [1, ...stack.shape.slice(-2)] }, cell)[0];

  // Probabilities of all cells by "sigmoid" (each logit alone) or "softmax" (all logits of a cell).
  const probabilities = (logits, rule) => {
    const [count, rows, columns] = logits.shape, area = rows * columns;
    if (rule === "sigmoid") return { data: Float32Array.from(logits.data, sigmoid), shape: logits.shape };
    const data = new Float32Array(count * area);
    for (let cell = 0; cell < area; cell++) {
      const column = softmax(Array.from({ length: count }, (_, k) => logits.data[k * area + cell]));
      column.forEach((p, k) => { data[k * area + cell] = p; });
    }
    return { data, shape: logits.shape };
  };
  // Their sum at a cell; `rest` holds the sum over classes that are not shown, or null.
  const total = (probs, rest, cell) => at(probs, cell).reduce((sum, p) => sum + p, 0) + (rest ? one(rest, cell) : 0);

  // The cell of a grid under a point of the picture, or null outside of the box.
  const cellOf = ([x, y], [x0, y0, x1, y1], cells) => {
    const column = Math.floor(((x - x0) / (x1 - x0)) * cells), row = Math.floor(((y - y0) / (y1 - y0)) * cells);
    return column >= 0 && column < cells && row >= 0 && row < cells ? [column, row] : null;
  };
  // The outline of the cells that are at least `threshold`, as an SVG path in cells.
  const outline = (values, rows, columns, threshold) => {
    const inside = (row, column) => row >= 0 && row < rows && column >= 0 && column < columns && values[row * columns + column] >= threshold;
    let path = "";
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        if (!inside(row, column)) continue;
        if (!inside(row - 1, column)) path += `M${column} ${row}h1`;
        if (!inside(row + 1, column)) path += `M${column} ${row + 1}h1`;
        if (!inside(row, column - 1)) path += `M${column} ${row}v1`;
        if (!inside(row, column + 1)) path += `M${column + 1} ${row}v1`;
      }
    return path;
  };
  const slice = (stack, k) => stack.data.subarray(k * stack.shape[1] * stack.shape[2], (k + 1) * stack.shape[1] * stack.shape[2]);

  const api = { probabilities, total, at, one, cellOf, outline, slice, clamp };
  if (typeof window !== "undefined") window.maskSums = api;
  if (typeof module !== "undefined") module.exports = api;
})();
