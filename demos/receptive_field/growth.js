// A stack of layers that grows: its field on the picture, seen from the side, and what it costs. All of it follows the
// finger in the browser; Python is told the stack as a text, and answers with the question and the numbers behind it.
import { Live } from "../draw/live.js";
import { make } from "../draw/nodes.js";
import { numbers } from "../draw/packed.js";
import { costs } from "./costs.js";
import { editor } from "./editor.js";
import { ground } from "./ground.js";
import { side } from "./side.js";
import { cone, fieldOf, gridsOf, groupsOf, sharesOf, sidesOf, stepsOf, textOf, unitAt } from "./sums.js";

const REMEMBERED = "place";

class Growth extends Live {
  constructor({ root, choose, selection, lesson, remember, remembered }) {
    super();
    Object.assign(this, { root, choose, selection, lesson, remember, remembered, picked: 0 });
    const [picture, section, tools, price] = [ground, side, editor, costs].map((part) => part(this));
    this.parts = [picture, section, tools, price];
    const top = make("div", { class: "field-top" }, picture.root, section.root);
    root.replaceChildren(top, tools.root, price.root);
    root.fieldGrowth = this; // for the tests
    new ResizeObserver(() => this.ask()).observe(root);
    new MutationObserver(() => this.ask()).observe(document.body, { attributeFilter: ["class"] }); // light and dark
  }

  take(value) {
    const fresh = value.picture !== this.value?.picture;
    this.value = value;
    if (!this.groups || !this.sliding) this.set(groupsOf(value.stack), false);
    if (fresh) this.place = this.kept() ?? this.usual();
    this.now();
  }

  // Another stack was chosen elsewhere: by a link, or Back.
  chosen(text) {
    if (!text || text === textOf(this.groups ?? [])) return;
    this.set(groupsOf(text), false);
    this.ask();
  }

  recall() {
    if (!this.value) return;
    this.place = this.kept() ?? this.usual();
    this.ask();
  }

  // The middle of the thing, or of the picture.
  usual() {
    const { box, size } = this.value;
    const [x0, y0, x1, y1] = box.length ? box : [0, 0, size[1], size[0]];
    return [(x0 + x1) / 2, (y0 + y1) / 2];
  }

  kept() {
    const place = numbers(this.remembered(REMEMBERED));
    const [height, width] = this.value.size;
    const inside = place.length === 2 && place.every((at, i) => at >= 0 && at <= [width, height][i]);
    return inside ? place : null;
  }

  // The unit that looks at a point [x, y] of the picture.
  move(point, done = true) {
    const most = [...this.value.size].reverse();
    this.place = point.map((at, i) => Math.min(Math.max(at, 0), most[i]));
    if (done) this.remember(REMEMBERED, this.place.map((at) => at.toFixed(1)).join(","));
    this.ask();
  }

  // Other layers; Python is asked unless it said them itself.
  set(groups, ask = true) {
    this.groups = groups;
    this.picked = Math.min(this.picked, groups.length - 1);
    this.ask();
    if (ask) this.choose(textOf(groups));
  }

  // One group changed.
  change(part) {
    this.set(this.groups.map((group, i) => (i === this.picked ? { ...group, ...part } : group)));
  }

  // What all parts draw: steps, sides of the maps, the unit, its reads and shares along both axes.
  state() {
    const { padded, size } = this.value;
    const steps = stepsOf(this.groups);
    const along = (length, place) => {
      const unit = unitAt(steps, place, length, padded);
      const [low, high] = cone(steps, unit, padded)[0];
      return { unit, low, high, sides: sidesOf(steps, length, padded), shares: sharesOf(steps, unit, length, padded) };
    };
    const [x, y] = [along(size[1], this.place[0]), along(size[0], this.place[1])];
    return { steps, padded, x, y, grids: gridsOf(steps, padded), field: fieldOf(steps, padded) };
  }

  draw() {
    if (!this.value || this.root.offsetParent === null) return;
    this.drawn = this.state();
    for (const part of this.parts) part.draw(this.drawn);
  }
}

export const fieldGrowth = (context) => new Growth(context);
