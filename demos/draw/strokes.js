// What a brush, a fill and a lift do to a label map: flat, row by row, of size [height, width]. Pure arithmetic.
import { clamp } from "./number.js";

// Paints all pixels whose centres are within `radius` of the way from one point to another.
export const stroke = (labels, [height, width], from, to, radius, paint) => {
  const [low, high] = [0, 1].map((i) => [Math.min(from[i], to[i]) - radius, Math.max(from[i], to[i]) + radius]);
  const [wide, tall] = [to[0] - from[0], to[1] - from[1]];
  const long = wide * wide + tall * tall;
  const edge = (value, most) => clamp(Math.floor(value), 0, most - 1);
  for (let row = edge(high[0], height); row <= edge(high[1], height); row++)
    for (let column = edge(low[0], width); column <= edge(low[1], width); column++) {
      const [x, y] = [column + 0.5 - from[0], row + 0.5 - from[1]];
      const along = long ? clamp((x * wide + y * tall) / long, 0, 1) : 0;
      const away = (x - along * wide) ** 2 + (y - along * tall) ** 2;
      if (away <= radius * radius) labels[row * width + column] = paint(row * width + column);
    }
};

const around = (at, height, width) => {
  const column = at % width;
  const found = [];
  if (column) found.push(at - 1);
  if (column < width - 1) found.push(at + 1);
  if (at >= width) found.push(at - width);
  if (at < width * (height - 1)) found.push(at + width);
  return found;
};

// The connected pixels of one label around a pixel, as a mask.
export const region = (labels, [height, width], start) => {
  const mask = new Uint8Array(labels.length);
  const todo = [start];
  mask[start] = 1;
  while (todo.length)
    for (const next of around(todo.pop(), height, width))
      if (!mask[next] && labels[next] === labels[start]) {
        mask[next] = 1;
        todo.push(next);
      }
  return mask;
};

// A map without the pixels of a mask: each gets the label of a nearest pixel outside, along rows and columns.
export const without = (labels, [height, width], mask) => {
  const filled = labels.slice();
  const open = mask.slice();
  let edge = [];
  for (let i = 0; i < mask.length; i++)
    if (!mask[i] && around(i, height, width).some((next) => mask[next])) edge.push(i);
  while (edge.length) {
    const grown = [];
    for (const at of edge)
      for (const next of around(at, height, width))
        if (open[next]) {
          open[next] = 0;
          filled[next] = filled[at];
          grown.push(next);
        }
    edge = grown;
  }
  return filled;
};
