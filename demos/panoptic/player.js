// Play, step, back: what the merge and the drive share.
import { html } from "../draw/markup.js";

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Player {
  // `last` says how many steps there are, `draw` draws, `pause` is in milliseconds.
  constructor(last, draw, pause) {
    Object.assign(this, { last, draw, pause, step: 0, timer: 0 });
  }

  get playing() {
    return this.timer > 0;
  }

  go(step) {
    this.step = Math.max(0, Math.min(this.last(), step));
    this.draw();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
  }

  toggle(visible) {
    if (this.playing) return (this.stop(), this.draw());
    if (this.step >= this.last()) this.step = 0;
    const tick = () => {
      if (!visible()) return this.stop();
      if (this.step >= this.last()) this.stop();
      else this.step++;
      this.draw();
    };
    this.timer = setInterval(tick, still() ? 2 * this.pause : this.pause);
    this.draw();
  }

  // Buttons and a slider; `what` names a step.
  bar(what, visible) {
    const button = (text, about, act) =>
      html`<button type="button" aria-label=${about} title=${about} @click=${act}>${text}</button>`;
    const to = (step) => () => (this.stop(), this.go(step));
    return html`<div class="pan-bar" role="group" aria-label="Play ${what}s">
      ${button("|◁", "To the start", to(0))}${button("◁", `Back a ${what}`, to(this.step - 1))}
      ${button(this.playing ? "❚❚" : "▶", this.playing ? "Pause" : "Play", () => this.toggle(visible))}
      ${button("▷", `On a ${what}`, to(this.step + 1))}${button("▷|", "To the end", to(this.last()))}
      <input type="range" min="0" max=${this.last()} .value=${String(this.step)} aria-label="${what} of ${this.last()}"
        @input=${(event) => to(Number(event.target.value))()}></div>`;
  }
}
