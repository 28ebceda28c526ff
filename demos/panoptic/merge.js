// Board panMerge: the merge as a trial. Instances by falling score are pasted or rejected, with the reason; then stuff
// fills in, and what is left is void.
import { tableOf } from "../draw/cells.js";
import { Live } from "../draw/live.js";
import { inked, repaint } from "../draw/maps.js";
import { html, nothing, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { count, number, percent } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { Player } from "./player.js";
import { bit, replay } from "./sums.js";

const PAUSE = 550; // milliseconds a case
const OPACITY = 205;
const VERDICTS = { pasted: "pasted", score: "score below", overlap: "overlap above", nothing: "nothing left" };

class Merge extends Live {
  constructor({ root, settings }) {
    super();
    Object.assign(this, { root, canvas: make("canvas", { class: "ww-cells" }) });
    [this.wrong] = tableOf([settings.colors.fp]);
    this.player = new Player(
      () => this.last,
      () => this.ask(),
      PAUSE,
    );
    root.panMerge = this; // for the tests
  }

  get last() {
    return this.value ? this.value.cases.length + this.value.fills.length : 0;
  }

  async take(value) {
    const arrays = await this.unpacked(value, ["masks", "stuff"]);
    if (!arrays) return;
    const same = this.value?.about === value.about;
    const atEnd = !same || this.player.step >= this.last;
    Object.assign(this, { value, arrays });
    if (!same) this.player.stop();
    if (!this.player.playing) this.player.step = atEnd ? this.last : Math.min(this.player.step, this.last);
    this.colors = tableOf([...value.cases, ...value.fills].map(({ color }) => color));
    [this.dark] = tableOf([value.void]);
    this.now();
  }

  // The case that has just been judged; null at the start, among stuff and at the end.
  get current() {
    const { step } = this.player;
    return step && step < this.last ? (this.value.cases[step - 1] ?? null) : null;
  }

  paint() {
    const { size, cases, fills } = this.value;
    const pixels = size[0] * size[1];
    const { masks, stuff } = this.arrays;
    const { step } = this.player;
    const before = replay({ masks, stuff, cases, fills }, this.current ? step - 1 : step, pixels);
    const { map, owners } = replay({ masks, stuff, cases, fills }, step, pixels);
    const ended = step >= this.last;
    this.map = map;
    this.void = ended ? map.reduce((all, one) => all + (one ? 0 : 1), 0) : null;
    const mine = (i) => this.current && bit(masks, this.current.mask, i);
    const colors = this.colors.map((color) => inked(color, OPACITY));
    const bright = this.colors.map((color) => inked(color));
    const [wrong, dark] = [inked(this.wrong), inked(this.dark)];
    repaint(this.canvas, size, (i) => {
      const own = map[i] ? colors[owners[map[i]]] : ended ? dark : 0;
      if (!mine(i)) return own;
      if (!before.map[i] && this.current.verdict === "pasted") return bright[owners[map[i]]];
      return (i + Math.floor(i / size[1])) % 3 ? own : wrong;
    });
  }

  case(one, step) {
    const { confidence, overlap } = this.value;
    const share = one.area ? one.taken / one.area : 1;
    const bar = (value, tick, css, text) =>
      html`<span class="pan-meter ${css}" style="--share:${value};--tick:${tick}">
      <i></i><em></em><b>${text}</b></span>`;
    const tried = one.verdict !== "score";
    const looks = [step === this.player.step ? "pan-now" : "", step > this.player.step ? "pan-later" : ""].join(" ");
    return html`<li><button type="button" class="pan-case ${looks}" data-verdict=${one.verdict}
      aria-current=${step === this.player.step ? "step" : nothing}
      @click=${() => (this.player.stop(), this.player.go(step))}>
      <i class="pan-chip" style="background:${one.color}"></i><span>${one.title}</span>
      ${bar(one.score, confidence, "", number(one.score, 2))}
      ${tried ? bar(share, overlap, "pan-taken", percent(share, 0)) : html`<span class="pan-meter"></span>`}
      <small>${VERDICTS[one.verdict]}</small></button></li>`;
  }

  fill(one, step) {
    const looks = [step === this.player.step ? "pan-now" : "", step > this.player.step ? "pan-later" : ""].join(" ");
    const fate = one.stays ? "pasted" : "area";
    return html`<li><button type="button" class="pan-case pan-fill ${looks}" data-verdict=${fate}
      @click=${() => (this.player.stop(), this.player.go(step))}>
      <i class="pan-chip" style="background:${one.color}"></i><span>${one.name}</span>
      <b class="pan-left">${count(one.area)} px left</b><small>${one.stays ? "fills in" : "too small: void"}</small>
      </button></li>`;
  }

  told() {
    const { step } = this.player;
    const { cases, fills, confidence, overlap, stuff_area: area } = this.value;
    if (!step) return "Nothing is pasted yet. Play, or step on.";
    if (step >= this.last) return `${count(this.void)} pixels are left to nobody: void, drawn black.`;
    if (step > cases.length) {
      const one = fills[step - cases.length - 1];
      return one.stays
        ? `${one.name} fills ${count(one.area)} pixels that no instance has taken.`
        : `${one.name}: ${count(one.area)} pixels left, fewer than ${area}. They become void.`;
    }
    const one = cases[step - 1];
    const part = percent(one.area ? one.taken / one.area : 1);
    const share = `${count(one.taken)} of ${count(one.area)} pixels are taken, ${part}`;
    return {
      score: `${one.title}: score ${number(one.score, 2)} is below ${confidence}. Rejected.`,
      overlap: `${one.title}: ${share}, more than ${percent(overlap, 0)}. Rejected.`,
      nothing: `${one.title}: nothing of its mask is left. Rejected.`,
      pasted: `${one.title}: ${share}. It gets the other ${count(one.area - one.taken)}.`,
    }[one.verdict];
  }

  draw() {
    if (!this.value) return;
    const { value, canvas, root } = this;
    const [height, width] = value.size;
    this.paint();
    const { cases, fills } = value;
    const visible = () => root.offsetParent !== null;
    render(
      html`${value.message ? html`<p class="ww-message">${terms(value.message)}</p>` : nothing}
      <div class="pan-merge"><div class="pan-side">
        <div class="ww-frame pan-frame" style="--ratio:${width / height}"><img src=${value.picture}
          alt="The picture with what is pasted so far" draggable="false"></div>
        ${this.player.bar("case", visible)}
        <p class="pan-told" aria-live="polite">${terms(this.told())}</p></div>
      <div class="pan-docket" data-shows="cases"><p class="pan-heads"><span>${terms("instance")}</span>
        <span>${terms("score")}</span><span>overlap</span><span></span></p>
        <ol class="pan-cases" tabindex="0" aria-label="Cases by falling score, then stuff">
          ${cases.map((one, i) => this.case(one, i + 1))}
          ${fills.map((one, i) => this.fill(one, cases.length + i + 1))}</ol>
        <ul class="ww-legend"><li><i class="pan-hatch"></i><span>taken by a better one, or rejected</span></li>
          <li><i style="background:${value.void}"></i><span>${terms("void")}</span></li></ul></div></div>`,
      root,
    );
    const frame = root.querySelector(".pan-frame");
    if (canvas.parentElement !== frame) frame.append(canvas);
    this.follow();
  }

  // The list shows the case, without moving the page.
  follow() {
    const list = this.root.querySelector(".pan-cases");
    const now = list.querySelector(".pan-now");
    if (!now || !this.player.playing) return;
    const [top, bottom] = [now.offsetTop - list.offsetTop, now.offsetTop - list.offsetTop + now.offsetHeight];
    if (top < list.scrollTop || bottom > list.scrollTop + list.clientHeight) list.scrollTop = top - 40;
  }
}

export const panMerge = (context) => new Merge(context);
