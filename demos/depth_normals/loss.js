// Board dnLoss: the difference at every pixel with the factor in it, what the factor adds at each λ, and the terms.
import { Live } from "../draw/live.js";
import { html, render, svg } from "../draw/markup.js";
import { number } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { TWICE, bar, figure, inside, logsFrom, metres, note, painted, pointed, tablesOf } from "./maps.js";
import { cost, differences } from "./sums.js";

const [WIDE, HIGH] = [340, 230];
const PAD = { left: 48, right: 12, top: 10, bottom: 36 };
const TICKS = [0.5, 0.7, 1, 1.4, 2];
const LINES = [0, 0.5, 1];
const NAMES = { 0: "λ = 0", 0.5: "λ = ½", 1: "λ = 1" };

class Loss extends Live {
  constructor({ root, settings }) {
    super();
    Object.assign(this, { root, point: null, tables: tablesOf(settings) });
    root.dnLoss = this; // for the tests
  }

  async take(value) {
    this.newest = value;
    const { steps, depth, signed, none } = this.tables;
    const [fine, truth] = await Promise.all([value.seen.fine, value.seen.truth].map((one) => logsFrom(one, steps)));
    if (value !== this.newest) return;
    const { size, ends } = value.seen;
    this.value = value;
    this.point = inside(this.point ?? [size[1] / 2, 0.7 * size[0]], size);
    this.own = value.which === "prediction" ? fine.logs : truth?.logs;
    this.truth = truth?.logs ?? null;
    this.difference = truth && differences(this.own, this.truth, Math.log(value.factor));
    const scaled = (this.own ?? fine.logs).map((one, i) => (truth && Number.isNaN(truth.logs[i]) ? NaN : one));
    const moved = scaled.map((one) => one + Math.log(value.factor));
    this.map = painted(moved, size, depth, ends.map(Math.log), none);
    this.layer = truth && painted(this.difference, size, signed, [-TWICE, TWICE], none);
    this.now();
  }

  at(point) {
    this.point = inside(point, this.value.seen.size);
    this.ask();
  }

  readout() {
    const [x, y] = this.point.map(Math.floor);
    const i = y * this.value.seen.size[1] + x;
    const log = Math.log(this.value.factor);
    const said = `${metres(this.own[i] + log)} beside ${metres(this.truth[i])}: d = ${number(this.difference[i], 3)}`;
    return html`<p class="dn-say" aria-live="polite">${x}, ${y}: ${said}</p>`;
  }

  // What each λ adds, over the factor; the chosen one is marked.
  curves() {
    const { mean, forgiven, factor } = this.value;
    const xs = Array.from({ length: 61 }, (_, i) => Math.exp(-TWICE + (2 * TWICE * i) / 60));
    const all = xs.map((x) => cost(x, mean, 0));
    const [low, high] = [Math.min(...all, -0.02), Math.max(...all)];
    const left = (x) => PAD.left + ((Math.log(x) + TWICE) / (2 * TWICE)) * (WIDE - PAD.left - PAD.right);
    const top = (y) => PAD.top + ((high - y) / (high - low)) * (HIGH - PAD.top - PAD.bottom);
    const path = (lam) => xs.map((x, i) => `${i ? "L" : "M"}${left(x)} ${top(cost(x, mean, lam))}`).join("");
    const at = [left(factor), top(cost(factor, mean, forgiven))];
    const best = Math.exp(-mean);
    const label = `What a factor adds to the loss: at λ = 0, one half and 1, and at λ = ${forgiven}`;
    const grid = [0, high / 2, high].map(
      (y) => svg`<line class="dn-grid-line" x1=${PAD.left} x2=${WIDE - PAD.right} y1=${top(y)} y2=${top(y)}></line>
        <text class="dn-y" x=${PAD.left - 5} y=${top(y) + 4}>${number(y, 2)}</text>`,
    );
    return svg`<svg viewBox="0 0 ${WIDE} ${HIGH}" role="img" aria-label=${label}>${grid}
      ${TICKS.map((x) => svg`<text class="dn-x" x=${left(x)} y=${HIGH - 20}>${x}</text>`)}
      <text class="dn-x" x=${(WIDE + PAD.left) / 2} y=${HIGH - 4}>factor on the whole map</text>
      <path class="dn-line dn-own" d=${path(forgiven)}></path>
      ${LINES.map((lam, k) => svg`<path class="dn-line dn-line-${k}" d=${path(lam)}></path>`)}
      <line class="dn-best" x1=${left(best)} x2=${left(best)} y1=${PAD.top} y2=${HIGH - PAD.bottom}></line>
      <circle class="dn-dot" cx=${at[0]} cy=${at[1]} r="5.5"></circle></svg>`;
  }

  // The terms before and after.
  terms() {
    const { before, after, forgiven } = this.value;
    const row = (name, a, b, css = "") =>
      html`<tr class=${css}><th scope="row">${terms(name)}</th><td>${number(a, 4)}</td><td>${number(b, 4)}</td></tr>`;
    return html`<table class="dn-terms" data-shows="terms"><thead><tr><td></td><th scope="col">without</th>
      <th scope="col">with it</th></tr></thead><tbody>
      ${row("mean of d²", before.squares, after.squares)}
      ${row(`− λ · (mean of d)²`, -forgiven * before.offset, -forgiven * after.offset)}
      ${row("slopes of d", before.slopes, after.slopes)}
      ${row("loss", before.loss, after.loss, "ww-strong")}</tbody></table>`;
  }

  draw() {
    if (!this.value) return;
    const { seen, after, which } = this.value;
    const what = which === "prediction" ? "Prediction × factor" : "Truth × factor";
    const first = figure(this, after ? what : "Prediction × factor", this.map, {});
    if (!after) {
      render(
        html`${note(seen.message)}${pointed(this, "dn-two", html`${figure(this, "Picture", null)}${first}`)}`,
        this.root,
      );
      return;
    }
    const scale = bar("signed", "d = ln ŷ − ln y", "− ln 2: half", "ln 2: twice");
    const keys = LINES.map((lam, k) => html`<span><i class="dn-key dn-line-${k}"></i>${NAMES[lam]}</span>`);
    render(
      html`${note(seen.message)}${pointed(
        this,
        "dn-loss",
        html`<div class="dn-pair">${first}
          ${figure(this, "Difference d", this.layer, { shows: "difference" })}</div>
        <div class="dn-side"><figure data-shows="curves"><figcaption>${terms("Added to the loss")}</figcaption>
          ${this.curves()}<small class="dn-keys">${keys}<span><i class="dn-key dn-own"></i>yours</span>
            <span><i class="dn-key dn-best"></i>mean of d: 0</span></small></figure>
        ${this.terms()}</div>
        <div class="dn-foot" data-shows="difference">${this.readout()}${scale}</div>`,
      )}`,
      this.root,
    );
  }
}

export const dnLoss = (context) => new Loss(context);
