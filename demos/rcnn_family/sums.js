// Arithmetic of the boards: a place on a logarithmic axis, numbers with their units, a box on its way, a bin's cells.
import { neighbours } from "../draw/bilinear.js";
import { clamp } from "../draw/number.js";

// Where a total lies on an axis from `low` to `high`, 0 to 1.
export const along = (total, low, high) => clamp(Math.log(Math.max(total, 1e-9) / low) / Math.log(high / low), 0, 1);

const scaled = (number, unit) => `${number.toFixed(number >= 100 ? 0 : number >= 10 ? 1 : 2)} ${unit}`;
export const macs = (n) => (n >= 1e12 ? scaled(n / 1e12, "T") : n >= 1e9 ? scaled(n / 1e9, "G") : scaled(n / 1e6, "M"));
export const time = (ms) => (ms >= 1000 ? scaled(ms / 1000, "s") : scaled(ms, "ms"));

// A box between two others, slow at both ends of its way.
const ease = (t) => (t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) * (1 - t));
export const between = (start, end, at) => end.map((side, k) => start[k] + (side - start[k]) * ease(at));

// The cells that a bin of RoIAlign reads, with their weights in its mean, the heaviest first. `features` are those of
// the drawn part of the map alone.
export const binCells = ({ extent: [top, left], shape, align }, [row, column]) => {
  const { features, rows, columns } = align;
  const [ys, xs] = [rows[row], columns[column]];
  const near = (point, length) => neighbours(point, length).filter(([, weight]) => weight > 0);
  const total = new Map();
  for (const y of ys)
    for (const x of xs)
      for (const [i, u] of near(y, shape[0]))
        for (const [j, v] of near(x, shape[1])) {
          const cell = total.get(`${i},${j}`) ?? { row: i, column: j, weight: 0 };
          total.set(`${i},${j}`, { ...cell, weight: cell.weight + (u * v) / (ys.length * xs.length) });
        }
  const value = ({ row: i, column: j }) => features[i - top][j - left];
  return [...total.values()].map((one) => ({ ...one, value: value(one) })).sort((a, b) => b.weight - a.weight);
};
