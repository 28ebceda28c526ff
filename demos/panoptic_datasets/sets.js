// One label in every label set: typed, or picked; what each set has for it, and what that is to it.
import { html, nothing, render } from "../draw/markup.js";
import { terms } from "../draw/terms.js";
import { search } from "./sums.js";

const PICKS = ["cityscapes:road", "cityscapes:person", "cityscapes:traffic light", "coco:table-merged", "scenes:cone"];
const FOUND = 7;
const SHOWN = 5; // labels of a set that are named; the rest is counted
const SIGNS = { exact: "=", broader: "⊂", narrower: "⊃", overlaps: "∩" };
const MEANS = {
  exact: "means the same",
  broader: "means this and more",
  narrower: "means a part of it",
  overlaps: "shares a part, each has more",
};
const kindOf = (thing) => (thing ? "thing" : "stuff");
const nameOf = (label) => label.slice(label.indexOf(":") + 1);

class Sets {
  constructor(place) {
    Object.assign(this, { place, typed: "" });
  }

  take(value) {
    this.value = value;
    this.draw();
  }

  pick(key, name) {
    this.typed = "";
    const field = this.place.root.querySelector("input");
    if (field) field.value = "";
    this.place.choose(`${key}:${name}`);
    this.draw();
  }

  button(key, name, title) {
    const label = `${key}:${name}`;
    return html`<button type="button" aria-pressed=${label === this.value.chosen}
      @click=${() => this.pick(key, name)}>${name}<small>${title}</small></button>`;
  }

  choices() {
    const { rows } = this.value;
    const titles = Object.fromEntries(rows.map(({ key, title }) => [key, title]));
    if (this.typed.trim()) {
      const found = search(rows, this.typed, FOUND);
      const none = html`<small>No label of any set has “${this.typed.trim()}”.</small>`;
      return found.length ? found.map(({ key, title, name }) => this.button(key, name, title)) : none;
    }
    return PICKS.map((label) => this.button(label.split(":")[0], nameOf(label), titles[label.split(":")[0]]));
  }

  row({ key, title, things, stuff, near }) {
    const own = this.value.chosen.startsWith(`${key}:`);
    const cell = ({ name, thing, how }) =>
      html`<button type="button" class="ps-near" data-how=${how} title="${MEANS[how]}; ${kindOf(thing)}"
        @click=${() => this.pick(key, name)}><b aria-label=${how}>${SIGNS[how]}</b> ${name}
        <small>${kindOf(thing)}</small></button>`;
    const more = near.length - SHOWN;
    const none = html`<span class="ps-none">none: such pixels become void</span>`;
    return html`<tr class=${own ? "ps-own" : nothing}><th scope="row">${title}<small>${things.length} +
      ${stuff.length}</small></th><td>${near.length ? near.slice(0, SHOWN).map(cell) : none}
      ${more > 0 ? html`<small>and ${more} more</small>` : nothing}</td></tr>`;
  }

  draw() {
    const { says, rows } = this.value;
    const type = (event) => {
      this.typed = event.target.value;
      this.draw();
    };
    const first = (event) => {
      const [best] = event.key === "Enter" ? search(rows, this.typed, 1) : [];
      if (best) this.pick(best.key, best.name);
    };
    const legend = Object.entries(MEANS).map(([how, text]) => html`<li><b>${SIGNS[how]}</b> ${text}</li>`);
    render(
      html`<div class="ps-search"><input type="search" placeholder="Find a label in all sets"
        aria-label="Find a label in all sets" maxlength="60" @input=${type} @keydown=${first}>
        <div class="ps-found" role="group" aria-label="Labels">${this.choices()}</div></div>
        <p class="ps-says" aria-live="polite">${terms(says)}</p>
        <table><tbody>${rows.map((row) => this.row(row))}</tbody></table><ul class="ps-signs">${legend}</ul>`,
      this.place.root,
    );
  }
}

export const psSets = (place) => new Sets(place);
