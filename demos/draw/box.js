// The box that a learner drags on a stage (stage.js): by its middle, its edges and corners, or with arrow keys.
import { make } from "./nodes.js";
import { clamp, tenth } from "./number.js";

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
    this.root.addEventListener("pointerdown", (event) => this.down(event));
    this.root.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) this.root.addEventListener(name, (event) => this.up(event));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("blur", () => this.settle());
  }

  down(event) {
    if (event.button) return;
    this.root.setPointerCapture(event.pointerId);
    this.drag = {
      from: this.stage.locate(this.view, event),
      box: [...this.stage.box],
      handle: event.target.dataset.handle || "",
    };
    event.preventDefault();
    this.root.focus({ preventScroll: true });
  }

  move(event) {
    if (!this.drag) return;
    const [x, y] = this.stage.locate(this.view, event, false);
    const { from, box, handle } = this.drag;
    this.stage.setBox(this.changed(box, handle, x - from[0], y - from[1]));
  }

  up() {
    if (!this.drag) return;
    this.drag = null;
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
