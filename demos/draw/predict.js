// The question before the answer: one line under the lesson's point. Until the learner commits to a choice, or wants
// just to be shown, what would give the answer away is veiled (veil.js).
//
// Whether there is asking at all is chosen for all lessons and remembered in this browser; a link says it by predict=1
// or predict=0. A lecturer who presents is not asked until Q is pressed.
import { count, counted } from "./answered.js";
import { html, nothing, render } from "./markup.js";
import { keep, recall } from "./memory.js";
import { terms } from "./terms.js";
import { Veil } from "./veil.js";

const KEY = "ww-predict";
const TYPING = "input, textarea, select, [contenteditable], .cm-editor";
const SETTLED = 50; // milliseconds until gradio has taken what was typed
const link = new URLSearchParams(location.search).get("predict");
const LETTERS = [
  [/[ijl]/g, "i"],
  [/[ftr]/g, "t"],
  [/[mw]/g, "m"],
  [/[abcdeghknopqsuvxyz]/g, "e"],
  [/[A-Z]/g, "R"],
  [/[0-9]/g, "0"],
]; // letters, and another as wide
const lines = [];
// This may run before the page has its body.
const presenting = () => Boolean(document.body?.classList.contains("ww-present"));
const onPath = () => Boolean(document.body?.classList.contains("ww-path")); // there a task is asked, and nothing else

let asks = link === null ? recall(KEY, true) !== false : link !== "0";
let asksClass = link === "1"; // while presenting

// Whether the page asks before it shows.
export const predictState = () => !onPath() && (presenting() ? asksClass : asks);

const switchTo = (on) => {
  if (presenting()) asksClass = on;
  else keep(KEY, (asks = on));
  redraw();
};
const redraw = () => {
  document.body.classList.toggle("ww-asking", predictState());
  for (const line of lines) line.draw();
};

// The scene `step` further: the bar's own button, or its number where that is not the next.
const another = (step) => {
  if (step === 1) return document.getElementById("ww-next").click();
  const seed = document.querySelector("#ww-seed input");
  seed.focus({ preventScroll: true });
  seed.value = Number(seed.value) + step;
  seed.dispatchEvent(new Event("change", { bubbles: true }));
  setTimeout(() => seed.blur(), SETTLED);
};

// Presenter mode and the path begin and end by a class of the page.
const modes = (classes) => classes.split(/\s+/).filter((one) => ["ww-present", "ww-path"].includes(one)).length;
const follow = () => {
  const changed = ({ oldValue }) => modes(oldValue ?? "") !== modes(document.body.className);
  const watch = new MutationObserver((changes) => changes.some(changed) && redraw());
  watch.observe(document.body, { attributeFilter: ["class"], attributeOldValue: true });
  redraw();
};

class Line {
  constructor(root) {
    Object.assign(this, { root, given: new Map(), shown: new Set(), value: null });
    this.veil = new Veil(root.dataset.lesson, root.closest("[role=tabpanel]") ?? document.body);
  }

  take(value) {
    this.value = value;
    if (value) this.draw();
    else this.veil.set([]);
  }

  get id() {
    return `${this.root.dataset.lesson} ${this.value.about}`;
  }

  commit(i) {
    const { choices, answer } = this.value;
    if (this.open) return;
    this.given.set(this.id, { asked: this.asked, choice: choices[i], right: choices[answer] });
    this.fresh = !this.shown.has(this.id) && count(this.id, i === answer);
    redraw();
  }

  // The choice, if it was made for just this question: settings may have made another of it since.
  get chosen() {
    const given = this.given.get(this.id);
    return given?.asked === this.asked ? given.choice : undefined;
  }

  get asked() {
    return [this.value.text, ...this.value.choices].join();
  }

  draw() {
    if (!this.value) return;
    const asking = predictState();
    this.open = !asking || this.given.has(this.id);
    if (!asking) this.shown.add(this.id);
    this.veil.set(this.open ? [] : [...this.value.veils, "seen"]); // the end tells every answer
    render(presenting() && !asking ? this.off() : this.line(asking), this.root);
  }

  off() {
    return html`<button type="button" class="ww-ask-class" title="Ask the class first (key Q)"
      @click=${() => switchTo(true)}>Ask first</button>`;
  }

  line(asking) {
    const { text, choices } = this.value;
    const all = choices.map((one, i) => this.choice(one, i));
    return html`<div class="ww-asked"><p class="ww-ask">${terms(text)}</p>
        <div class="ww-choices" role="group" aria-label="Your prediction">${all}</div></div>
      <div class="ww-told"><div class="ww-answer"><p aria-live="polite">${this.said(asking)}</p>
        <p class="ww-room" aria-hidden="true">${this.room()}</p></div>
        <div class="ww-ways"><span class="ww-tally">${counted()}</span>${this.ways(asking)}</div></div>`;
  }

  choice(text, i) {
    const { chosen } = this;
    const mark = !this.open ? nothing : i === this.value.answer ? "right" : text === chosen ? "wrong" : "";
    return html`<button type="button" data-mark=${mark} aria-disabled=${this.open ? "true" : nothing}
      aria-pressed=${text === chosen} @click=${() => this.commit(i)}>${text}</button>`;
  }

  // The answer and why. The settings may have changed since the choice: the answer is always that of what is shown.
  said(asking) {
    const { choices, answer, why } = this.value;
    if (!this.open) return html`<span class="ww-why">Choose one: what would tell is blurred until then.</span>`;
    const [{ chosen }, right] = [this, choices[answer]];
    const then = this.given.get(this.id)?.right; // a choice is judged by what it was made about
    const wrong = then === right ? `Not quite: ${right}.` : `Now: ${right}.`;
    const verdict = chosen === right ? "Yes." : chosen && asking ? wrong : `${right}.`;
    const again = chosen && asking && this.fresh === false ? html` <small>(not counted again)</small>` : nothing;
    return html`<b>${verdict}</b> <span class="ww-why">${terms(why)}</span>${again}`;
  }

  // As long as the answer will be, of other letters: it keeps the room, so that nothing shifts.
  room() {
    const { choices, why } = this.value;
    const longest = choices.reduce((one, other) => (other.length > one.length ? other : one));
    const [verdict, reason] = [`Not quite: ${longest}.`, why].map((text) =>
      LETTERS.reduce((one, [some, letter]) => one.replace(some, letter), text),
    );
    return html`<b>${verdict}</b> ${reason}`;
  }

  ways(asking) {
    const way = (text, act) => html`<button type="button" class="ww-way" @click=${act}>${text}</button>`;
    if (!asking) return way("Predict first", () => switchTo(true));
    if (this.open) return way("Try another scene", () => another(this.value.step));
    return way("Just show me", () => switchTo(false));
  }
}

// What draws a question into its place, see widgets.js; null for none.
export const predict = (root) => {
  const line = new Line(root);
  if (lines.push(line) === 1) follow();
  return (value) => line.take(value);
};

document.addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
  if (!presenting() || ctrlKey || metaKey || altKey || target.closest?.(TYPING)) return;
  if (key === "q" || key === "Q") switchTo(!asksClass);
});
