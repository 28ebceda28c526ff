// Board czPlane: the ab plane at one lightness. Each bin is a square of its colour, as large as its value; outlined is
// what sRGB can show. It is pointed at with the mouse, a finger or the arrow keys, and clicked to choose a colour.
import { html, nothing, render, svg } from "../draw/markup.js";
import { Live } from "../draw/live.js";
import { number, percent } from "../draw/number.js";
import { numbers, rows } from "../draw/packed.js";
import { arrows, inside } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { nearest, sides } from "./sums.js";

const REACH = 115; // of a and b that are drawn
const VIEW = `${-REACH - 32} ${-REACH - 4} ${2 * REACH + 40} ${2 * REACH + 30}`;
const GRID = 10;
const TICKS = [-100, -50, 0, 50, 100];
const written = (value, unit) => (unit === "%" ? percent(value, value < 0.0995 ? 2 : 1) : `${number(value, 2)} ×`);
const path = (line) => `M${line.map(([a, b]) => `${a} ${-b}`).join("L")}Z`;
const named = (a, b) => `a ${number(a, 0)}, b ${number(b, 0)}`;

const around = ([a, b]) => svg`<rect class="cz-here" x=${a - 5} y=${-b - 5} width="10" height="10"/>`;
const key = ({ kind, name, a, b }) => html`<li class="cz-key-${kind}"><i></i>${terms(name)}: ${named(a, b)}</li>`;

// A mark's shape: the true colour is a cross, what is read a disc, the others rings and squares.
const SHAPES = {
  true: (a, b) => svg`<path class="cz-mark cz-true" d="M${a - 5} ${b - 5}l10 10m0 -10l-10 10"/>`,
  read: (a, b) => svg`<circle class="cz-mark cz-read" cx=${a} cy=${b} r="3.4"/>`,
  mean: (a, b) => svg`<circle class="cz-mark cz-mean" cx=${a} cy=${b} r="5.4"/>`,
  mode: (a, b) => svg`<rect class="cz-mark cz-mode" x=${a - 5.5} y=${b - 5.5} width="11" height="11"/>`,
  chosen: (a, b) => svg`<path class="cz-mark cz-chosen" d="M${a} ${b - 7}l7 7l-7 7l-7 -7z"/>`,
  share: (a, b) => svg`<rect class="cz-mark cz-share" x=${a - 5.5} y=${b - 5.5} width="11" height="11"/>`,
};

const axes = svg`${TICKS.map(
  (at) => svg`<path class="cz-grid" d="M${at} ${-REACH}V${REACH}M${-REACH} ${at}H${REACH}"/>
    <text x=${at} y=${REACH + 9} class="cz-tick">${number(at, 0)}</text>
    <text x=${-REACH - 3} y=${at + 3} class="cz-tick cz-left">${number(-at, 0)}</text>`,
)}<text x="0" y=${REACH + 21} class="cz-tick">a: green – red</text>
  <text transform="translate(${-REACH - 22} 0) rotate(-90)" class="cz-tick">b: blue – yellow</text>`;

class Plane extends Live {
  constructor({ root, settings, choose, selection }) {
    super();
    Object.assign(this, { root, choose, selection });
    for (const [name, color] of Object.entries(settings.marks)) root.style.setProperty(`--cz-${name}`, color);
  }

  take(value) {
    if (value.about && this.about && value.about !== this.about && this.selection()) this.choose("");
    this.about = value.about || this.about;
    this.value = value;
    this.bins = rows(value.bins, 2);
    this.values = value.values ? numbers(value.values) : null;
    this.sides = this.values ? sides(this.values, GRID - 0.6) : null;
    this.gamut = value.gamut.map((line) => path(rows(line, 2)));
    this.now();
  }

  // The place (a, b) of an event.
  place(event) {
    const [x, y] = inside(event, this.root.querySelector("svg"));
    return [x, -y];
  }

  point(event) {
    this.at = nearest(this.bins, this.place(event));
    this.ask();
  }

  leave() {
    this.at = undefined;
    this.ask();
  }

  press(event) {
    if (!this.value.asks) return;
    const [a, b] = this.value.swatches.length ? this.bins[nearest(this.bins, this.place(event))] : this.place(event);
    this.pick(a, b);
  }

  pick(a, b) {
    this.choose(`${Math.round(a)},${Math.round(b)}`);
  }

  step([right, down]) {
    const [a, b] = this.bins[this.at ?? nearest(this.bins, [0, 0])];
    this.at = nearest(this.bins, [a + Math.sign(right) * GRID, b - Math.sign(down) * GRID]);
    this.ask();
  }

  bin([a, b], k) {
    const side = this.sides ? this.sides[k] : 2;
    const color = this.value.colors.slice(7 * k, 7 * k + 7);
    return svg`<rect x=${a - side / 2} y=${-b - side / 2} width=${side} height=${side} fill=${color}
      class="cz-bin ${this.value.shown[k] === "1" ? "" : "cz-unshown"}"/>`;
  }

  readout() {
    if (this.at === undefined) return this.value.what;
    const [a, b] = this.bins[this.at];
    return `${named(a, b)}${this.values ? `: ${written(this.values[this.at], this.value.unit)}` : ""}`;
  }

  swatch({ a, b, color, share }) {
    const now = this.selection() === `${a},${b}`;
    return html`<button type="button" aria-pressed=${now} @click=${() => this.pick(a, b)}>
      <i style="background:${color}"></i>${named(a, b)} <b>${percent(share, 0)}</b></button>`;
  }

  // Keys: arrows move what is pointed at, Enter chooses it.
  key(event) {
    if (event.key === "Enter" && this.value.asks && this.at !== undefined) this.pick(...this.bins[this.at]);
    arrows((by) => this.step(by), 1)(event);
  }

  picture({ marks, asks, lightness, what }) {
    const label = `ab plane at L ${number(lightness, 0)}, ${what}; arrow keys move, Enter chooses`;
    return html`<svg viewBox=${VIEW} tabindex="0" role="application" aria-label=${label}
      class=${asks ? "cz-asks" : ""} @pointermove=${(event) => this.point(event)} @pointerleave=${() => this.leave()}
      @click=${(event) => this.press(event)} @keydown=${(event) => this.key(event)}>
      ${axes}${this.gamut.map((line) => svg`<path class="cz-gamut" d=${line}/>`)}
      ${this.bins.map((one, k) => this.bin(one, k))}
      ${this.at === undefined ? nothing : around(this.bins[this.at])}
      ${marks.map(({ kind, a, b }) => SHAPES[kind](a, -b))}</svg>`;
  }

  draw() {
    if (!this.value) return;
    const { marks, swatches, asks, lightness } = this.value;
    render(
      html`<figure>${this.picture(this.value)}</figure>
        <p class="cz-readout" aria-live="polite">${this.readout()}</p>
        <ul>${marks.map(key)}
          <li class="cz-key-gamut"><i></i>${terms("gamut")} at L = ${number(lightness, 0)}; pale outside</li></ul>
        ${asks ? html`<p class="ww-note">${asks}</p>` : nothing}
        <div class="cz-swatches">${swatches.map((one) => this.swatch(one))}</div>`,
      this.root,
    );
  }
}

export const czPlane = (context) => new Plane(context);
