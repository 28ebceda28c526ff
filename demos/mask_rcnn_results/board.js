// The boards of mask_rcnn_results: errors by class with their sum, each error as a card, and for a measurement AP and
// its curve over the scenes so far, which moves much at first and then settles.
import { chart } from "../draw/chart.js";
import { html, nothing, render, svg } from "../draw/markup.js";
import { legend } from "../draw/panel.js";
import { framed, polygons } from "../draw/picture.js";
import { terms } from "../draw/terms.js";
import { table } from "../draw/widgets.js";
import { total } from "./sums.js";

const FIRST = 12; // cards shown before somebody asks for more
const boards = [];
let context = ""; // gallery, rank and picture of the scene on the stage; a scene that a card opens holds while they do

const key = (colors) => legend(Object.entries(colors));
const button = (text, press, pressed = nothing) =>
  html`<button type="button" class="mrr-button" aria-pressed=${pressed} @click=${press}>${text}</button>`;

const outlines = (card, colors) =>
  Object.entries(card.outlines).map(([part, lines]) => {
    const path = polygons(lines);
    return svg`<path class="ww-halo" d=${path}/><path class="ww-box-line" d=${path} style="stroke:${colors[part]}"/>`;
  });

const curve = (points, colors) => (Plot) => ({
  height: 170,
  marginBottom: 36,
  x: { label: "scenes measured", domain: [1, Math.max(2, points.at(-1).scenes)], ticks: 5, tickFormat: "d" },
  y: { label: "mask AP, %", domain: [0, 100], ticks: 5, grid: true },
  color: { legend: true, range: colors.series },
  marks: [Plot.lineY(points, { x: "scenes", y: "AP", z: "name", stroke: "name", marker: "dot", tip: true })],
});

class Board {
  constructor(place) {
    this.kept = place.root.dataset.output; // the address's key of the class whose cards are shown
    const only = place.remembered(this.kept);
    Object.assign(this, { place, ...place.settings, opens: Boolean(place.root.dataset.key), only, all: false });
    boards.push(this);
  }

  take(value) {
    this.value = value;
    context = value.context || context;
    const here = Object.hasOwn(value.counts, this.only) && value.counts[this.only].some(Boolean);
    if (!here) this.show(""); // none of it here: all
    for (const board of value.context ? boards : [this]) board.chosen();
    const points = value.curve.map(([scenes, name, AP]) => ({ scenes, name, AP }));
    if (!points.length) return;
    const last = points.slice(-3).map(({ name, AP }) => `${name} ${AP ?? "undefined"}`);
    const label = `Mask AP over ${points.length / 3} steps up to ${points.at(-1).scenes} scenes: ${last.join(", ")}`;
    chart(this.place.root.querySelector(".mrr-curve"), label, curve(points, this.colors));
  }

  // The cards of a class alone, or of all.
  show(only) {
    this.only = only;
    this.place.remember(this.kept, only);
  }

  recall() {
    this.only = this.place.remembered(this.kept);
    if (this.value) this.take(this.value);
  }

  // Draws everything anew; another scene may be on the stage.
  chosen() {
    if (!this.value) return;
    const { about, heading, precision, recall, counts, hits, aside, strongest } = this.value;
    const left = html`<div>
      ${
        precision &&
        html`<div class="ww-table">${table(precision)}</div><div class="mrr-curve"></div>
        <h4>Recall by kind of thing</h4><div class="ww-table mrr-recall">${table(recall)}</div>`
      }
      <h4>${terms(heading)}</h4>
      <div role="group" aria-label="Errors by class; press one to see only its cards">${this.bars(counts)}</div>
      <p class="mrr-sum" aria-live="polite">${total(counts, hits)}</p>
      ${key({ "false positives": "var(--ww-wrong)", "missed things": "var(--mrr-missed)" })}
      <small>${terms(aside)}</small></div>`;
    const openers = strongest.map(([text, key]) => this.opener(text, key));
    const first = openers.length ? html`<p>Strongest so far: ${openers}</p>` : nothing;
    render(
      html`<h3>${terms(about)}</h3>${first}<div class="mrr-columns">${left}${this.cards()}</div>`,
      this.place.root,
    );
  }

  bars(counts) {
    const most = Math.max(1, ...Object.values(counts).map(([wrong, gone]) => wrong + gone));
    const share = (count) => `width:${(100 * count) / most}%`;
    return Object.entries(counts).map(([kind, [wrong, gone]]) => {
      const press = () => {
        this.show(this.only === kind ? "" : kind);
        this.chosen();
      };
      const said = `${kind}: ${wrong} false positives, ${gone} missed. ${this.rules[kind]}`;
      return html`<button type="button" class="mrr-bar" title=${this.rules[kind]} aria-label=${said}
        aria-pressed=${kind === this.only} @click=${press}><span>${kind}</span>
        <span><i style=${share(wrong)}></i><i style=${share(gone)}></i></span><b>${wrong + gone}</b></button>`;
    });
  }

  cards() {
    const shown = this.value.cards.filter(({ kind }) => !this.only || kind === this.only);
    const first = this.all ? shown : shown.slice(0, FIRST);
    const none = this.only
      ? `No error of the class “${this.only}”.`
      : "No errors: everything was found, and nothing else.";
    const { true: right, found, other } = this.colors;
    const all = () => {
      this.all = true;
      this.chosen();
    };
    const more = button(`Show all ${shown.length}`, all);
    const seen = new Set(); // a word is marked on one card
    return html`<div>
      ${key({ "true outline": right, "the detection": found, "others that have part in it": other })}
      ${shown.length ? nothing : html`<small>${none}</small>`}<ul>${first.map((card) => this.card(card, seen))}</ul>
      ${first.length < shown.length ? more : nothing}</div>`;
  }

  card(card, seen) {
    const { kind, title, lines, costs, rule, seed, image, size } = card;
    const alt = `${kind}: ${[title, ...lines].join(", ")}, scene ${seed}`;
    const said = costs > 1 ? [...lines, `counts ${costs} times: itself and ${costs - 1} missed`] : lines;
    const shapes = outlines(card, this.colors);
    return html`<li class="mrr-card" data-kind=${kind}>${framed({ size, image, alt, shapes })}
      <b>${kind}</b><span>${title}</span>${said.map((text) => html`<small>${terms(text, seen)}</small>`)}
      <em>${terms(rule, seen)}</em>
      ${this.opens ? this.opener(`Show scene ${seed}`, card.key) : nothing}</li>`;
  }

  // A button that shows a scene on the stage while gallery and picture stay; pressed again, the gallery's comes back.
  opener(text, key) {
    const choice = `${key} ${context}`;
    const pressed = this.place.selection() === choice;
    const open = () => {
      this.place.choose(pressed ? "" : choice);
      this.chosen();
      document.getElementById(`${this.place.lesson}-stage`).scrollIntoView({ block: "nearest" });
    };
    return button(text, open, pressed);
  }
}

export const errors = (place) => new Board(place);
