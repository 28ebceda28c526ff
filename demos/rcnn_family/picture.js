// The picture of the board rcnnStages: boxes that morph from stage to stage, the masks at the end, one anchor's fate,
// and the place that the learner chooses. Hundreds of boxes at sixty frames a second: on a canvas, by hand.
import { colors, pen } from "../draw/canvas.js";
import { nothing, render, svg } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { clamp, tenth } from "../draw/number.js";
import { numbers, rows } from "../draw/packed.js";
import { boxed, framed } from "../draw/picture.js";
import { arrow, under } from "../draw/pointer.js";
import { between } from "./sums.js";

const LEVELS = [0, 1, 2, 3, 4, 5]; // that have a colour
const MORPH = 700; // milliseconds
const THIN = 1.4;
const THICK = 2.6;
const LABEL = "Picture. Arrow keys move a cross, Enter asks what became of the anchors there.";
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const inside = (point, size) => point.map((side, i) => tenth(clamp(side, 0, size[1 - i] - 0.1)));
export const levelColor = (level) => `var(--rcs-level-${level % LEVELS.length})`;

// The followed boxes, then the twins, then the sample.
const unpacked = ({ followed, twins, poses, ...columns }) => {
  const boxes = Object.entries(poses).map(([pose, text]) => [pose, rows(text, 4)]);
  const all = Object.entries(columns).map(([name, text]) => [name, numbers(text)]);
  return numbers(columns.level).map((_, i) => ({
    ...Object.fromEntries([...all, ...boxes].map(([name, values]) => [name, values[i]])),
    kind: i < followed ? "followed" : i < followed + twins ? "twin" : "sample",
  }));
};

// A ring around the chosen place and a point in its middle.
const spot = ([x, y], size) => {
  const r = Math.max(...size) / 45;
  const path = `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0M${x} ${y}h.01`;
  return svg`<path d=${path} class="ww-box-line rcs-spot"/>`;
};

// The boxes of one anchor's fate, and the thing that was missed with it.
const told = ({ fate, truth }) => {
  const boxes = { truth, anchor: fate.anchor_box, last: fate.box, suppressor: fate.suppressor_box };
  return Object.entries(boxes).map(([name, box]) => (box ? boxed(box, `rcs-${name}`) : nothing));
};

export class Picture {
  constructor(board) {
    Object.assign(this, { board, moving: [], named: [], aimed: null, frame: 0, at: 1 });
    this.canvas = make("canvas", { "aria-hidden": "true" });
    const at = (event) => inside(under(event, this.canvas, board.value.size), board.value.size);
    const leave = () => this.aim(null);
    this.root = make("div", {
      tabindex: "0",
      role: "application",
      "aria-label": LABEL,
      onpointermove: (event) => this.aim(at(event)),
      onpointerleave: leave,
      onblur: leave,
      onclick: (event) => board.ask(at(event)),
      onkeydown: (event) => this.key(event),
    });
    new ResizeObserver(() => this.pose(this.at)).observe(this.canvas);
  }

  draw() {
    const { value, stage, told: fate, place } = this.board;
    const { size, image, pasted, stages } = value;
    const done = stages[stage].kind === "pasted" && pasted;
    this.root.className = `rcs-frame ${done ? "rcs-pasted" : ""} ${fate ? "rcs-telling" : ""}`;
    const drawn = framed({
      size,
      image,
      alt: "The picture, with the boxes of this stage",
      layers: [pasted, this.canvas],
      shapes: svg`<g class="rcs-fate">${fate ? told(fate) : nothing}</g>${place ? spot(place, size) : nothing}`,
      names: this.named,
      wide: this.canvas.clientWidth || undefined,
      point: this.aimed,
    });
    render(drawn, this.root);
  }

  // ---- the place -------------------------------------------------------------------------------------
  key(event) {
    const { size } = this.board.value;
    const by = arrow(event, 5);
    const from = this.aimed || this.board.place || size.map((side) => side / 2).reverse();
    const step = Math.max(1, Math.round(Math.max(...size) / 64));
    const to = by && from.map((side, i) => side + step * by[i]);
    if (to) this.aim(inside(to, size));
    else if (event.key === "Enter" || event.key === " ") this.board.ask(from);
    else return;
    event.preventDefault();
  }

  aim(point) {
    this.aimed = point;
    this.draw();
  }

  // ---- the boxes -------------------------------------------------------------------------------------
  take() {
    const { root, value, stage } = this.board;
    this.colors = Object.values(colors(root, "rcs-level", LEVELS));
    this.tracks = unpacked(value.tracks);
    this.show(stage, stage, false);
  }

  // Boxes that a stage has: all anchors' sample at first; twins only once there are classes.
  here(number) {
    const { drawn, color } = this.board.value.stages[number];
    const kinds = drawn === "sample" ? ["sample"] : color === "class" ? ["followed", "twin"] : ["followed"];
    return this.tracks.filter(({ kind, ends }) => kinds.includes(kind) && ends >= number);
  }

  // The boxes of the stage `number`; `morph`: from where those of the stage `before` are, in 700 ms.
  show(before, number, morph = true) {
    const { stages, classes } = this.board.value;
    const [from, stage] = [stages[before], stages[number]];
    this.moving = this.here(number).map((track) => {
      const { label, score, objectness, ends, [from.pose]: start, [stage.pose]: end } = track;
      const dying = ends === number;
      const width = stage.drawn === "found" && !dying ? THICK : THIN;
      if (stage.color === "class")
        return { start, end, dying, width, color: classes[label][1], strength: 0.3 + 0.7 * score };
      const color = this.colors[track[stage.color] % LEVELS.length]; // of its level, or of its roi's
      return { start, end, dying, width, color, strength: stage.kind === "anchors" ? 0.7 : 0.25 + 0.75 * objectness };
    });
    this.named = stage.drawn === "found" ? this.found() : [];
    cancelAnimationFrame(this.frame);
    if (!morph || calm()) return this.pose(1);
    const begin = performance.now();
    const step = (now) => {
      this.pose(clamp((now - begin) / MORPH, 0, 1));
      if (this.at < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  // Names of the survivors, whose end is after the last stage.
  found() {
    const { stages, classes } = this.board.value;
    const found = this.tracks.filter(({ kind, ends }) => kind !== "sample" && ends === stages.length);
    const named = ({ refined: box, label, score }) => {
      const [name, color] = classes[label];
      return { box, color, text: `${name} ${score.toFixed(2)}` };
    };
    return found.sort((a, b) => b.score - a.score).map(named);
  }

  pose(at) {
    this.at = at;
    const canvas = this.board.value && pen(this.canvas);
    if (!canvas) return;
    const [height, width] = this.board.value.size;
    const [y, x] = [canvas.height / height, canvas.width / width];
    for (const { start, end, dying, color, width: thick, strength } of this.moving) {
      const [x0, y0, x1, y1] = between(start, end, at);
      canvas.pen.globalAlpha = dying ? strength * (1 - 0.55 * at) : strength;
      canvas.pen.strokeStyle = color;
      canvas.pen.lineWidth = thick;
      canvas.pen.setLineDash(dying ? [4, 4] : []);
      canvas.pen.strokeRect(x0 * x, y0 * y, (x1 - x0) * x, (y1 - y0) * y);
    }
  }
}
