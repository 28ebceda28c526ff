// Small maps, one square a number: painted in the colours of a table, outlined, and pointed at cell by cell.
import { make, vector } from "./nodes.js";
import { clamp } from "./number.js";

// A table of 256 hex colours as [red, green, blue].
export const tableOf = (colors) => colors.map((color) => [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16)));

// The place of a value from `low` to `high` in such a table.
export const placeOf = (value, low, high) =>
  clamp(Math.round((255 * (value - low)) / Math.max(high - low, 1e-12)), 0, 255);

// Numbers on a canvas of one pixel a cell.
export const paint = (canvas, values, [rows, columns], table, low, high) => {
  Object.assign(canvas, { width: columns, height: rows });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(columns, rows);
  values.forEach((value, i) => image.data.set([...table[placeOf(value, low, high)], 255], 4 * i));
  pen.putImageData(image, 0, 0);
  return canvas;
};

// The outline of the cells that are at least `threshold`, as an SVG path in cells.
export const outline = (values, rows, columns, threshold) => {
  const inside = (row, column) =>
    row >= 0 && row < rows && column >= 0 && column < columns && values[row * columns + column] >= threshold;
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

// Where a map's neighbours differ, as an SVG path in cells.
export const borders = (map, [rows, columns]) => {
  let path = "";
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      if (column + 1 < columns && map[at] !== map[at + 1]) path += `M${column + 1} ${row}v1`;
      if (row + 1 < rows && map[at] !== map[at + columns]) path += `M${column} ${row + 1}h1`;
    }
  return path;
};

// A grid with outlines of the given classes, and a mark on one cell.
export class Cells {
  constructor(outlines = []) {
    this.canvas = make("canvas", { class: "ww-cells" });
    this.lines = outlines.map((css) => vector("path", { class: css }));
    this.mark = vector("rect", { class: "ww-here", width: 1, height: 1 });
    this.svg = vector("svg", { "aria-hidden": "true", preserveAspectRatio: "none" }, ...this.lines, this.mark);
    this.root = make("span", { class: "ww-grid" }, this.canvas, this.svg);
  }

  paint(values, size, table, low, high) {
    paint(this.canvas, values, size, table, low, high);
    this.svg.setAttribute("viewBox", `0 0 ${size[1]} ${size[0]}`);
    this.size = size;
  }

  outline(number, path) {
    this.lines[number].setAttribute("d", path);
  }

  // Mark a cell [column, row], or none.
  point(cell) {
    this.mark.toggleAttribute("hidden", !cell);
    if (cell) ["x", "y"].forEach((axis, i) => this.mark.setAttribute(axis, cell[i]));
  }

  // Calls `tell` with the cell that is pointed at, and with null once none is.
  follow(tell) {
    this.root.addEventListener("pointermove", (event) => tell(this.cell(event)));
    this.root.addEventListener("pointerleave", () => tell(null));
    return this;
  }

  // The cell [column, row] under a pointer event.
  cell(event) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const [rows, columns] = this.size;
    const place = (part, count) => clamp(Math.floor(part * count), 0, count - 1);
    return [place((event.clientX - left) / width, columns), place((event.clientY - top) / height, rows)];
  }
}
