// Board unLevels: the network as a U of its own maps. Click one to look at it and to operate on it; the prediction
// after the operation stands beside, with what every level is worth below.
import { tableOf } from "../draw/cells.js";
import { html, nothing, render } from "../draw/markup.js";
import { Live } from "../draw/live.js";
import { terms } from "../draw/terms.js";
import { beside, chosen, readout } from "./beside.js";
import { losses } from "./losses.js";
import { labelUri, labelsOf, mapUri, marksUri, sized } from "../draw/maps.js";
import { changes, errors, nearBoundary } from "./sums.js";

const LEVELS = [1, 2, 3, 4];
const AGAIN = 700; // milliseconds until the table over all levels is asked for once more
const BAND = [255, 255, 255, 70]; // the band, where nothing is wrong: a veil over the picture
const opaque = (colors) => [null, ...colors.map((color) => [...color, 255])];

class Levels extends Live {
  constructor({ root, settings, choose, selection, again }) {
    super();
    Object.assign(this, { root, choose, selection, again, point: null });
    const [colors, heat, marks, [dark]] = [settings.colors, settings.heat, settings.marks, [settings.void]].map(
      tableOf,
    );
    Object.assign(this, { colors, heat, dark, marks: opaque(marks), wrong: opaque([marks[1]]), css: settings.marks });
    root.unLevels = this; // for the tests
  }

  async take(value) {
    this.newest = value;
    const names = Object.keys(value.maps);
    const [truth, trained, now] = await Promise.all([value.truth, value.trained, value.now].map(labelsOf));
    const drawn = await Promise.all(names.map((name) => mapUri(value.maps[name].steps, this.heat)));
    const large = await Promise.all([value.before, value.after].map(({ steps }) => mapUri(steps, this.heat)));
    if (value !== this.newest) return;
    this.labels = { truth, trained, now };
    this.uris = Object.fromEntries(names.map((name, i) => [name, drawn[i]]));
    this.looks = { ...this.pictures(value), before: large[0], after: large[1] };
    this.value = value;
    this.now();
    clearTimeout(this.later);
    if (value.coming) this.later = setTimeout(() => this.root.offsetParent && this.again(), AGAIN);
  }

  // Label maps and marks of a value as addresses.
  pictures({ size, says, band }) {
    const { truth, trained, now } = this.labels;
    const paint = (labels) => (labels ? labelUri(labels, size, this.colors, this.dark) : null);
    const wrong = truth && !says ? errors(trained, truth) : null;
    const marks = says ? changes(trained, now, truth) : wrong;
    this.counts = [0, 0, 0, 0, 0];
    marks?.forEach((mark) => this.counts[mark]++);
    const near = truth && nearBoundary(truth, size, band);
    const shown = marks && Uint8Array.from(marks, (mark, i) => mark || (near?.[i] ? 5 : 0));
    const colors = says ? [...this.marks, BAND] : [...this.wrong, null, null, null, BAND];
    return {
      truth: paint(truth),
      trained: paint(trained),
      now: paint(now),
      marks: shown && marksUri(shown, size, colors),
    };
  }

  at(point) {
    this.point = point;
    this.ask();
  }

  chosen(text) {
    if (text) this.ask();
  }

  get part() {
    return this.selection() || "skip1";
  }

  // Whether the operation reaches a map directly.
  cut(part) {
    const { says, part: own } = this.value;
    return says && (part === own || (own === "skips" && part.startsWith("skip")));
  }

  // A map as a button.
  map(part, title, drawn = part) {
    const { maps } = this.value;
    const [channels, height, width] = maps[part].shape;
    const about = `${title}: ${channels} channels of ${height} × ${width} cells`;
    return html`<button type="button" class="un-map ${this.cut(part) ? "un-cut" : ""}" data-part=${part}
      aria-pressed=${this.part === part} aria-label=${about} title=${about} @click=${() => this.choose(part)}>
      <img src=${this.uris[drawn]} alt="" draggable="false"></button>`;
  }

  row(level) {
    const { maps, brief } = this.value;
    const [channels, height, width] = maps[`skip${level}`].shape;
    const skip = `skip${level}`;
    const name = this.cut(skip) ? html`<b>${brief}</b>` : `skip ${level}`;
    return html`<div class="un-row" style="--level:${level - 1}">
      <div class="un-down">${this.map(skip, `Encoder, level ${level}, and its skip`, `enc${level}`)}
        <small>${sized(channels, height, width)}</small></div>
      <span class="un-arrow ${this.cut(skip) ? "un-cut" : ""}" aria-hidden="true"><i>${name}</i></span>
      <div class="un-both"><span><img src=${this.uris[skip]} alt="Skip ${level}, as it is read" draggable="false">
        ${this.map(`up${level}`, `From below, level ${level}`)}</span>
        <small>${channels} + ${channels} = ${2 * channels}</small></div>
      <span class="un-next" aria-hidden="true"></span>
      <div class="un-up">${this.map(`dec${level}`, `Decoder, level ${level}`)}
        <small>${sized(channels, height, width)}</small></div></div>`;
  }

  draw() {
    if (!this.value) return;
    const { value } = this;
    const [channels, height, width] = value.maps.bottom.shape;
    const all = html`<button type="button" class="un-all" data-part="skips" aria-pressed=${this.part === "skips"}
      @click=${() => this.choose("skips")}>all four skips</button>`;
    render(
      html`${value.message ? html`<p class="ww-message">${terms(value.message)}</p>` : nothing}
      <div class="un-levels"><div class="un-beside"><div class="un-figures">${beside(this)}</div>
        <p class="un-readout" aria-live="polite">${readout(this)}</p></div>
        <div class="un-u" style="--ratio:${value.size[1] / value.size[0]}" role="group"
        aria-label="The network as a U of its maps: choose one">
        <p class="un-heads"><span>${terms("Encoder")} ↓</span>${all}<span>${terms("concatenate")}</span>
          <span>↑ ${terms("Decoder")}</span></p>
        ${LEVELS.map((level) => this.row(level))}
        <div class="un-bottom">${this.map("bottom", "Bottom")}<small>
          ${sized(channels, height, width)}; each map in its own range of colours</small></div>
      </div>
      </div>
      <div class="un-below"><div class="un-maps">${chosen(this)}</div>
        ${value.truth ? losses(value, value.part) : nothing}</div>`,
      this.root,
    );
  }
}

export const unLevels = (context) => new Levels(context);
