// The picture of the board rcnnStages: boxes that morph from stage to stage, the masks at the end, one anchor's fate,
// and the place that the learner chooses. Hundreds of boxes at sixty frames a second: on a canvas, by hand.
import { colors, pen } from "../draw/canvas.js";
import { html, render, svg } from "../draw/markup.js";
import { make, vector } from "../draw/nodes.js";
import { clamp, tenth } from "../draw/number.js";
import { numbers, rows } from "../draw/packed.js";
import { boxed, chips } from "../draw/picture.js";
import { arrow, under } from "../draw/pointer.js";
import { between } from "./sums.js";

export const LEVELS = ["p2", "p3", "p4", "p5", "p6", "p7"];
const MORPH = 700; // milliseconds
const THIN = 1.4;
const THICK = 2.6;
const LABEL = "Picture. Arrow keys move a cross, Enter asks what became of the anchors there.";
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Picture {
  constructor(board) {
    Object.assign(this, { board, tracks: [], moving: [], stage: 0, frame: 0, at: 1 });
    this.image = make("img", { alt: "The picture, with the boxes of this stage", draggable: "false" });
    this.masks = make("img", { class: "ww-overlay rcs-masks", alt: "", draggable: "false" });
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.svg = vector("svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
    this.fate = vector("g", { class: "rcs-fate" });
    this.cross = vector("path", { class: "ww-cross" });
    this.spot = vector("path", { class: "rcs-spot" });
    this.svg.append(this.fate, this.cross, this.spot);
    this.names = make("div", { class: "rcs-names", "aria-hidden": "true" });
    const about = { tabindex: "0", role: "application", "aria-label": LABEL };
    const layers = [this.image, this.masks, this.canvas, this.svg, this.names];
    this.root = make("div", { class: "ww-frame rcs-frame", ...about }, ...layers);
    new ResizeObserver(() => this.pose(this.at)).observe(this.root);
    this.listen();
  }

  // ---- the place -------------------------------------------------------------------------------------
  listen() {
    const { root } = this;
    root.addEventListener("pointermove", (event) => this.aim(this.under(event)));
    for (const name of ["pointerleave", "blur"]) root.addEventListener(name, () => this.aim(null));
    root.addEventListener("click", (event) => this.board.ask(this.under(event)));
    root.addEventListener("keydown", (event) => this.key(event));
  }

  inside(point) {
    return point.map((side, i) => tenth(clamp(side, 0, this.size[1 - i] - 0.1)));
  }

  under(event) {
    return this.inside(under(event, this.root, this.size));
  }

  key(event) {
    const by = arrow(event, 5);
    const from = this.aimed || this.chosen || this.size.map((side) => side / 2).reverse();
    const step = Math.max(1, Math.round(Math.max(...this.size) / 64));
    if (by) this.aim(this.inside(from.map((side, i) => side + step * by[i])));
    else if (event.key === "Enter" || event.key === " ") this.board.ask(from);
    else return;
    event.preventDefault();
  }

  aim(point) {
    this.aimed = point;
    const [x, y] = point ?? [-1, -1];
    const holds = ({ box: [x0, y0, x1, y1] }) => x0 <= x && x < x1 && y0 <= y && y < y1;
    [...this.names.children].forEach((chip, i) => chip.classList.toggle("ww-on", holds(this.named[i])));
    this.cross.setAttribute("d", point ? `M0 ${y}H${this.size[1]}M${x} 0V${this.size[0]}` : "");
  }

  mark(point) {
    this.chosen = point;
    const [x, y] = point ?? [];
    const r = Math.max(...(this.size ?? [0])) / 45;
    const ring = `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0M${x} ${y}h.01`;
    this.spot.setAttribute("d", point ? ring : "");
  }

  // ---- new values ------------------------------------------------------------------------------------
  take(value) {
    this.value = value;
    this.size = value.size;
    const [height, width] = value.size;
    this.root.parentElement?.style.setProperty("--ratio", width / height);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    if (this.image.src !== value.image) this.image.src = value.image;
    if (value.pasted) this.masks.src = value.pasted;
    this.masks.hidden = !value.pasted;
    this.colors = Object.values(colors(this.root, "rcs", LEVELS));
    this.tracks = this.unpacked(value.tracks);
    this.show(this.stage, false);
  }

  // The followed boxes, then the twins, then the sample.
  unpacked({ followed, twins, poses, ...columns }) {
    const boxes = Object.entries(poses).map(([pose, text]) => [pose, rows(text, 4)]);
    const all = Object.entries(columns).map(([name, text]) => [name, numbers(text)]);
    return numbers(columns.level).map((_, i) => ({
      ...Object.fromEntries([...all, ...boxes].map(([name, values]) => [name, values[i]])),
      kind: i < followed ? "followed" : i < followed + twins ? "twin" : "sample",
    }));
  }

  // `color` names what it tells: the level, the roi's level (roi) or the class.
  color(track, { color }) {
    if (color === "class") return this.value.classes[track.label][1];
    return this.colors[track[color] % LEVELS.length];
  }

  strength(track, { kind, color }) {
    if (color === "class") return 0.3 + 0.7 * track.score;
    return kind === "anchors" ? 0.7 : 0.25 + 0.75 * track.objectness;
  }

  // Boxes that a stage has: all anchors' sample at first; twins only once there are classes.
  here(number) {
    const { drawn, color } = this.value.stages[number];
    if (drawn === "sample") return this.tracks.filter(({ kind }) => kind === "sample");
    const kinds = color === "class" ? ["followed", "twin"] : ["followed"];
    return this.tracks.filter(({ kind, ends }) => kinds.includes(kind) && ends >= number);
  }

  // The stage's boxes; `morph`: from where they are now, in 700 ms.
  show(number, morph = true) {
    const { stages, pasted } = this.value;
    const [from, stage] = [stages[this.stage], stages[number]];
    this.stage = number;
    this.moving = this.here(number).map((track) => {
      const dying = stage.drawn !== "sample" && track.ends === number;
      const look = { dying, color: this.color(track, stage), strength: this.strength(track, stage) };
      const width = stage.drawn === "found" && !dying ? THICK : THIN;
      return { start: track[from.pose], end: track[stage.pose], width, ...look };
    });
    this.root.classList.toggle("rcs-pasted", stage.kind === "pasted" && Boolean(pasted));
    this.name(stage);
    cancelAnimationFrame(this.frame);
    if (!morph || calm()) return this.pose(1);
    const begin = performance.now();
    const step = (now) => {
      this.pose(clamp((now - begin) / MORPH, 0, 1));
      if (this.at < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  pose(at) {
    this.at = at;
    const canvas = this.size && pen(this.canvas);
    if (!canvas) return;
    const [y, x] = [canvas.height / this.size[0], canvas.width / this.size[1]];
    for (const { start, end, dying, color, width, strength } of this.moving) {
      const [x0, y0, x1, y1] = between(start, end, at);
      canvas.pen.globalAlpha = dying ? strength * (1 - 0.55 * at) : strength;
      canvas.pen.strokeStyle = color;
      canvas.pen.lineWidth = width;
      canvas.pen.setLineDash(dying ? [4, 4] : []);
      canvas.pen.strokeRect(x0 * x, y0 * y, (x1 - x0) * x, (y1 - y0) * y);
    }
  }

  // Names of what was found, once only they are left; survivors end after the last stage.
  name({ drawn }) {
    const { stages, classes } = this.value;
    const lives = ({ kind, ends }) => drawn === "found" && kind !== "sample" && ends === stages.length;
    const found = this.tracks.filter(lives).sort((a, b) => b.score - a.score);
    this.named = found.map(({ refined: box, label, score }) => {
      const [name, color] = classes[label];
      return { box, color, text: `${name} ${score.toFixed(2)}` };
    });
    render(html`${chips(this.named, this.size, this.root.clientWidth || undefined)}`, this.names);
  }

  // ---- one anchor's fate -----------------------------------------------------------------------------
  tell(fate, truth) {
    this.root.classList.toggle("rcs-telling", Boolean(fate));
    const { anchor_box: anchor, box: last, suppressor_box: suppressor } = fate ?? {};
    const boxes = Object.entries({ truth, anchor, last, suppressor }).filter(([, box]) => box);
    render(svg`${boxes.map(([name, box]) => boxed(box, `rcs-${name}`))}`, this.fate);
  }
}
