// The board maskGradients: the gradient of the mask loss with respect to every class's logits. A click, a touch or the
// arrow keys pin a cell, which is then multiplied out under "Numbers behind it"; the pointer alone only reads.
import { tableOf } from "../draw/cells.js";
import { html } from "../draw/markup.js";
import { clamp, minus, signed } from "../draw/number.js";
import { arrows } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { Masks, point } from "./masks.js";
import { at } from "./sums.js";

const HOW = "Red: a step against the gradient lowers the logit; blue: it raises it. Point at a cell; a click pins it.";
const ROOM = 1.5; // the colours' two ends are both dark: without them, blue and red stay apart

const exact = (value) => (value === 0 ? "exactly 0" : minus(value.toExponential(2)));
const times = (value) => (Math.abs(value) < 5e-4 ? (value > 0 ? "+" : "") + exact(value) : signed(value, 3));
const note = (text) => html`<p class="mask-note">${terms(text)}</p>`;
const map = (name, grid, [strong, here = ""], css = "", about = "") =>
  html`<div class="mask-map ${css}" title=${about}><span class="mask-name">${name}</span>${grid.root}
    <b>${strong}</b><span>${here}</span></div>`;

class Gradients extends Masks {
  packed = ["values", "target"];

  constructor(context) {
    super(context);
    this.signed = tableOf(context.settings.signed);
    this.goal = this.grid();
    this.root.maskGradients = this; // for the tests
  }

  grid() {
    const grid = super.grid();
    grid.root.addEventListener("click", (event) => this.choose(grid.cell(event).join(",")));
    return grid;
  }

  get pinned() {
    const cell = this.selection().split(",").map(Number);
    return cell.length === 2 ? cell : [14, 14];
  }

  took() {
    if (!this.values) return; // no loss here
    const most = ROOM * (Math.max(...this.values.data.map(Math.abs)) || 1);
    this.paint(this.values, this.signed, -most, most);
    this.goal.paint(this.target.data, this.target.shape, this.gray, 0, 1);
  }

  key = arrows((by) => {
    const cell = this.pinned.map((place, i) => clamp(place + by[i], 0, this.target.shape[1 - i] - 1));
    point(cell);
    this.choose(cell.join(","));
  }, 1);

  markup(cell) {
    const { about, names, label, norms } = this.value;
    const title = "What the loss asks of each mask";
    if (!names.length) return html`<h3>${terms(title)}: nothing</h3>${note(about)}`;
    this.goal.point(cell);
    const cells = this.target.data.length;
    const maps = at(this.values, cell).map((value, k) => {
      const here = value === 0 ? "0 here" : `${times(value * cells)}/${cells} here`;
      const norm = exact(norms[k]);
      const zero = norms[k] === 0 ? "mask-zero" : "";
      return map(names[k], this.grids[k], [`norm ${norm}`, here], zero, `Norm of the gradient over all cells: ${norm}`);
    });
    const [share] = at(this.target, cell);
    return html`<h3>${terms(title)}</h3>${note(about)}
      <div class="mask-maps" tabindex="0" role="application" @keydown=${(event) => this.key(event)}
        aria-label="Gradients at cell ${cell.join(", ")}. Arrow keys move the cell.">
        ${map(`target: ${names[label]}`, this.goal, [`${share.toFixed(2)} here`])}${maps}</div>${note(HOW)}`;
  }
}

export const maskGradients = (context) => new Gradients(context);
