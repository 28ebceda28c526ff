// Board fcWeights: one fully connected layer on one patch, as a matrix and as a convolution. A click on a weight in
// either form selects it in both; what is added to it changes both sums by the same.
import { Live } from "../draw/live.js";
import { html, render } from "../draw/markup.js";
import { clamp, number, signed, things, tiny } from "../draw/number.js";
import { boxed, framed } from "../draw/picture.js";
import { arrow } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { table } from "../draw/widgets.js";
import { forms } from "./forms.js";
import { connected, convolved, kernelPlace } from "./sums.js";

const NARROW = 640; // CSS pixels
const WAIT = 400; // milliseconds after the last arrow key

// All but a few of some numbers lie below it: the end of their colour scale.
const high = (values) => Float64Array.from(values, Math.abs).toSorted()[Math.floor(0.985 * (values.length - 1))] || 1;

class Weights extends Live {
  constructor({ root, settings, choose }) {
    super();
    Object.assign(this, { root, choose, signed: settings.signed, more: 0, start: 0 });
    root.fcWeights = this; // for the tests
    new ResizeObserver(() => this.ask()).observe(root);
  }

  async take(value) {
    const arrays = await this.unpacked(value, ["rows", "inputs"]);
    if (!arrays) return;
    const { rows, inputs } = arrays;
    const width = rows.shape[1];
    const same = this.value?.layer === value.layer && this.unit === value.unit && this.column === value.column;
    if (!same) this.more = 0;
    Object.assign(this, { value, inputs: inputs.data, unit: value.unit, column: value.column });
    this.rows = Array.from({ length: rows.shape[0] }, (_, i) => rows.data.subarray(i * width, (i + 1) * width));
    this.most = high(rows.data);
    this.brightest = high(this.inputs);
    this.show(kernelPlace(this.column, value.side)[0]);
    this.now();
  }

  // Channels that are drawn at a time.
  get blocks() {
    const [large, small] = this.value.side > 1 ? [8, 4] : [48, 24];
    return Math.min(this.value.channels, this.root.clientWidth < NARROW ? small : large);
  }

  show(channel) {
    const { blocks } = this;
    if (channel >= this.start && channel < this.start + blocks) return;
    this.start = clamp(channel - Math.floor(blocks / 2), 0, this.value.channels - blocks);
  }

  select(unit, column, wait = 0) {
    if (unit !== this.unit || column !== this.column) this.more = 0;
    Object.assign(this, { unit, column });
    this.show(kernelPlace(column, this.value.side)[0]);
    this.ask();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.choose(`${column},${unit}`), wait);
  }

  key(event) {
    const by = arrow(event, 9);
    if (!by) return;
    event.preventDefault();
    const { units, channels, side } = this.value;
    const column = clamp(this.column + by[0], 0, channels * side * side - 1);
    this.select(clamp(this.unit + by[1], 0, units - 1), column, WAIT);
  }

  // The place of the selected unit among the rows that are here; the last one until others come.
  get place() {
    return clamp(this.unit - this.value.first, 0, this.rows.length - 1);
  }

  // A weight of the selected unit, with what was added to it.
  weight(column) {
    return this.rows[this.place][column] + (column === this.column ? this.more : 0);
  }

  // Both sums with what was added.
  sums() {
    const row = Float64Array.from(this.rows[this.place]);
    row[this.column] += this.more;
    const bias = this.value.bias[this.place];
    return [connected(row, this.inputs, bias), convolved(row, this.inputs, bias, this.value.side)];
  }

  color(share) {
    return this.signed[clamp(Math.round(127.5 + 127.5 * share), 0, 255)];
  }

  draw() {
    if (!this.value || this.root.offsetParent === null) return;
    this.start = Math.min(this.start, this.value.channels - this.blocks);
    const left = html`<div class="fc-forms">${forms(this)}${this.channels()}</div>`;
    render(html`<div class="fc-two">${left}${this.side()}</div>${this.readings()}`, this.root);
  }

  channels() {
    const slide = (event) => {
      this.start = Number(event.target.value);
      this.ask();
    };
    const ends = (most) => `−${number(most, 2)} to +${number(most, 2)}`;
    return html`<label class="fc-slider"><span>Channels from</span><input type="range" min="0"
        max=${this.value.channels - this.blocks} .value=${String(this.start)} @input=${slide}>
        <output>${this.start}</output></label>
      <p class="fc-key"><i></i>weights ${ends(this.most)}; values ${ends(this.brightest)}; beyond: the ends</p>`;
  }

  side() {
    const { value, column, unit } = this;
    const k = value.side;
    const [channel, row, q] = kernelPlace(column, k);
    const sum = `${channel} · ${k * k} + ${row} · ${k} + ${q} = ${column}`;
    const alt = `The patch around pixel ${value.point.join(", ")}`;
    return html`<div class="fc-side">
      ${framed({ size: value.size, image: value.picture, alt, shapes: boxed(value.patch, "fc-patch") })}
      <p class="ww-note">The patch: click another place in the race.</p>
      <div data-shows="place"><p><b>Unit ${unit}, column ${column}</b> of the matrix is channel ${channel}, row ${row},
        column ${q} of its kernel.</p><p class="fc-mono">${sum}</p></div>
      ${this.adder()}</div>`;
  }

  adder() {
    const add = (event) => {
      this.more = Number(event.target.value);
      this.ask();
    };
    const [one, other] = this.sums();
    const term = ([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`;
    const sums = [
      ["row of the matrix", number(one, 4)],
      ["convolution", number(other, 4)],
      ["|difference|", tiny(Math.abs(one - other))],
    ];
    const far = Number((10 * this.most).toPrecision(1)); // ten times what the colours end at
    return html`<label class="fc-slider"><span>Add to this weight</span><input type="range" min=${-far} max=${far}
        step=${far / 40} .value=${String(this.more)} @input=${add}><output>${signed(this.more, 3)}</output></label>
      <p class="fc-mono">weight ${number(this.weight(this.column))} · value ${number(this.inputs[this.column])}</p>
      <dl class="fc-sums">${sums.map(term)}</dl>`;
  }

  readings() {
    const { value } = this;
    const places = value.map_size.map((side) => side - value.side + 1);
    const fits = Math.min(...places) > 0;
    const slides = fits ? `${places[0]} × ${places[1]} places on this picture’s map` : "the picture is too small";
    const where = ([, , difference, moves]) => {
      if (difference > 1e-3) return "another function";
      return moves ? slides : "1 place: flattened, the map has no others";
    };
    const told = (difference) => (difference < 0.01 ? tiny(difference) : number(difference, 2));
    const rows = value.readings.map((one) => [one[0], one[1], told(one[2]), where(one)]);
    const head = ["read as a kernel", "shape", "largest |difference|", "slides over"];
    const sees = value.side > 1 ? "the whole map of one patch" : "one cell, since the layer before gives one";
    const said = `Largest difference of all ${things(value.units, "output")} from the matrix’s, on this patch,
      computed in this run. A ${value.side} × ${value.side} kernel sees ${sees}.`;
    return html`<div class="ww-table fc-readings">${table({ caption: "", head, rows, strong: [0] })}
      <p class="ww-note">${terms(said)}</p></div>`;
  }
}

export const fcWeights = (context) => new Weights(context);
