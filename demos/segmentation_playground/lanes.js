// The main board: picture, truth, and what both runs say; below them their curves. Before a run has begun, its place
// shows the untrained network.
import { Live } from "../draw/live.js";
import { html, nothing, render } from "../draw/markup.js";
import { clamp, number } from "../draw/number.js";
import { unpack } from "../draw/packed.js";
import { framed } from "../draw/picture.js";
import { arrow, under } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { classes, curves } from "./curves.js";
import { labelled } from "./labels.js";
import { designOf, NAMES, runs } from "./runs.js";
import { lossesOf, verdict } from "./sums.js";

const START = "#segmentation_playground-train-start";
const KEPT =
  "The server keeps trained networks for a while, for this page alone. If it stops, the training that goes on ends, " +
  "and the networks are gone; curves and pictures stay here, and Train begins anew.";

class Lanes extends Live {
  constructor({ root, settings, adopt }) {
    super();
    Object.assign(this, { root, settings, adopt, point: null, maps: new Map() });
    root.playLanes = this; // for the tests
    runs.listeners.push(() => this.refresh());
    new ResizeObserver(() => this.ask()).observe(root);
  }

  async take(value) {
    this.value = value;
    await this.refresh();
  }

  // Unpacks whatever is new, then draws.
  async refresh() {
    if (!this.value) return;
    const { value } = this;
    const wanted = [value.labels, value.shot.truth, ...NAMES.flatMap((name) => this.packs(runs.of[name]))];
    const found = await Promise.all(wanted.filter(Boolean).map((packed) => this.map(packed)));
    const fresh = new Set(found.map(({ text }) => text));
    for (const text of this.maps.keys()) if (!fresh.has(text)) this.maps.delete(text);
    this.ask();
  }

  packs(run) {
    return run ? [run.labels, run.shot.truth] : [];
  }

  // {text, data, picture} of a packed label map, kept by its text.
  async map(packed) {
    const text = packed.data;
    if (!this.maps.has(text)) {
      const { data, shape } = await unpack(packed);
      this.maps.set(text, { text, data, picture: labelled(data, shape, this.settings) });
    }
    return this.maps.get(text);
  }

  of(packed) {
    return packed && this.maps.get(packed.data);
  }

  // What a place shows: its run, or the untrained network of the settings.
  lane(name) {
    const run = runs.of[name];
    if (run) return { ...run, own: run.owns.at(-1), run };
    return { words: this.value.words, shot: this.value.shot, labels: this.value.labels, own: this.value.miou };
  }

  draw() {
    if (!this.value || this.root.offsetParent === null) return;
    render(this.markup(), this.root);
    curves(this.root, runs.of, this.value);
    const button = document.querySelector(START);
    const { lane, setup } = this.value;
    const says = `${runs.goesOn(lane, setup) ? "Go on with" : "Train"} ${lane}`;
    if (button && button.textContent.trim() !== says) button.textContent = says;
  }

  markup() {
    const { shot } = this.value;
    const { names, colors, held } = this.settings;
    const truth = this.of(shot.truth);
    const seen = new Set();
    const about = `The picture of ${shot.side} × ${shot.side} pixels: arrow keys move the pixel that is read`;
    return html`<div class="play-top" tabindex="0" role="group" aria-label=${about}
      @keydown=${(event) => this.key(event)} @pointermove=${(event) => this.move(event)}
      @pointerdown=${(event) => this.move(event)} @pointerleave=${(event) => this.leave(event)}>
      ${this.figure(shot.title, "", shot.image, shot, `${shot.title}, ${shot.side} pixels a side`)}
      ${truth ? this.figure(terms("Truth", seen), "", truth.picture, shot, "The true class of each pixel") : nothing}
      ${NAMES.map((name) => this.run(name))}</div>
      <p class="play-read" aria-live="polite">${this.read()}</p>
      <div class="play-below">
        <figure><figcaption><span>${terms("Loss", seen)}</span><small>${this.dotted()}</small>
          </figcaption><div class="play-curve"></div></figure>
        <figure><figcaption><span>${terms(`mIoU, ${held} held-out scenes`, seen)}</span>
          <small>dotted: picture</small></figcaption><div class="play-curve"></div></figure>
        <figure><figcaption><span>${terms("IoU by class, held-out", seen)}</span></figcaption>
          ${classes(runs.of, names, colors)}</figure></div>
      <p class="play-verdict" aria-live="polite">${terms(verdict(runs.of, held))}</p>
      <p class="play-small">${terms(KEPT)}</p>`;
  }

  // What the dotted lines of the loss stand for; only guessing is told by a number that is the same in every run.
  dotted() {
    const { guess } = this.value;
    if (lossesOf(this.value, runs.of).size > 1) return "two losses, two scales: compare mIoU";
    return guess === null ? "dotted: untrained" : `nats; dotted: untrained, guessing ${number(guess, 2)}`;
  }

  figure(title, side, picture, { side: size }, alt, more = nothing, css = "") {
    const point = this.point;
    return html`<figure class=${css}><figcaption><span>${title}</span><small>${side}</small></figcaption>
      ${framed({ size: [size, size], image: picture, alt, point })}${more}</figure>`;
  }

  run(name) {
    const { words, shot, labels, own, run } = this.lane(name);
    const next = this.value.lane === name;
    const map = this.of(labels);
    if (!map) return nothing;
    const title = html`<i class="play-dot play-${name.toLowerCase()}"></i>Run ${name}`;
    const other =
      shot.about === this.value.shot.about ? "" : `Of ${shot.title}, not of this picture: train on to see this.`;
    const score = own === null || own === undefined ? "" : html`<b>mIoU ${number(own, 2)}</b> here: `;
    const side = run ? `step ${run.step}` : "untrained";
    const idle = next ? "Press Train." : `Choose Run ${name} to compare.`;
    const says = runs.notes[name] ?? (run ? "" : idle);
    const more = html`<p class="play-words">${score}${other ? html`<strong>${other}</strong> ` : nothing}
      ${terms(`${words}.`)} <em>${says}</em>${this.design(run)}</p>`;
    const css = `${next ? "play-next" : ""} ${run ? "" : "play-idle"}`;
    return this.figure(title, side, map.picture, shot, `What run ${name} says at step ${run?.step ?? 0}`, more, css);
  }

  // Where the widgets show another design than a run's: a way to its own.
  design(run) {
    if (!run || run.setup === this.value.setup) return nothing;
    return html`<button type="button" class="play-take" @click=${() =>
      this.adopt({ ...designOf(run.setup), lane: run.lane })}>Choose this design</button>`;
  }

  // What all say at the pixel that is pointed at.
  read() {
    if (!this.point) return "Point at a pixel: truth and both runs are read out.";
    const [x, y] = this.point.map(Math.floor);
    const { shot } = this.value;
    const at = (map) => map.data[y * shot.side + x];
    const truth = this.of(shot.truth) && at(this.of(shot.truth));
    const name = (label) => this.settings.names[label] ?? "void";
    const said = NAMES.map((run) => {
      const { labels, shot: own } = this.lane(run);
      const label = at(this.of(labels));
      const known = truth !== undefined && truth !== this.settings.void && own.about === shot.about;
      const mark = !known ? "" : label === truth ? " ✓" : " ✗";
      return own.about === shot.about ? `${run} says ${name(label)}${mark}` : `${run} shows ${own.title}`;
    });
    return [`Row ${y}, column ${x}`, truth === undefined ? "" : `truth ${name(truth)}`, ...said]
      .filter(Boolean)
      .join(" · ");
  }

  move(event) {
    const frame = event.target.closest(".ww-frame");
    if (!frame) return;
    const { side } = this.value.shot;
    this.go(under(event, frame, [side, side]));
  }

  // A finger that is lifted leaves its pixel.
  leave({ pointerType }) {
    if (pointerType === "mouse") this.go(null);
  }

  key(event) {
    const by = arrow(event, 8);
    if (!by) return;
    event.preventDefault();
    const { side } = this.value.shot;
    const [x, y] = this.point ?? [side / 2, side / 2];
    this.go([x + by[0], y + by[1]]);
  }

  go(point) {
    const { side } = this.value.shot;
    this.point = point && point.map((part) => clamp(Math.floor(part), 0, side - 1) + 0.5);
    render(this.markup(), this.root);
  }
}

export const playLanes = (context) => new Lanes(context);

// Reports of the run that goes on.
export const playTrained = () => ({
  take: (value) => runs.report(value),
});
