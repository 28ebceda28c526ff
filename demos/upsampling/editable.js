// A square of numbers to edit: dragged up and down by mouse or finger, or by keys; each is a slider to a screen reader.
import { short } from "./grid.js";
import { html } from "../draw/markup.js";
import { clamp } from "../draw/number.js";

const STEPS = { ArrowLeft: () => -1, ArrowRight: () => 1, PageUp: (side) => -side, PageDown: (side) => side };

export class Editable {
  // values(): the numbers, row by row · low, high, step · far: by an arrow key · pixels: that a finger goes for 1 ·
  // label · digits · put(index, value) · held(index or null): a finger is on it · hover(index or null): pointed at ·
  // settle(): a change has come to rest
  constructor(options) {
    Object.assign(this, options, { grabbed: null, focus: 0 });
  }

  within(value) {
    return clamp(Number((Math.round(value / this.step) * this.step).toFixed(2)), this.low, this.high);
  }

  grab(event, index) {
    if (event.button) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    this.grabbed = { index, from: event.clientY, value: this.values()[index] };
    this.focus = index;
    this.held(index);
  }

  drag(event, index) {
    if (!this.grabbed) return this.hover(index);
    const value = this.within(this.grabbed.value + (this.grabbed.from - event.clientY) / this.pixels);
    if (value === this.values()[this.grabbed.index]) return;
    this.grabbed.moved = true;
    this.put(this.grabbed.index, value);
  }

  drop() {
    if (!this.grabbed) return;
    const { moved } = this.grabbed;
    this.grabbed = null;
    this.held(null);
    if (moved) this.settle();
  }

  key(event, index) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const taken = this.go(event, index) || this.change(event, index);
    if (taken) event.preventDefault();
  }

  // Left, right, page up and page down: another cell.
  go({ key, currentTarget }, index) {
    const many = this.values().length;
    const by = STEPS[key]?.(Math.sqrt(many));
    if (by === undefined) return false;
    this.focus = (index + by + many) % many;
    this.hover(this.focus);
    currentTarget.parentNode.children[this.focus].focus();
    return true;
  }

  // Up, down, home, end, or a digit: another number.
  change({ key, shiftKey }, index) {
    const [now, by] = [this.values()[index], shiftKey ? this.step : this.far];
    const typed = /^\d$/.test(key) ? Number(key) : undefined;
    const to = { ArrowUp: now + by, ArrowDown: now - by, Home: this.low, End: this.high }[key] ?? typed;
    if (to === undefined) return false;
    this.put(index, this.within(to));
    this.hover(index);
    this.settle();
    return true;
  }

  // As markup; looks(value, index) is {css, style} of a cell.
  markup(looks) {
    const all = this.values();
    const side = Math.sqrt(all.length);
    if (this.focus >= all.length) this.focus = 0;
    const cells = all.map((value, i) => this.cell(value, i, side, looks(value, i)));
    return html`<div class="up-cells" style="--side:${side}">${cells}</div>`;
  }

  cell(value, i, side, { css, style }) {
    const where = `${this.label} row ${Math.floor(i / side) + 1}, column ${(i % side) + 1}`;
    const drop = () => this.drop();
    return html`<div class="up-cell ${css}" role="slider" tabindex=${i === this.focus ? 0 : -1} style=${style}
      aria-label=${where} aria-valuenow=${value} aria-valuemin=${this.low} aria-valuemax=${this.high}
      aria-orientation="vertical" @pointerdown=${(event) => this.grab(event, i)} @pointerup=${drop}
      @pointermove=${(event) => this.drag(event, i)} @pointercancel=${drop} @lostpointercapture=${drop}
      @pointerleave=${() => this.grabbed || this.hover(null)}
      @keydown=${(event) => this.key(event, i)}>${short(value, this.digits)}</div>`;
  }
}
