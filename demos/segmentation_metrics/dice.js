// Dice against IoU is one rising curve, so they rank two predictions of one picture alike. It bends, so the middles of
// two chords may lie in another order: means over pictures can disagree. Four points on the curve can be moved.
import { html, render, svg } from "../draw/markup.js";
import { clamp, number } from "../draw/number.js";
import { numbers } from "../draw/packed.js";
import { inside } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { reach } from "./tasks.js";
import { section } from "./more.js";
import { dice as diceOf, mean } from "./sums.js";

const USUAL = [0.9, 0.5, 0.65, 0.55];
const NAMES = ["A, picture 1", "A, picture 2", "B, picture 1", "B, picture 2"];
const [LEFT, TOP, SIDE] = [40, 8, 190];
const x = (iou) => (LEFT + 1.6 * SIDE * iou).toFixed(1);
const y = (value) => (TOP + SIDE * (1 - value)).toFixed(1);
const hundredth = (value) => Math.round(clamp(value, 0, 1) * 100) / 100;
const ALIKE = 1e-9; // a difference of means that is none

// Means of A and B: of IoU and of Dice, and which of both says what.
export const ranking = (values) => {
  const [ious, dices] = [values, values.map(diceOf)].map((all) => [mean(all.slice(0, 2)), mean(all.slice(2))]);
  const first = ([a, b]) => (Math.abs(a - b) < ALIKE ? "neither" : a > b ? "A" : "B");
  return { ious, dices, byIoU: first(ious), byDice: first(dices) };
};

class Curve {
  constructor({ settings, remember, remembered }) {
    Object.assign(this, { colors: settings.colors.series, remember, remembered });
    this.root = section("", "dice");
    this.recall();
  }

  recall() {
    const given = numbers(this.remembered("dice"));
    const fits = given.length === 4 && given.every((one) => one >= 0 && one <= 1);
    this.values = fits ? given.map(hundredth) : [...USUAL];
  }

  set(k, iou) {
    this.values[k] = hundredth(iou);
    const text = this.values.join(",");
    this.remember("dice", text === USUAL.join(",") ? "" : text);
    this.draw();
  }

  color(k) {
    return this.colors[Math.floor(k / 2)];
  }

  slider(k) {
    const take = (event) => this.set(k, Number(event.target.value));
    return html`<label>${NAMES[k]}<input type="range" min="0" max="1" step="0.01" .value=${String(this.values[k])}
      style="accent-color:${this.color(k)}" @input=${take}><output>${number(this.values[k], 2)}</output></label>`;
  }

  plot() {
    const curve = Array.from({ length: 51 }, (_, i) => `${x(i / 50)} ${y(diceOf(i / 50))}`).join("L");
    const { ious, dices } = ranking(this.values);
    const chord = (k) => {
      const [a, b] = this.values.slice(2 * k, 2 * k + 2);
      return svg`<path class="met-chord" stroke=${this.colors[k]} d="M${x(a)} ${y(diceOf(a))}L${x(b)} ${y(diceOf(b))}"/>
        <path class="met-mean" stroke=${this.colors[k]} d="M${x(ious[k])} ${y(dices[k])}m-6 0h12m-6 -6v12"/>
        <text x=${x(ious[k])} y=${y(dices[k])} dx="9" dy="14">mean of ${"AB"[k]}</text>`;
    };
    const point = (
      iou,
      k,
    ) => svg`<circle class="met-point" fill=${this.color(k)} cx=${x(iou)} cy=${y(diceOf(iou))} r="7"
      @pointerdown=${(event) => this.grab(event, k)} @pointermove=${(event) => this.drag(event)}
      @pointerup=${() => (this.held = null)} @pointercancel=${() => (this.held = null)}/>`;
    const tick = (value) => svg`<text class="met-end" x=${LEFT - 6} y=${y(value)} dy="4">${value}</text>
      <text class="met-middle" x=${x(value)} y=${TOP + SIDE + 16}>${value}</text>`;
    return html`<svg viewBox="0 0 410 232" role="img" aria-label="Dice against IoU: a rising curve that bends">
      <path class="met-grid" d="M${LEFT} ${TOP}V${TOP + SIDE}H${LEFT + 1.6 * SIDE}"/>${[0, 0.5, 1].map(tick)}
      <path class="met-line met-bent" d="M${curve}"/>${[0, 1].map(chord)}${this.values.map(point)}
      <text class="met-middle" x=${LEFT + 0.8 * SIDE} y=${TOP + SIDE + 32}>IoU</text>
      <text x=${LEFT + 6} y=${TOP + 10}>Dice = 2 IoU / (1 + IoU)</text></svg>`;
  }

  grab(event, k) {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    this.held = k;
  }

  drag(event) {
    if (this.held === null || this.held === undefined) return;
    this.set(this.held, (inside(event, event.currentTarget.ownerSVGElement)[0] - LEFT) / (1.6 * SIDE));
  }

  draw() {
    const { ious, dices, byIoU, byDice } = ranking(this.values);
    const pair = ([a, b]) => `A ${number(a, 3)}, B ${number(b, 3)}`;
    const agree = byIoU === byDice ? "They agree." : "They disagree.";
    const who = (name) => (name === "neither" ? "neither leads" : `${name} leads`);
    const told = `Mean IoU: ${pair(ious)}, ${who(byIoU)}. Mean Dice: ${pair(dices)}, ${who(byDice)}. ${agree}`;
    if (byIoU !== byDice && ![byIoU, byDice].includes("neither"))
      reach("dice", `IoU ${pair(ious)}; Dice ${pair(dices)}`);
    render(
      html`<h3>Two pictures, two predictions: who is better?</h3>${this.plot()}
        <div class="met-sliders">${NAMES.map((_, k) => this.slider(k))}</div>
        <p class="met-small" aria-live="polite">${terms(told)}</p>`,
      this.root,
    );
  }
}

export const dice = (board) => new Curve(board);
