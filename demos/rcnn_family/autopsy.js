// The board maskAutopsy: six linked pictures, from a pixel of a mask back to the picture, and all sums. The cards draw;
// here is what they share: the value, the chosen pixel and bin, and what lights up together.
import { html, render } from "../draw/markup.js";
import { clamp } from "../draw/number.js";
import { numbers } from "../draw/packed.js";
import { CARDS } from "./cards.js";

class Board {
  constructor({ root, choose, selection, remember, remembered }) {
    Object.assign(this, { root, give: choose, selection, remember, remembered });
    for (const name of ["focusin", "pointerover"]) root.addEventListener(name, (event) => this.light(event.target));
    for (const name of ["focusout", "pointerleave"]) root.addEventListener(name, () => this.light(null));
    root.maskAutopsy = this; // for the tests: {value, pixel, bin, choose, chooseBin}
  }

  take(value) {
    this.stale = !value.chain && this.keeps(value);
    const { chain } = this.stale ? this.value : value;
    this.value = { ...value, chain };
    if (!this.stale) this.bin = chain && this.kept(chain);
    const chosen = numbers(this.selection());
    this.pixel = value.chain?.paste.pixel ?? (chosen.length ? chosen.map(Math.floor) : null);
    clearTimeout(this.later);
    this.root.classList.remove("ma-waiting");
    this.draw();
  }

  // The bin in the address, "row,column" counted from 1 as on the page, if it reaches the logit; else the usual one.
  kept({ align, head }) {
    const [row, column] = numbers(this.remembered("bin")).map((place) => place - 1);
    const [top, left, bottom, right] = head.field;
    const reaches = Number.isInteger(row) && row === clamp(row, top, bottom) && column === clamp(column, left, right);
    return reaches && Number.isInteger(column) ? [row, column] : align.bin;
  }

  recall() {
    if (!this.value?.chain) return;
    this.bin = this.kept(this.value.chain);
    this.draw();
  }

  // A pixel outside all masks of the same picture: the last chain stays, dimmed: nothing moves under the pointer.
  keeps(value) {
    const parts = ({ base, overlay, boxes }) => JSON.stringify([base, overlay, boxes]);
    return Boolean(this.value?.chain && parts(this.value) === parts(value));
  }

  draw() {
    const { chain } = this.value;
    this.root.classList.toggle("ma-empty", !chain);
    this.root.classList.toggle("ma-stale", this.stale);
    render(html`${(chain ? CARDS : CARDS.slice(0, 1)).map((card) => card(chain, this))}`, this.root);
  }

  // What an element is about (data-key) and what that is made of (data-from) light up together.
  light(target) {
    const { key, from = "" } = target?.closest?.("[data-key]")?.dataset ?? {};
    const keys = key ? [key, ...from.split(" ")] : [];
    for (const one of this.root.querySelectorAll("[data-key]"))
      one.classList.toggle("ma-lit", keys.includes(one.dataset.key));
  }

  // Another pixel: drawn at once, asked for when the arrow keys rest.
  choose(place, wait = 0) {
    this.pixel = place.map((side, i) => clamp(Math.floor(side), 0, this.value.size[1 - i] - 1));
    this.remember("bin", ""); // it was one of the pixel before
    this.draw();
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      const text = this.pixel.join(",");
      this.root.classList.toggle("ma-waiting", text !== this.selection());
      this.give(text);
    }, wait);
  }

  // Another bin: the nearest to a place [x, y] of the crop that reaches the logit.
  chooseBin([x, y]) {
    const [top, left, bottom, right] = this.value.chain.head.field;
    this.bin = [clamp(Math.floor(y), top, bottom), clamp(Math.floor(x), left, right)];
    const usual = String(this.bin) === String(this.value.chain.align.bin);
    this.remember("bin", usual ? "" : this.bin.map((place) => place + 1).join(","));
    this.draw();
  }
}

export const maskAutopsy = (context) => new Board(context);
