// The board rcnnStages: twelve stages of a detector on one picture, to be played and stepped through, and the fates of
// its anchors. Its value is that of stages.py; its choice is a place "x,y".
import { bars } from "../draw/bars.js";
import { html, nothing, render } from "../draw/markup.js";
import { clamp, count, tenth } from "../draw/number.js";
import { dot, endings, panel as fates } from "./fates.js";
import { Picture, levelColor } from "./picture.js";

const DWELL = 2600; // milliseconds that a stage is shown while playing
const FEW = 6; // cells that are drawn large
const TABS = { stage: "This stage", fates: "Fates: click the picture" };
const funnel = ({ before, after }) => (before === after ? count(after) : `${count(before)} → ${count(after)}`);

// A figure is a bar for each row [name, level or -1, how many, of how many], or small maps.
const row = ([name, level, now, whole]) => ({
  name,
  text: count(now),
  share: now / Math.max(whole, 1),
  note: now === whole ? "" : `of ${count(whole)}`,
  color: level < 0 ? "" : levelColor(level),
});
const cell = ([name, src, caption]) =>
  html`<li><img src=${src} alt="${name}, ${caption}" draggable="false"><b>${name}</b><small>${caption}</small></li>`;
const figure = ({ bars: some, cells }) => {
  if (!cells.length) return bars(some.map(row));
  return html`<ul class="rcs-cells ${cells.length > FEW ? "" : "rcs-few"}">${cells.map(cell)}</ul>`;
};

class Board {
  constructor({ root, choose, selection }) {
    Object.assign(this, { root, choose, selection, stage: 0, tab: "stage", timer: 0 });
    this.picture = new Picture(this);
    root.addEventListener("keydown", (event) => this.key(event));
    root.rcnnStages = this; // for the tests: {value, stage, go(i), picture}
  }

  // ---- values ----------------------------------------------------------------------------------------
  take(value) {
    const asked = value.place && (this.asked || !this.value); // by a click, or by a permalink
    if (asked && !this.value) this.stage = value.stages.length - 1; // what became of them: the end
    Object.assign(this, { value, place: value.place?.point, asked: false, accused: false, pinned: null, told: null });
    this.picture.take();
    this.open(asked ? "fates" : this.tab);
  }

  ask(place) {
    const text = place.map(tenth).join(",");
    this.toggle(false);
    this.place = place;
    this.asked = text !== this.selection();
    this.open("fates");
    this.choose(text);
  }

  // ---- what is shown ---------------------------------------------------------------------------------
  open(tab) {
    this.tab = this.root.dataset.tab = tab;
    this.tell(tab === "stage" ? null : this.told);
  }

  // Draw one anchor's fate {fate, truth} on the picture, or none.
  tell(told) {
    this.told = told;
    this.draw();
  }

  accuse() {
    const { fate, truth } = this.value.missed;
    Object.assign(this, { accused: true, pinned: fate && { fate, truth } });
    this.tell(this.pinned);
  }

  go(stage, morph = true) {
    if (!this.value) return;
    const before = this.stage;
    this.stage = clamp(stage, 0, this.value.stages.length - 1);
    this.picture.show(before, this.stage, morph);
    this.open("stage");
  }

  step(way) {
    this.toggle(false);
    this.go(this.stage + way);
  }

  // Play, or pause.
  toggle(on = !this.timer) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.value) return;
    const last = this.value.stages.length - 1;
    if (on && this.stage === last) this.go(0, false);
    const tick = () => {
      this.timer = this.stage < last - 1 ? setTimeout(tick, DWELL) : 0;
      if (this.root.offsetParent !== null) this.go(this.stage + 1);
    };
    if (on) this.timer = setTimeout(tick, this.stage ? 300 : DWELL / 2);
    this.draw();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const inside = (css) => event.target.closest(css);
    if (inside("[role=tab]") && way) this.open(this.tab === "stage" ? "fates" : "stage");
    else if (inside(".rcs-chips, .rcs-transport") && way) this.step(way);
    else if (event.key === " " && inside(".rcs-chips")) this.toggle();
    else return;
    event.preventDefault();
    const now = inside("[role=tab]") ? "[aria-selected=true]" : inside(".rcs-chips") && "[aria-current=step]";
    if (now) this.root.querySelector(now).focus();
  }

  // ---- markup ----------------------------------------------------------------------------------------
  draw() {
    const { value, stage, tab } = this;
    if (!value) return;
    this.picture.draw();
    const chip = (one, i) =>
      html`<li><button type="button" class=${i < stage ? "rcs-past" : ""} tabindex=${i === stage ? 0 : -1}
        aria-current=${i === stage ? "step" : "false"} @click=${() => this.step(i - this.stage)}>
        <span>${i + 1} ${one.title}</span><b data-shows="funnel"><span>${funnel(one)}</span></b></button></li>`;
    const panel = (name, inner) =>
      html`<div class="rcs-panel" role="tabpanel" aria-label=${TABS[name]} tabindex="0" ?hidden=${tab !== name}>
        ${inner}</div>`;
    render(
      html`<div class="rcs-body"><ol class="rcs-chips" aria-label="Stages">${value.stages.map(chip)}</ol>
        <div class="rcs-main" style="--ratio:${value.size[1] / value.size[0]}">${this.picture.root}
          <div class="rcs-side">${this.transport()}${this.tabs()}
            ${panel("stage", this.words(value.stages[stage]))}${panel("fates", fates(this))}</div></div>
        <section class="rcs-endings" data-shows="endings">${endings(value)}</section></div>`,
      this.root,
    );
  }

  transport() {
    const { stages } = this.value;
    const button = (text, label, act, off = false) =>
      html`<button type="button" aria-label=${label} ?disabled=${off} @click=${act}>${text}</button>`;
    return html`<div class="rcs-transport" role="group" aria-label="Play the stages">
      ${button("‹ Back", "Step back", () => this.step(-1), this.stage === 0)}
      ${button(this.timer ? "❚❚ Pause" : "▶ Play", this.timer ? "Pause" : "Play", () => this.toggle())}
      ${button("Step ›", "Step", () => this.step(1), this.stage === stages.length - 1)}
      <span class="rcs-at" aria-live="polite">${this.stage + 1} of ${stages.length}: ${stages[this.stage].title}</span>
      </div>`;
  }

  tabs() {
    const tab = ([name, text]) =>
      html`<button type="button" role="tab" data-tab=${name} aria-selected=${this.tab === name}
        tabindex=${this.tab === name ? 0 : -1} @click=${() => this.open(name)}>${text}</button>`;
    return html`<div class="rcs-tabs" role="tablist" aria-label="Beside the picture">
      ${Object.entries(TABS).map(tab)}</div>`;
  }

  // The stage in words and a figure; below, what of all is drawn and what the colours mean.
  words(one) {
    const gone = one.of !== "candidates" && one.before > one.after ? `, ${count(one.before - one.after)} fewer` : "";
    const dying = this.picture.moving.some((box) => box.dying);
    return html`<div class="rcs-shown"><p class="rcs-counts" data-shows="funnel"><span>
          <strong>${funnel(one)}</strong> ${one.of}${gone}</span></p>
        <p>${one.text}</p>${figure(one)}<p class="ww-note">${one.more}</p></div>
      <div class="rcs-drawn"><ul class="ww-legend">
        ${one.levels.map((i) => html`<li>${dot(i)}${this.value.levels[i]}</li>`)}
        ${dying ? html`<li class="rcs-key-dying">dashed: ends here</li>` : nothing}</ul>
        <p class="ww-note">${one.note}</p></div>`;
  }
}

export const rcnnStages = (context) => new Board(context);
