// The board maskFlow: one RoI through both heads. It follows the pointer over the picture and over the masks, and the
// threshold's slider, without the server; a click on a mask chooses its class by hand. The other board is gradients.js.
import { outline } from "../draw/cells.js";
import { html, nothing } from "../draw/markup.js";
import { minus, signed, tenth } from "../draw/number.js";
import { stageOf } from "../draw/stage.js";
import { terms } from "../draw/terms.js";
import { table } from "../draw/widgets.js";
import { Masks, point } from "./masks.js";
import { at, cellOf, maps, probabilities, total } from "./sums.js";
export { maskGradients } from "./gradients.js";

const RULES = {
  sigmoid: "Each class has a sigmoid of its own, so they need not add up to 1. Nothing trains the background's.",
  softmax: "A softmax over the classes: they always add up to 1, so where one gains the others lose.",
};
const DELTAS = { dx: "left", dy: "top", dw: "right", dh: "bottom" };

// ---- parts -------------------------------------------------------------------------------------------
const bar = (share, color) => html`<span class="mask-bar"><i style="width:${100 * share}%;--bar:${color}"></i></span>`;
const branch = ([uri, caption], inner) =>
  html`<div class="mask-branch"><figure><img src=${uri} alt="Crop of the features, mean of the channels">
    <figcaption>${terms(caption)}</figcaption></figure>
    <span class="mask-arrow" aria-hidden="true">→</span>${inner}</div>`;

const classes = ({ classes: all, background, picked }) =>
  html`<div class="mask-classes">${table({
    caption: "",
    head: ["class head", "", "prob", "logit"],
    rows: all.map(({ name, color, prob, logit }) => [name, bar(prob, color), prob.toFixed(3), minus(logit.toFixed(1))]),
    strong: [background ? 0 : picked],
  })}</div>`;

const refined = ({ deltas, box, refined: to }) =>
  html`<table class="mask-deltas"><thead><tr><th colspan="2" scope="colgroup">${terms("deltas")}</th>
    <th colspan="2" scope="colgroup">→ refined box</th></tr></thead><tbody>${Object.entries(DELTAS).map(
      ([name, side], i) =>
        html`<tr><th scope="row">${name}</th><td>${signed(deltas[i], 3)}</td>
        <th scope="row">${side}</th><td>${signed(to[i] - box[i], 1)} px</td></tr>`,
    )}</tbody></table>`;

// ---- the board ---------------------------------------------------------------------------------------
class Flow extends Masks {
  packed = ["logits", "rest", "target"];

  constructor(context) {
    super(context);
    const hear = (name, take) =>
      document.addEventListener(name, ({ detail }) => this.value && detail.lesson === this.lesson && take(detail));
    hear("whatwhere:point", (to) => point(to.point && cellOf(to.point, this.value.box, this.probs.shape[1])));
    hear("whatwhere:box", ({ box }) => this.root.classList.toggle("mask-stale", this.moved(box)));
    document.addEventListener("input", ({ target }) => {
      if (this.value && target.closest?.(`#${this.lesson}-threshold`)) this.contour(Number(target.value));
    });
    document.addEventListener("pointerdown", (event) => (this.pressed = event));
    document.addEventListener("click", (event) => this.pick(event));
    this.root.maskFlow = this; // for the tests
  }

  get stage() {
    return stageOf(`${this.lesson}-stage`);
  }

  took() {
    this.probs = probabilities(this.logits, this.value.rule);
    this.paint(this.probs, this.gray, 0, 1);
    this.contour(this.value.threshold);
    this.pinned = this.value.cell;
    this.root.classList.remove("mask-stale");
  }

  // What each mask says at a threshold; the background is nobody's mask.
  contour(threshold) {
    this.threshold = threshold;
    const size = this.probs.shape.slice(1);
    maps(this.probs).forEach((map, k) => k && this.grids[k].outline(1, outline(map, ...size, threshold)));
  }

  moved(box) {
    return box.some((side, i) => Math.abs(side - this.value.box[i]) > 0.051);
  }

  // A click on the class head's own choice, or on the mask that is chosen already, goes back to the class head.
  select(k) {
    const { picked, chosen, classes: all } = this.value;
    const back = k === picked || (k === chosen && this.value.by_hand);
    if (k) this.choose(back ? "" : all[k].name);
  }

  // A class chosen by hand was about the RoI before: a new one begins with the class head's choice.
  go(box) {
    if (this.value.by_hand) this.choose("");
    this.stage.setBox(box.map(tenth));
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
    if (Math.hypot(event.clientX - this.pressed.clientX, event.clientY - this.pressed.clientY) > 3) return;
    const [x, y] = this.stage.locate(view, event);
    const area = ([x0, y0, x1, y1]) => (x1 - x0) * (y1 - y0);
    const there = this.value.detections.filter((b) => b[0] <= x && x < b[2] && b[1] <= y && y < b[3] && this.moved(b));
    if (there.length) this.go(there.sort((a, b) => area(a) - area(b))[0]);
  }

  markup(cell) {
    const { value } = this;
    const probs = at(this.probs, cell);
    const [most, count] = [value.classes.length, value.count];
    const some = most < count ? ` Shown are ${most} of ${count} masks.` : "";
    const said = html`<div class="mask-said-box">${classes(value)}${refined(value)}</div>`;
    const tiles = html`<div class="mask-tiles" role="group" aria-label="The masks of all classes">
      ${this.order(probs).map((k) => this.tile(k, probs[k]))}</div>`;
    return html`${branch(value.crops[0], said)}${branch(value.crops[1], tiles)}
      <div class="mask-foot"><p class="mask-sum">The ${count} probabilities at cell (${cell.join(", ")}) add up to
        <b>${total(this.probs, this.rest, cell).toFixed(3)}</b>.</p>
        <p class="mask-note">${terms(RULES[value.rule])}${some}</p>
        <button type="button" class="mask-next" ?disabled=${!value.detections.length} @click=${() => this.jump()}>
          Next detection</button></div>`;
  }

  // A mask that nothing has trained comes last.
  order(probs) {
    const places = probs.map((_, k) => k);
    return this.value.rule === "sigmoid" ? [...places.slice(1), 0] : places;
  }

  badge(k) {
    const { picked, chosen, background, rule } = this.value;
    if (k === picked) return background ? "best thing" : "picked";
    return k === chosen ? "by hand" : !k && rule === "sigmoid" ? "untrained" : "";
  }

  tile(k, prob) {
    const { chosen, classes: all } = this.value;
    const { name, color } = all[k];
    const said = `${k ? `Paste the ${name}'s mask` : "The background's mask"}; probability ${prob.toFixed(3)}`;
    return html`<button type="button" class="mask-tile ${k === chosen ? "mask-chosen" : ""}" data-shows=${name}
      @click=${() => this.select(k)} aria-label="${said} at the marked cell" aria-disabled=${k ? nothing : "true"}
      aria-pressed=${k ? k === chosen : nothing}><span class="mask-head"><span class="mask-name">${name}</span>
      <small class="mask-badge">${this.badge(k)}</small></span>${this.grids[k].root}
      <span class="mask-reading">${bar(prob, color)}<b>${prob.toFixed(3)}</b></span></button>`;
  }
}

export const maskFlow = (context) => new Flow(context);
