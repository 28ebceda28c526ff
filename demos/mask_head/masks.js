// What both boards are: a grid for each class under the true outline, and the cell that is pointed at in any grid of
// either, or on the picture. While it moves, nothing leaves the browser.
import { Cells, outline, tableOf } from "../draw/cells.js";
import { Live } from "../draw/live.js";
import { render } from "../draw/markup.js";
import { maps } from "./sums.js";

export const point = (cell) => document.dispatchEvent(new CustomEvent("whatwhere:cell", { detail: cell }));

// A board has `packed`, the names of its value's arrays; `took()`, which paints them; `pinned`, the cell that is looked
// at while none is pointed at; and `markup(cell)`.
export class Masks extends Live {
  constructor({ root, settings, lesson, choose, selection }) {
    super();
    Object.assign(this, { root, lesson, choose, selection, grids: [], gray: tableOf(settings.gray) });
    for (const name of ["true", "said"]) root.style.setProperty(`--mask-${name}`, settings[name]);
    document.addEventListener("whatwhere:cell", ({ detail }) => {
      this.hover = detail;
      this.ask();
    });
  }

  async take(value) {
    const arrays = await this.unpacked(value, this.packed);
    if (!arrays) return;
    Object.assign(this, { value, ...arrays });
    this.took();
    this.now();
  }

  grid() {
    return new Cells(["mask-contour mask-true", "mask-contour mask-said"]).follow(point);
  }

  // A map on each grid, in the colours of a table from `low` to `high`.
  paint(stack, table, low, high) {
    const size = stack.shape.slice(1);
    const truth = this.target ? outline(this.target.data, ...size, 0.5) : "";
    this.grids = maps(stack).map((map, k) => {
      const grid = this.grids[k] ?? this.grid();
      grid.paint(map, size, table, low, high);
      grid.outline(0, truth);
      return grid;
    });
  }

  draw() {
    if (!this.value) return;
    const cell = this.hover ?? this.pinned;
    for (const grid of this.grids) grid.point(cell);
    render(this.markup(cell), this.root);
  }
}
