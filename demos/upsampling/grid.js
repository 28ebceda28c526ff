// A grid of numbers on a canvas: colours of a table, the numbers where they fit, marks on some cells.
import { placeOf } from "../draw/cells.js";
import { pen as penOf } from "../draw/canvas.js";
import { clamp, minus } from "../draw/number.js";

const LEAST = 15; // CSS pixels of a cell from which its number is written
const DARK = 0.55; // of the colour table: from here on the ink is dark
const NEGLIGIBLE = 5e-3;

// A number as short as its cell asks for.
export const short = (value, digits = 1) => {
  if (Math.abs(value) < NEGLIGIBLE) return "0";
  const written = value.toFixed(Math.abs(value) >= 9.95 ? Math.min(digits, 1) : digits);
  return minus(digits ? written.replace(/\.?0+$/, "") : written);
};

const frame = (on, { row, column, side }, inset, width, color) => {
  on.lineWidth = width;
  on.strokeStyle = color;
  on.strokeRect(column * side + inset, row * side + inset, side - 2 * inset, side - 2 * inset);
};

// data: numbers row by row; marks: Map from an index to its weight (the others are dimmed); here: an index.
export const drawGrid = (canvas, { data, columns, look, low = 0, high = 9, marks, here, digits }) => {
  const made = penOf(canvas);
  if (!made) return;
  const { pen: on, width } = made;
  const side = width / columns;
  const most = marks ? Math.max(...[...marks.values()].map(Math.abs), 1e-9) : 1;
  on.font = `600 ${clamp(side * 0.42, 8, 21)}px system-ui, sans-serif`;
  on.textAlign = "center";
  on.textBaseline = "middle";
  data.forEach((value, i) => {
    const cell = { row: Math.floor(i / columns), column: i % columns, side };
    const place = placeOf(value, low, high);
    on.fillStyle = look.table[place];
    on.fillRect(cell.column * side, cell.row * side, side + 0.5, side + 0.5);
    number(on, cell, value, place, look, digits);
    if (marks && !marks.has(i)) shade(on, cell, look);
  });
  lattice(on, width, side, look);
  for (const [i, weight] of marks ?? []) ring(on, i, columns, side, Math.abs(weight) / most, look);
  if (here !== undefined && here !== null) ring(on, here, columns, side, 1, look);
};

const number = (on, { row, column, side }, value, place, look, digits) => {
  if (side < LEAST) return;
  on.fillStyle = place > DARK * 255 ? look.dark : look.light;
  on.globalAlpha = Math.abs(value) < NEGLIGIBLE ? 0.55 : 1;
  const shown = short(value, digits ?? (side > 34 ? 2 : 1));
  on.fillText(shown, (column + 0.5) * side, (row + 0.53) * side, side - 2);
  on.globalAlpha = 1;
};

const shade = (on, { row, column, side }, { shade: color }) => {
  on.fillStyle = color;
  on.fillRect(column * side, row * side, side + 0.5, side + 0.5);
};

const lattice = (on, width, side, { line }) => {
  on.lineWidth = 1;
  on.strokeStyle = line;
  on.beginPath();
  for (let at = side; at < width - 1; at += side) {
    on.moveTo(at, 0);
    on.lineTo(at, width);
    on.moveTo(0, at);
    on.lineTo(width, at);
  }
  on.stroke();
};

// A frame whose white is as wide as the weight is large, seen on any colour.
const ring = (on, i, columns, side, share, { dark, light }) => {
  const cell = { row: Math.floor(i / columns), column: i % columns, side };
  const wide = 1.2 + Math.min(3, 0.09 * side) * share;
  frame(on, cell, wide / 2 + 0.5, wide + 1.6, dark);
  frame(on, cell, wide / 2 + 0.5, wide, light);
};

// The index of the cell under a pointer event.
export const indexAt = (event, columns, rows = columns) => {
  const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
  const at = (part, count) => clamp(Math.floor(part * count), 0, count - 1);
  return at((event.clientY - top) / height, rows) * columns + at((event.clientX - left) / width, columns);
};
