// One layer's map: every cell is a unit. Point at one and its field lies on the picture beside; choose one and Python
// says what it looks at.
import { Cells, tableOf } from "../draw/cells.js";
import { html, render } from "../draw/markup.js";
import { Live } from "../draw/live.js";
import { clamp } from "../draw/number.js";
import { arrows } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { fieldBox } from "./sums.js";

class Units extends Live {
  constructor({ root, settings, choose }) {
    super();
    Object.assign(this, { root, choose, lut: tableOf(settings.lut), grid: new Cells() });
    this.grid.follow((cell) => this.point(cell && [cell[1], cell[0]]));
    this.keys = arrows(([right, down]) => this.go(down, right), 4);
    root.fieldUnits = this; // for the tests
  }

  async take(value) {
    const arrays = await this.unpacked(value, ["map", "changes"]);
    if (!arrays) return;
    Object.assign(this, { value, ...arrays, pinned: value.unit });
    const { data, shape } = this.map;
    const range = [Math.min, Math.max].map((most) => data.reduce((one, other) => most(one, other)));
    this.grid.paint(data, shape, this.lut, ...range);
    this.point(null);
    this.now();
  }

  // The unit [row, column] under the pointer, or none.
  point(unit) {
    this.hover = unit;
    const { field, jump, offset, size, unit: own } = this.value ?? {};
    if (!field) return;
    const box = unit && String(unit) !== String(own) ? fieldBox({ field, jump, offset }, unit, size) : null;
    document.dispatchEvent(new CustomEvent("whatwhere:field", { detail: box }));
    this.ask();
  }

  // The chosen unit is named by the pixel in the middle of its field, which stays when the layer changes.
  pick([row, column]) {
    const { jump, offset, size } = this.value;
    const middle = [row, column].map((cell, axis) => clamp(offset[axis] + jump[axis] * cell, 0, size[axis] - 1));
    this.pinned = [row, column];
    this.choose([middle[1], middle[0]].map((place) => place.toFixed(1)).join(","));
    this.ask();
  }

  go(down, right) {
    const [rows, columns] = this.map.shape;
    this.pick([clamp(this.pinned[0] + down, 0, rows - 1), clamp(this.pinned[1] + right, 0, columns - 1)]);
  }

  draw() {
    if (!this.value) return;
    const [row, column] = this.hover ?? this.pinned;
    this.grid.point([column, row]);
    const { layer, field } = this.value;
    const [rows, columns] = this.map.shape;
    const at = this.map.data[row * columns + column].toFixed(3);
    const changed = this.changes ? this.changes.data.reduce((many, by) => many + (by > 0), 0) : 0;
    const about = `Units of ${layer}, ${rows} rows, ${columns} columns; row ${row}, column ${column}.`;
    const choose = (event) => {
      const [x, y] = this.grid.cell(event);
      this.pick([y, x]);
    };
    render(
      html`<h3>Units <b>${rows} × ${columns}</b></h3>
      <div class="field-cells" tabindex="0" role="application" aria-label="${about} Arrow keys choose another."
        @click=${choose} @keydown=${this.keys}>${this.grid.root}</div>
      <p class="field-note">${terms("Mean of the channels")} of <code>${layer}</code>.
        Row ${row}, column ${column}: ${at}.
        Each unit sees up to ${field[0]} × ${field[1]} px.
        ${this.changes ? `The patch changes ${changed} of ${rows * columns} units.` : ""}</p>`,
      this.root,
    );
  }
}

export const fieldUnits = (context) => new Units(context);
