// Boards fcRace and fcWindows: the sliding window and one pass on the same picture, score by score. The windows' board
// draws nothing itself: it hands each report of the run to the race.
import { paint, tableOf } from "../draw/cells.js";
import { Live } from "../draw/live.js";
import { html, nothing, render, svg } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { clamp, count, number, percent } from "../draw/number.js";
import { unpack } from "../draw/packed.js";
import { framed, rectangle } from "../draw/picture.js";
import { arrow, under } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { heats } from "./heats.js";
import { rims, rimsOf } from "./rims.js";
import { LEAST, MOST, SMALL, apart, cellAt, nearest, onScale, windowAt } from "./sums.js";

const GREY = [128, 128, 128];
const giga = (macs) => `${(macs / 1e9).toFixed(macs < 1e10 ? 2 : 1)} GMAC`;
const time = (ms) => (ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`);
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

const page = { board: null, report: null };

// A map of labels from 1 as a picture of one pixel a score; 0 is transparent.
const labelled = ({ data, shape }, colors) => {
  const canvas = make("canvas", { width: shape[1], height: shape[0] });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(shape[1], shape[0]);
  data.forEach((label, i) => label && image.data.set([...rgb(colors[label - 1]), 255], 4 * i));
  pen.putImageData(image, 0, 0);
  return canvas.toDataURL();
};

class Race extends Live {
  constructor({ root, settings, lesson, choose, selection }) {
    super();
    Object.assign(this, { root, lesson, choose, selection, table: tableOf(settings.heat), cell: null });
    page.board = this;
    root.fcRace = this; // for the tests
  }

  async take(value) {
    const kept = value.of === this.value?.of && page.report?.of === value.of;
    const arrays = await this.unpacked(value, ["probs"]);
    if (!arrays) return;
    const { shape, data } = arrays.probs;
    const places = shape[1] * shape[2];
    const best = (place) =>
      value.classes.reduce((top, _, k) => (data[k * places + place] > data[top * places + place] ? k : top), 0);
    const labels = Uint8Array.from({ length: places }, (_, place) => best(place) + 1);
    if (value.of !== this.value?.of) this.cell = null;
    Object.assign(this, { value, probs: data, places, labels });
    this.once = labelled({ data: labels, shape: [shape[1], shape[2]] }, value.colors);
    this.heats = value.classes.map((_, k) =>
      paint(
        make("canvas"),
        data.subarray(k * places, (k + 1) * places),
        [shape[1], shape[2]],
        this.table,
        0,
        1,
      ).toDataURL(),
    );
    this.rims = await rims(value.rims, this.table);
    await this.report(kept ? page.report : value.windows);
    this.chosen();
  }

  // What the windows have so far, if they are of this race.
  async report(windows) {
    if (!this.value || windows.of !== this.value.of) return;
    const [labels, differences] = await Promise.all([unpack(windows.labels), unpack(windows.differences)]);
    const scaled = Array.from(differences.data, (one) => (Number.isNaN(one) ? NaN : onScale(one)));
    const canvas = paint(
      make("canvas"),
      scaled.map((one) => one || 0),
      differences.shape,
      this.table,
      0,
      1,
    );
    const pen = canvas.getContext("2d");
    scaled.forEach((one, i) => {
      if (!Number.isNaN(one)) return;
      pen.fillStyle = `rgb(${GREY})`;
      pen.fillRect(i % differences.shape[1], Math.floor(i / differences.shape[1]), 1, 1);
    });
    const done = Array.from(differences.data.slice(0, windows.done));
    Object.assign(this, { windows, done: labels.data, differences: differences.data });
    this.maps = { windows: labelled(labels, this.value.colors), differences: canvas.toDataURL() };
    this.largest = Math.max(0, ...done);
    this.ask();
  }

  // The pinned place of the address, or the last window that is done.
  chosen() {
    if (!this.value) return;
    const point = (this.selection() || "").split(",").map(Number);
    this.pin = point.length === 2 && point.every(Number.isFinite) ? nearest(this.value, point) : null;
    this.ask();
  }

  get shown() {
    const { done } = this.windows;
    const last = Math.max(done - 1, 0);
    return this.cell ?? this.pin ?? [Math.floor(last / this.value.shape[1]), last % this.value.shape[1]];
  }

  go(cell, commit = false) {
    this.cell = cell;
    this.ask();
    if (!commit || !cell) return;
    const [x0, y0, x1, y1] = cellAt(this.value, ...cell);
    const place = [(x0 + x1) / 2, (y0 + y1) / 2].map((side, i) =>
      clamp(Math.floor(side), 0, this.value.size[1 - i] - 1),
    );
    this.choose(place.join(","));
  }

  key(event) {
    const by = arrow(event);
    if (!by) return;
    event.preventDefault();
    const [row, column] = this.shown;
    this.go([clamp(row + by[1], 0, this.value.shape[0] - 1), clamp(column + by[0], 0, this.value.shape[1] - 1)]);
    clearTimeout(this.later);
    this.later = setTimeout(() => this.go(this.cell, true), 400);
  }

  draw() {
    if (!this.windows || this.root.offsetParent === null) return;
    render(this.markup(), this.root);
  }

  markup() {
    const { value, maps } = this;
    return html`${value.message ? html`<p class="ww-message">${terms(value.message)}</p>` : nothing}
      <div class="fc-columns">
        ${this.column("Sliding window", maps.windows, this.odometer("windows"), "each window by itself")}
        ${this.column("One pass", this.once, this.odometer("once"), "all windows at once")}
        ${this.column("Difference", maps.differences, this.scale(), "of logits; grey: not yet")}
      </div>
      ${this.readout()}${rimsOf(this)}${heats(this)}`;
  }

  column(title, map, below, about) {
    const { value } = this;
    const move = (event, commit) => {
      const point = under(event, event.currentTarget.querySelector(".ww-frame"), value.size);
      this.go(nearest(value, point), commit);
    };
    const shapes = this.shapes(map, title);
    const alt = `${value.title}: ${title.toLowerCase()}, ${value.shape[0]} by ${value.shape[1]} scores`;
    return html`<section class="fc-column" data-shows=${title}>
      <h3>${terms(title)}<small>${terms(about)}</small></h3>
      <div class="fc-pointing" role="application" tabindex="0" aria-label="${alt}. Arrow keys move the window."
        @pointermove=${(event) => move(event, false)} @click=${(event) => move(event, true)}
        @pointerleave=${() => this.go(null)} @keydown=${(event) => this.key(event)}>
        ${framed({ size: value.size, image: value.picture, alt, shapes })}</div>
      ${below}</section>`;
  }

  shapes(map, title) {
    const { value } = this;
    const [x0, y0] = cellAt(value, 0, 0);
    const [, , x1, y1] = cellAt(value, value.shape[0] - 1, value.shape[1] - 1);
    const css = title === "Difference" ? "fc-map fc-solid" : "fc-map";
    const window = windowAt(value, ...this.shown);
    return svg`<image class=${css} href=${map} x=${x0} y=${y0} width=${x1 - x0} height=${y1 - y0}
        preserveAspectRatio="none"/>
      ${rectangle(window, "fc-window-under")}${rectangle(window, "fc-window")}
      ${rectangle(cellAt(value, ...this.shown), "fc-cell")}`;
  }

  odometer(which) {
    const { value, windows } = this;
    const sliding = which === "windows";
    const [done, macs, ms] = sliding ? [windows.done, windows.macs, windows.ms] : [windows.total, value.macs, value.ms];
    const all = {
      macs: value.all_macs,
      ms: Math.max((windows.ms / Math.max(windows.done, 1)) * windows.total, value.ms),
    };
    const bar = (share, text) =>
      html`<p class="fc-bar"><i style="--share:${clamp(share, 0, 1)}"></i><b>${text}</b></p>`;
    const rest = windows.done < windows.total && sliding;
    const whole = (text) => (rest ? html`<small> of ${text}</small>` : nothing);
    return html`<div class="fc-work" data-shows="work" data-which=${which}>
      <p><strong>${count(done)}</strong> of ${count(windows.total)} scores</p>
      ${bar(macs / all.macs, html`${giga(macs)}${whole(giga(all.macs))}`)}
      ${bar(ms / all.ms, html`${time(ms)}${whole(`about ${time(all.ms)}`)}`)}</div>`;
  }

  scale() {
    const ends = [-9, -6, -3, 0];
    const tick = (power) => html`<span style="left:${at(power)}%">1e${number(power, 0)}</span>`;
    const at = (power) => (100 * (power - LEAST)) / (MOST - LEAST);
    const verdict = this.largest < SMALL ? "the same scores" : "other scores";
    return html`<div class="fc-scale"><p><strong>${apart(this.largest)}</strong> at most: ${verdict}</p>
      <div class="fc-ramp" aria-hidden="true"></div>
      <p class="fc-ticks" aria-hidden="true">${ends.map(tick)}</p>
      </div>`;
  }

  readout() {
    const { value, done, labels, probs, places, differences } = this;
    const [row, column] = this.shown;
    const place = row * value.shape[1] + column;
    const once = labels[place] - 1;
    const slid = done[place] ? value.classes[done[place] - 1] : "not yet";
    const box = windowAt(value, row, column).map((side) => number(side, 0));
    const off = done[place] ? apart(differences[place]) : "–";
    return html`<p class="fc-readout" aria-live="polite">Window in row ${row + 1}, column ${column + 1}
      (pixels ${box[0]}, ${box[1]} to ${box[2]}, ${box[3]}): sliding window <b>${slid}</b>,
      one pass <b>${value.classes[once]}</b> ${percent(probs[once * places + place])},
      largest |difference| of the logits <b>${off}</b>.</p>`;
  }
}

export const fcRace = (context) => new Race(context);

// Reports of a run.
export const fcWindows = () => ({
  take(report) {
    page.report = report;
    page.board?.report(report);
  },
});
