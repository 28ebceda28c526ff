// A square of numbers to edit: dragged up and down by mouse or finger, or by keys; each is a slider to a screen reader.
import { short } from "./grid.js";
import { html } from "../draw/markup.js";
import { clamp } from "../draw/number.js";

// values(): the numbers, row by row · low, high, step · pixels: that a finger goes for 1 · label · digits
// put(index, value) · held(index or null): a finger is on it · settle(): it has come to rest · hover(index or null)
// Returns (looks) → markup, where looks(value, index) is {css, style}.
export const editable = (options) => {
  const { values, low, high, step, pixels, label, digits, put, settle } = options;
  const within = (value) => clamp(Number((Math.round(value / step) * step).toFixed(2)), low, high);
  let [grabbed, focus] = [null, 0];

  const grab = (event, index) => {
    if (event.button) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    [grabbed, focus] = [{ index, from: event.clientY, value: values()[index] }, index];
    options.held(index);
  };
  const drag = (event, index) => {
    if (!grabbed) return options.hover(index);
    const value = within(grabbed.value + (grabbed.from - event.clientY) / pixels);
    if (value === values()[grabbed.index]) return;
    grabbed.moved = true;
    put(grabbed.index, value);
  };
  const drop = () => {
    if (!grabbed) return;
    const { moved } = grabbed;
    grabbed = null;
    options.held(null);
    if (moved) settle();
  };
  const key = (event, index) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const count = values().length;
    const side = Math.sqrt(count);
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -side, PageDown: side }[event.key];
    const now = values()[index];
    const far = event.shiftKey ? step : options.far;
    const typed = /^\d$/.test(event.key) ? Number(event.key) : undefined;
    const to = { ArrowUp: now + far, ArrowDown: now - far, Home: low, End: high }[event.key] ?? typed;
    if (by === undefined && to === undefined) return;
    event.preventDefault();
    if (by !== undefined) focus = (index + by + count) % count;
    else put(index, within(to));
    options.hover(focus);
    if (by !== undefined) event.currentTarget.parentNode.children[focus].focus();
    else settle();
  };

  const cell = (value, index, side, looks) => {
    const { css = "", style = "" } = looks(value, index);
    const where = `${label} row ${Math.floor(index / side) + 1}, column ${(index % side) + 1}`;
    return html`<div class="up-cell ${css}" role="slider" tabindex=${index === focus ? 0 : -1} style=${style}
      aria-label=${where} aria-valuenow=${value} aria-valuemin=${low} aria-valuemax=${high}
      aria-orientation="vertical" @pointerdown=${(event) => grab(event, index)} @pointerup=${drop}
      @pointermove=${(event) => drag(event, index)} @pointercancel=${drop} @lostpointercapture=${drop}
      @pointerleave=${() => grabbed || options.hover(null)}
      @keydown=${(event) => key(event, index)}>${short(value, digits)}</div>`;
  };
  return (looks) => {
    const all = values();
    const side = Math.sqrt(all.length);
    if (focus >= all.length) focus = 0;
    return html`<div class="up-cells" style="--side:${side}">${all.map((value, i) => cell(value, i, side, looks))}</div>`;
  };
};
