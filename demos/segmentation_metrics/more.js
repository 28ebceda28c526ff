// What follows from the areas: paradoxes, a table of all classes, conventions, IoU against shift, Dice beside IoU.
import { make } from "../draw/nodes.js";
import { absent } from "./absent.js";
import { areas } from "./areas.js";
import { dice } from "./dice.js";
import { model } from "./model.js";
import { shift } from "./shift.js";
import { tasks } from "./tasks.js";

export class More {
  constructor(context) {
    Object.assign(this, { ...context, context });
    this.parts = [tasks, areas, absent, shift, dice].map((part) => part(this));
    context.root.replaceChildren(...this.parts.map(({ root }) => root));
    model.follow(() => this.draw());
  }

  take(value) {
    this.value = value;
    this.draw();
  }

  recall() {
    for (const part of this.parts) part.recall?.();
    this.draw();
  }

  draw() {
    if (!this.value || !model.class) return;
    for (const part of this.parts) if (!model.busy || near(part.root)) part.draw(this.value);
  }
}

// While something is dragged, parts out of sight wait.
const near = (root) => {
  const { top, bottom } = root.getBoundingClientRect();
  return bottom > -50 && top < window.innerHeight + 50;
};

export const section = (name, css) => make("section", { class: `met-${css}`, ...(name ? { "data-shows": name } : {}) });
