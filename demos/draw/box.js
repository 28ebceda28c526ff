// The box that a learner drags on a stage (stage.js): by its middle, its edges and corners, or with arrow keys. A click
// takes the box of a thing there, where the lesson offers some; dragging on empty ground draws a new one. On a touch
// screen that begins sideways: a finger that goes up or down there scrolls the page.
import { make } from "./nodes.js";
import { clamp, tenth } from "./number.js";

const NEW = "new"; // the handle of a box that is being drawn
const LEAST = 4; // picture pixels of its sides
const STILL = 3; // CSS pixels that a click may move
const KEYS = "Arrow keys move it, with Alt they resize it, Shift makes the step ten pixels.";
const HANDLES = {
  nw: [0, 1],
  ne: [2, 1],
  sw: [0, 3],
  se: [2, 3],
  n: [-1, 1],
  s: [-1, 3],
  w: [0, -1],
  e: [2, -1],
};
export class Box {
  constructor(stage, view) {
    Object.assign(this, { stage, view });
    this.root = make("div", { class: "ww-editor", tabindex: "0", role: "application" });
    this.handles = Object.keys(HANDLES).map((name) =>
      make("span", { class: `ww-handle ww-${name}`, "data-handle": name, "aria-hidden": "true" }),
    );
    this.root.append(...this.handles);
    view.frame.append(this.root);
    const { frame } = view;
    frame.addEventListener("pointerdown", (event) => this.down(event));
    frame.addEventListener("pointermove", (event) => this.move(event));
    frame.addEventListener("pointerup", (event) => this.up(event));
    frame.addEventListener("pointercancel", () => this.cancel());
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("blur", () => this.settle());
  }

  down(event) {
    if (event.button || !event.isPrimary) return;
    const mine = this.root.contains(event.target);
    this.view.frame.setPointerCapture(event.pointerId);
    this.drag = {
      from: this.stage.locate(this.view, event),
      at: [event.clientX, event.clientY],
      box: [...this.stage.box],
      handle: mine ? event.target.dataset.handle || "" : NEW,
      moved: false,
    };
    event.preventDefault(); // the focus stays; a touch scrolls all the same
    this.root.focus({ preventScroll: true });
  }

  move(event) {
    if (!this.drag) return;
    const { from, at, box, handle } = this.drag;
    this.drag.moved ||= Math.hypot(event.clientX - at[0], event.clientY - at[1]) > STILL;
    if (!this.drag.moved) return;
    const to = this.stage.locate(this.view, event, false);
    const next = handle === NEW ? this.drawn(from, to) : this.changed(box, handle, to[0] - from[0], to[1] - from[1]);
    if (next) this.stage.setBox(next);
  }

  up(event) {
    if (!this.drag) return;
    const { moved, box } = this.drag;
    this.drag = null;
    if (!moved) return this.take(event);
    if (String(box) !== String(this.stage.box)) this.stage.commitBox();
  }

  // Escape, or a finger that scrolls: the box is as it was.
  cancel() {
    if (!this.drag) return;
    const { box } = this.drag;
    this.drag = null;
    this.stage.setBox(box);
  }

  // The box between two points of the picture; none while it is smaller than it may be.
  drawn(from, to) {
    const [height, width] = this.stage.size;
    const sides = [width, height].map((most, i) => {
      const [low, high] = [from[i], clamp(to[i], 0, most)].sort((a, b) => a - b);
      const start = Math.min(low, most - LEAST);
      return { start, end: Math.max(high, start + LEAST), long: high - low };
    });
    if (sides.every(({ long }) => long < LEAST)) return null;
    return [...sides.map(({ start }) => start), ...sides.map(({ end }) => end)].map(tenth);
  }

  // The smallest box under a click that the lesson offers and that is not taken yet.
  take(event) {
    const [x, y] = this.stage.locate(this.view, event);
    const area = ([x0, y0, x1, y1]) => (x1 - x0) * (y1 - y0);
    const there = (this.view.panel.boxes || [])
      .filter(({ offered, box: [x0, y0, x1, y1] }) => offered && x0 <= x && x < x1 && y0 <= y && y < y1)
      .map(({ box }) => box.map(tenth))
      .filter((box) => String(box) !== String(this.stage.box));
    if (!there.length) return;
    this.stage.setBox(there.reduce((one, other) => (area(other) < area(one) ? other : one)));
    this.stage.commitBox();
  }

  // Arrow keys move the box by a pixel, ten with Shift; with Alt or Ctrl they move its lower right corner.
  key(event) {
    const step = event.shiftKey ? 10 : 1;
    const by = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    }[event.key];
    if (event.key === "Enter") return this.settle();
    if (event.key === "Escape" && this.drag) {
      event.stopPropagation();
      return this.cancel();
    }
    if (!by) return;
    event.preventDefault();
    const handle = event.altKey || event.ctrlKey ? "se" : "";
    this.stage.setBox(this.changed(this.stage.box, handle, ...by));
    this.stage.tell(this.stage.describeBox());
    clearTimeout(this.later);
    this.later = setTimeout(() => this.settle(), 350);
    this.unsettled = true;
  }

  settle() {
    clearTimeout(this.later);
    if (this.unsettled) {
      this.unsettled = false;
      this.stage.commitBox();
    }
  }

  changed(box, handle, dx, dy) {
    const [height, width] = this.stage.size;
    const least = 1;
    if (!handle) {
      dx = clamp(dx, -box[0], width - box[2]);
      dy = clamp(dy, -box[1], height - box[3]);
      return [box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy].map(tenth);
    }
    const moved = [...box],
      [column, row] = HANDLES[handle];
    if (column === 0) moved[0] = clamp(box[0] + dx, 0, box[2] - least);
    if (column === 2) moved[2] = clamp(box[2] + dx, box[0] + least, width);
    if (row === 1) moved[1] = clamp(box[1] + dy, 0, box[3] - least);
    if (row === 3) moved[3] = clamp(box[3] + dy, box[1] + least, height);
    return moved.map(tenth);
  }

  draw(box) {
    const [height, width] = this.stage.size;
    const style = this.root.style;
    style.left = `${(100 * box[0]) / width}%`;
    style.top = `${(100 * box[1]) / height}%`;
    style.width = `${(100 * (box[2] - box[0])) / width}%`;
    style.height = `${(100 * (box[3] - box[1])) / height}%`;
    this.root.setAttribute("aria-label", `${this.stage.label}: ${this.stage.describeBox()}. ${KEYS}`);
  }
}
