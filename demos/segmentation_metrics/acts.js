// What a pointer and keys do to the prediction: drag a region, paint, erase, fill, undo.
import { clamp } from "../draw/number.js";
import { arrow, under } from "../draw/pointer.js";
import { model } from "./model.js";

const REST = 400; // milliseconds after the last key until Python is asked
export const RADII = [1, 40];
export const SCALE_STEP = 1.05;
const rounded = (scale) => Math.round(scale * 100) / 100;

export class Acts {
  constructor({ settings, choose, selection }) {
    Object.assign(this, { settings, choose, selection, tool: "move", radius: 8, down: false });
  }

  place(event) {
    const [height, width] = model.size;
    const [x, y] = under(event, this.canvas, model.size);
    return [clamp(x, -20, width + 20), clamp(y, -20, height + 20)];
  }

  index([x, y]) {
    const [height, width] = model.size;
    return clamp(Math.floor(y), 0, height - 1) * width + clamp(Math.floor(x), 0, width - 1);
  }

  press(event) {
    if (event.button || !event.isPrimary) return;
    event.preventDefault();
    event.currentTarget.focus({ preventScroll: true });
    event.currentTarget.setPointerCapture(event.pointerId);
    this.last = this.cursor = this.place(event);
    this.begin(event.shiftKey);
  }

  // The tool is put on the picture where the cursor is.
  begin() {
    const at = this.index(this.cursor);
    model.step();
    if (this.tool === "fill") return model.fill(at);
    if (this.tool === "move") {
      if (!model.lift(at))
        return this.say(`Here is no ${model.name} to move: press on a coloured area.`, model.steps.pop());
      this.from = { at: this.cursor, move: [...model.move] };
    } else model.brush(this.cursor, this.cursor, this.radius, this.tool === "erase");
    this.down = model.busy = true;
  }

  drag(event) {
    this.cursor = this.place(event);
    if (!this.down) return model.ask();
    if (this.tool === "move") {
      const [dx, dy, scale] = this.from.move;
      const by = this.cursor.map((part, i) => part - this.from.at[i]);
      model.moveTo([Math.round(dx + by[0]), Math.round(dy + by[1]), scale]);
    } else model.brush(this.last, this.cursor, this.radius, this.tool === "erase");
    this.last = this.cursor;
  }

  lift() {
    if (!this.down) return;
    this.down = model.busy = false;
    this.settle();
  }

  // The mask rests: its place is a setting, unless something else was painted, too.
  settle() {
    this.waiting = false;
    model.ask();
    if (model.layer && !model.painted) this.choose(model.move.join(","));
    this.say();
  }

  // Keys that follow each other are one act to undo.
  mark() {
    if (!this.waiting) model.step();
  }

  later() {
    clearTimeout(this.timer);
    this.waiting = true;
    this.timer = setTimeout(() => this.settle(), REST);
  }

  say(text = `IoU of ${model.name} ${model.class?.iou?.toFixed(2) ?? "none"}`) {
    this.told = text;
    model.ask();
  }

  scale(factor) {
    if (!model.layer) return this.say("Press on a region first: then its size changes.");
    const [low, high] = this.settings.scales;
    const [dx, dy, scale] = model.move;
    this.mark();
    model.moveTo([dx, dy, clamp(rounded(scale * factor), low, high)]);
    this.later();
  }

  key(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") return this.undo(event);
    const by = arrow(event);
    const size = { "+": 1, "=": 1, "-": -1, "]": 1, "[": -1 }[event.key];
    if (by) this.go(by);
    else if (size && this.tool === "move") this.scale(SCALE_STEP ** size);
    else if (size) this.resize(this.radius + size);
    else if (event.key === " ") this.space();
    else return;
    event.preventDefault();
  }

  go(by) {
    const [height, width] = model.size;
    if (this.tool === "move") {
      if (!model.layer) return this.say("Press on a region first: then arrow keys move it.");
      this.mark();
      model.moveTo([model.move[0] + by[0], model.move[1] + by[1], model.move[2]]);
      return this.later();
    }
    const from = this.cursor ?? [width / 2, height / 2];
    this.cursor = [clamp(from[0] + by[0], 0, width), clamp(from[1] + by[1], 0, height)];
    if (this.down) model.brush(from, this.cursor, this.radius, this.tool === "erase");
    model.ask();
  }

  space() {
    const [height, width] = model.size;
    this.cursor ??= [width / 2, height / 2];
    if (this.down) return this.lift();
    this.begin();
    if (this.tool === "move") this.lift();
  }

  undo(event) {
    event.preventDefault();
    model.undo();
    if (!model.painted) this.settle();
  }

  reset() {
    model.step();
    model.begin();
    if (this.selection()) this.choose("");
    this.say();
  }

  resize(radius) {
    this.radius = clamp(radius, ...RADII);
    model.ask();
  }

  use(tool) {
    this.lift();
    this.tool = tool;
    this.say("");
  }
}
