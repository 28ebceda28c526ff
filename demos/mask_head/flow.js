// Lesson mask_head: one RoI through both heads. The board follows the pointer over the picture and over the masks,
// and the threshold's slider, without the server; a click on a mask chooses its class by hand.
import { Cells, outline, tableOf } from "../draw/cells.js";
import { make } from "../draw/nodes.js";
import { minus, signed } from "../draw/number.js";
import { unpack } from "../draw/packed.js";
import { stageOf } from "../draw/stage.js";
import { at, cellOf, probabilities, slice, total } from "./sums.js";

// ---- the cell that is pointed at, shared by both boards -------------------------------------------
export const point = (cell) => document.dispatchEvent(new CustomEvent("whatwhere:cell", { detail: cell }));

// ---- parts of the flow -----------------------------------------------------------------------------
const crop = (bins) => {
  const image = make("img", { alt: "", class: "mask-crop" }),
    text = make("figcaption");
  const show = (uri, value) => {
    image.src = uri;
    image.alt = `${bins} by ${bins} crop of the features at ${value.level}, mean of ${value.channels} channels`;
    text.textContent = `${bins} × ${bins} × ${value.channels} from ${value.level}`;
  };
  return { root: make("figure", {}, image, text), show };
};
const arrow = () => make("span", { class: "mask-arrow", "aria-hidden": "true", text: "→" });
const bar = (share, color) => {
  const fill = make("i");
  fill.style.cssText = `width:${(100 * share).toFixed(2)}%;--bar:${color}`;
  return make("span", { class: "mask-bar" }, fill);
};
const classRow = (one, picked) =>
  make(
    "tr",
    { class: picked ? "mask-picked" : "" },
    make("th", { scope: "row", text: one.name }),
    make("td", {}, bar(one.prob, one.color)),
    make("td", { text: one.prob.toFixed(3) }),
    make("td", { text: minus(one.logit.toFixed(1)) }),
  );
const heads = (...texts) =>
  make("tr", {}, ...texts.map((text) => (text ? make("th", { scope: "col", text }) : make("td"))));
const classTable = (value) =>
  make(
    "table",
    { class: "mask-classes" },
    make("thead", {}, heads("class head", "", "prob", "logit")),
    make("tbody", {}, ...value.classes.map((one, k) => classRow(one, k === (value.background ? 0 : value.picked)))),
  );
const deltaTable = (value) => {
  const edges = value.refined.map((side, i) => side - value.box[i]),
    sides = ["left", "top", "right", "bottom"];
  const rows = ["dx", "dy", "dw", "dh"].map((name, i) =>
    make(
      "tr",
      {},
      make("th", { scope: "row", text: name }),
      make("td", { text: signed(value.deltas[i], 3) }),
      make("th", { scope: "row", text: sides[i] }),
      make("td", { text: `${signed(edges[i], 1)} px` }),
    ),
  );
  return make(
    "table",
    { class: "mask-deltas" },
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("th", { colspan: 2, scope: "colgroup", text: "deltas" }),
        make("th", { colspan: 2, scope: "colgroup", text: "→ refined box" }),
      ),
    ),
    make("tbody", {}, ...rows),
  );
};

// ---- one mask ----------------------------------------------------------------------------------------
class Tile {
  constructor(flow, k) {
    Object.assign(this, { flow, k });
    this.grid = new Cells(["mask-contour mask-true", "mask-contour mask-said"]);
    this.name = make("span", { class: "mask-name" });
    this.badge = make("small", { class: "mask-badge" });
    this.fill = make("i");
    this.prob = make("b");
    this.root = make(
      "button",
      { type: "button", class: "mask-tile", onclick: () => flow.choose(k) },
      make("span", { class: "mask-head" }, this.name, this.badge),
      this.grid.root,
      make("span", { class: "mask-reading" }, make("span", { class: "mask-bar" }, this.fill), this.prob),
    );
    this.root.addEventListener("pointermove", (event) => point(this.grid.cell(event)));
    this.root.addEventListener("pointerleave", () => point(null));
  }

  take(value) {
    const { name, color } = value.classes[this.k],
      picked = this.k === value.picked;
    this.name.textContent = name;
    this.badge.textContent = picked
      ? value.background
        ? "best thing"
        : "picked"
      : this.k === value.chosen
        ? "by hand"
        : "";
    this.root.classList.toggle("mask-chosen", this.k === value.chosen);
    if (this.k) this.root.setAttribute("aria-pressed", this.k === value.chosen);
    else this.root.setAttribute("aria-disabled", true); // it is nobody's mask, but it is pointed at like the others
    this.fill.style.setProperty("--bar", color);
  }

  draw(state) {
    const values = slice(state.probs, this.k),
      size = state.probs.shape.slice(1);
    if (this.drawn !== state.probs) this.grid.paint(values, size, this.flow.lut, 0, 1);
    this.drawn = state.probs;
    this.grid.outline(0, state.truth);
    if (this.k) this.grid.outline(1, outline(values, ...size, state.threshold));
  }

  point(cell, p) {
    this.grid.point(cell);
    this.fill.style.width = `${(100 * p).toFixed(2)}%`;
    this.prob.textContent = p.toFixed(3);
    const whose = this.k ? `Paste the ${this.name.textContent}'s mask` : "The background's mask";
    this.root.setAttribute("aria-label", `${whose}; probability ${p.toFixed(3)} at the marked cell`);
  }
}

// ---- the board ---------------------------------------------------------------------------------------
const RULES = {
  sigmoid: "Each class has a sigmoid of its own, so they need not add up to 1. Nothing trains the background's.",
  softmax: "A softmax over the classes: they always add up to 1, so where one gains the others lose.",
};
class Flow {
  constructor(root, props, lesson, select) {
    Object.assign(this, { root, props, lesson, select, tiles: [], token: 0, lut: tableOf(props.lut) });
    this.crops = [crop(7), crop(14)];
    this.classes = make("div", { class: "mask-said-box" });
    this.grid = make("div", { class: "mask-tiles", role: "group", "aria-label": "The masks of all classes" });
    this.sum = make("p", { class: "mask-sum" });
    this.rule = make("p", { class: "mask-note" });
    this.next = make("button", {
      type: "button",
      class: "mask-next",
      text: "Next detection",
      onclick: () => this.jump(),
    });
    const branch = (name, ...parts) => make("div", { class: `mask-branch mask-${name}` }, ...parts);
    root.replaceChildren(
      branch("box", this.crops[0].root, arrow(), this.classes),
      branch("masks", this.crops[1].root, arrow(), this.grid),
      make("div", { class: "mask-foot" }, this.sum, this.rule, this.next),
    );
    this.listen();
  }

  listen() {
    const mine = (detail) => detail.lesson === this.lesson;
    document.addEventListener("whatwhere:cell", ({ detail }) => {
      this.hover = detail;
      this.ask();
    });
    document.addEventListener(
      "whatwhere:point",
      ({ detail }) =>
        mine(detail) && this.value && point(detail.point && cellOf(detail.point, this.value.box, this.logits.shape[1])),
    );
    document.addEventListener(
      "whatwhere:box",
      ({ detail }) => mine(detail) && this.root.classList.toggle("mask-stale", this.moved(detail.box)),
    );
    document.addEventListener("input", ({ target }) => {
      if (!target.closest?.(`#${this.lesson}-threshold`) || !Number.isFinite(Number(target.value))) return;
      this.threshold = Number(target.value);
      this.ask();
    });
    document.addEventListener("pointerdown", (event) => {
      this.pressed = [event.clientX, event.clientY];
    });
    document.addEventListener("click", (event) => this.pick(event));
  }

  get stage() {
    return stageOf(this.lesson + "-stage");
  }
  moved(box) {
    return Boolean(this.value) && box.some((side, i) => Math.abs(side - this.value.box[i]) > 0.051);
  }

  async take(value) {
    const token = ++this.token;
    const packed = [value.logits, value.rest, value.target].map((one) => one && unpack(one));
    const [logits, rest, target] = await Promise.all(packed);
    if (token !== this.token) return;
    Object.assign(this, { value, logits, rest, target, threshold: value.threshold });
    this.probs = probabilities(logits, value.rule);
    this.crops.forEach((one, i) => one.show(value.crops[i], value));
    this.classes.replaceChildren(classTable(value), deltaTable(value));
    if (this.tiles.length !== value.classes.length) {
      this.tiles = value.classes.map((_, k) => new Tile(this, k));
      this.grid.replaceChildren(...this.tiles.map((tile) => tile.root));
    }
    for (const tile of this.tiles) tile.take(value);
    const more = value.count - value.classes.length;
    this.rule.textContent =
      RULES[value.rule] + (more ? ` Shown are ${value.classes.length} of ${value.count} masks.` : "");
    this.next.disabled = !value.detections.length;
    this.root.classList.remove("mask-stale");
    this.ask();
  }

  // A click on the class head's own choice, or on the mask that is chosen already, goes back to the class head.
  choose(k) {
    if (k === 0) return;
    const back = k === this.value.picked || (k === this.value.chosen && this.value.by_hand);
    this.select(back ? "" : this.value.classes[k].name);
  }

  // A class chosen by hand was about the RoI before: a new one begins with the class head's choice.
  go(box) {
    if (this.value.by_hand) this.select("");
    this.stage.setBox(box.map((side) => Math.round(side * 10) / 10));
    this.stage.commitBox();
  }

  jump() {
    const { detections } = this.value;
    const now = detections.findIndex((box) => !this.moved(box));
    this.go(detections[(now + 1) % detections.length]);
  }

  // A click on the picture, without dragging, takes the smallest detection there that is not taken already.
  pick(event) {
    const view = this.stage?.views[0];
    if (!this.value || !view?.frame.contains(event.target) || !this.pressed) return;
    if (Math.hypot(event.clientX - this.pressed[0], event.clientY - this.pressed[1]) > 3) return;
    const [x, y] = this.stage.locate(view, event);
    const area = ([x0, y0, x1, y1]) => (x1 - x0) * (y1 - y0);
    const there = this.value.detections.filter((b) => b[0] <= x && x < b[2] && b[1] <= y && y < b[3] && this.moved(b));
    if (there.length) this.go(there.sort((a, b) => area(a) - area(b))[0]);
  }

  ask() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  draw() {
    if (!this.value) return;
    const cell = this.hover || this.value.cell,
      size = this.logits.shape.slice(1);
    const key = [this.token, this.threshold].join();
    if (key !== this.key) {
      const truth = this.target ? outline(this.target.data, ...size, 0.5) : "";
      for (const tile of this.tiles) tile.draw({ probs: this.probs, truth, threshold: this.threshold });
      this.key = key;
    }
    const values = at(this.probs, cell);
    this.tiles.forEach((tile, k) => tile.point(cell, values[k]));
    this.total = total(this.probs, this.rest, cell);
    this.sum.replaceChildren(
      `The ${this.value.count} probabilities at cell (${cell.join(", ")}) add up to `,
      make("b", { text: this.total.toFixed(3) }),
      ".",
    );
  }
}

export const maskFlow = ({ root, settings, lesson, choose }) => {
  const flow = (root.maskFlow = new Flow(root, settings, lesson, choose)); // for the tests
  root.style.setProperty("--mask-said", settings.lines.contour);
  root.style.setProperty("--mask-true", settings.lines.truth);
  return flow;
};
