// Board fcWeights: one fully connected layer on one patch, as a matrix and as a convolution. A click on a weight in
// either form selects it in both; what is added to it changes both sums by the same.
import { Live } from "../draw/live.js";
import { html, nothing, render, svg } from "../draw/markup.js";
import { clamp, number, signed, things, tiny } from "../draw/number.js";
import { framed, boxed } from "../draw/picture.js";
import { arrow } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { table } from "../draw/widgets.js";
import { columnOf, connected, convolved, kernelPlace } from "./sums.js";

const SIDE = 9; // of a matrix cell, in the units of the drawing
const NARROW = 640; // CSS pixels

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
    const other = !this.value || this.value.layer !== value.layer || this.value.unit !== value.unit || this.column !== value.column;
    if (other) this.more = 0;
    Object.assign(this, { value, inputs: inputs.data, unit: value.unit, column: value.column });
    this.rows = Array.from({ length: rows.shape[0] }, (_, i) => rows.data.subarray(i * width, (i + 1) * width));
    this.most = high(rows.data);
    this.brightest = high(this.inputs);
    this.show(kernelPlace(this.column, value.side)[0]);
    this.now();
  }

  // Channels that are drawn at a time.
  get blocks() {
    const narrow = this.root.clientWidth < NARROW;
    return Math.min(this.value.channels, this.value.side > 1 ? (narrow ? 4 : 11) : narrow ? 12 : 36);
  }

  show(channel) {
    const { blocks } = this;
    if (channel >= this.start && channel < this.start + blocks) return;
    this.start = clamp(channel - Math.floor(blocks / 2), 0, this.value.channels - blocks);
  }

  select(unit, column, asks = true) {
    if (unit !== this.unit || column !== this.column) this.more = 0;
    Object.assign(this, { unit, column });
    this.show(kernelPlace(column, this.value.side)[0]);
    this.ask();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.choose(`${column},${unit}`), asks ? 0 : 400);
  }

  key(event) {
    const by = arrow(event, 9);
    if (!by) return;
    event.preventDefault();
    const { units, channels, side } = this.value;
    this.select(clamp(this.unit + by[1], 0, units - 1), clamp(this.column + by[0], 0, channels * side * side - 1), false);
  }

  get row() {
    return this.rows[clamp(this.unit - this.value.first, 0, this.rows.length - 1)];
  }

  // Both sums with what was added to the selected weight.
  sums() {
    const { value, inputs, column, more } = this;
    const row = Float64Array.from(this.row);
    row[column] += more;
    const bias = value.bias[clamp(this.unit - value.first, 0, value.bias.length - 1)];
    return [connected(row, inputs, bias), convolved(row, inputs, bias, value.side)];
  }

  color(share) {
    return this.signed[clamp(Math.round(127.5 + 127.5 * share), 0, 255)];
  }

  draw() {
    if (!this.value || this.root.offsetParent === null) return;
    render(html`<div class="fc-two">${this.drawing()}${this.side()}</div>${this.readings()}`, this.root);
  }

  drawing() {
    const { value, start, blocks } = this;
    const { side, first } = value;
    const gap = side > 1 ? 6 : 2;
    const each = side * side * SIDE + gap;
    const width = blocks * each - gap;
    const high = this.rows.length * SIDE;
    const tile = side > 1 ? each - gap - 12 : SIDE;
    const kernelTop = SIDE + 14 + high + 30;
    const parts = Array.from({ length: blocks }, (_, b) => this.block(start + b, b * each, { high, tile, kernelTop }));
    const total = kernelTop + 2 * tile + 34;
    const last = start + blocks - 1;
    const about = `Rows ${first} to ${first + this.rows.length - 1} of the matrix, channels ${start} to ${last}, and below the
      map and the kernel of unit ${this.unit}. Arrow keys move the selected weight.`;
    return html`<div class="fc-forms"><p class="fc-caption"><b>As a matrix:</b> the flattened map (top row) times rows
      ${first} to ${first + this.rows.length - 1} of ${value.units}</p>
      <svg class="fc-drawing" viewBox="-1 -1 ${width + 2} ${total}" preserveAspectRatio="xMinYMin" role="application" tabindex="0" aria-label=${about}
        @keydown=${(event) => this.key(event)}>${parts}
        <text class="fc-say" x="0" y=${kernelTop - 8}>As a ${side} × ${side} convolution, unit ${this.unit}: the map (upper) times its kernel (lower), channel by channel</text>
        ${parts.length && svg`<text class="fc-say" x="0" y=${total - 4}>channels ${start} to ${last} of ${value.channels}</text>`}</svg>
      <label class="fc-slider"><span>Channels from</span><input type="range" min="0" max=${value.channels - blocks}
        .value=${String(start)} @input=${(event) => this.slide(event)}><output>${start}</output></label>
      <p class="fc-key"><i></i>weights −${number(this.most, 2)} to +${number(this.most, 2)}; values
        −${number(this.brightest, 2)} to +${number(this.brightest, 2)}; beyond, the end’s colour</p></div>`;
  }

  slide(event) {
    this.start = Number(event.target.value);
    this.ask();
  }

  // One channel: its part of the flattened map and of the matrix, and below as tiles.
  block(channel, x, { high, tile, kernelTop }) {
    const { value, inputs, rows, column } = this;
    const k = value.side;
    const cell = tile / k;
    const left = x + (k > 1 ? 6 : 0);
    const base = columnOf([channel, 0, 0], k);
    const top = SIDE + 14;
    const nodes = [];
    for (let i = 0; i < k * k; i++) {
      const place = base + i;
      const [r, q] = [Math.floor(i / k), i % k];
      const mine = place === column;
      const put = (row) => () => this.select(row, place);
      const weight = this.row[place] + (mine ? this.more : 0);
      const input = this.color(inputs[place] / this.brightest);
      nodes.push(square(x + i * SIDE, 0, SIDE, input, mine, put(this.unit), `value ${number(inputs[place])}`));
      rows.forEach((row, n) => {
        const unit = value.first + n;
        const here = mine && unit === this.unit;
        const shown = here ? weight : row[place];
        const css = unit === this.unit ? "fc-own" : "";
        const title = `unit ${unit}, column ${place}: ${number(shown)}`;
        nodes.push(square(x + i * SIDE, top + n * SIDE, SIDE, this.color(shown / this.most), here, put(unit), title, css));
      });
      nodes.push(square(left + q * cell, kernelTop + r * cell, cell, input, mine, put(this.unit), `map, row ${r}, column ${q}`));
      const kernel = this.color(weight / this.most);
      nodes.push(square(left + q * cell, kernelTop + tile + 8 + r * cell, cell, kernel, mine, put(this.unit), `kernel: ${number(weight)}`));
    }
    const own = top + clamp(this.unit - value.first, 0, rows.length - 1) * SIDE;
    return svg`${nodes}<rect class="fc-line" x=${x} y=${own} width=${k * k * SIDE} height=${SIDE}/>
      <rect class="fc-line fc-thin" x=${x} y=${top} width=${k * k * SIDE} height=${high}/>`;
  }

  side() {
    const { value, column, unit } = this;
    const [channel, row, q] = kernelPlace(column, value.side);
    const [one, other] = this.sums();
    const k = value.side;
    const sum = `${channel} · ${k * k} + ${row} · ${k} + ${q} = ${column}`;
    const shapes = boxed(value.patch, "fc-patch");
    const alt = `The patch around pixel ${value.point.join(", ")}`;
    const weight = this.row[column];
    return html`<div class="fc-side">
      ${framed({ size: value.size, image: value.picture, alt, shapes })}
      <p class="ww-note">The patch: click another place in the race.</p>
      <div data-shows="place"><p><b>Unit ${unit}, column ${column}</b> of the matrix is channel ${channel}, row ${row},
        column ${q} of its kernel.</p><p class="fc-mono">${sum}</p></div>
      <label class="fc-slider"><span>Add to this weight</span><input type="range" min="-2" max="2" step="0.05"
        .value=${String(this.more)} @input=${(event) => this.add(event)}><output>${signed(this.more, 2)}</output></label>
      <p class="fc-mono">weight ${number(weight + this.more)} · value ${number(this.inputs[column])}</p>
      <dl class="fc-sums"><div><dt>row of the matrix</dt><dd>${number(one, 4)}</dd></div>
        <div><dt>convolution</dt><dd>${number(other, 4)}</dd></div>
        <div><dt>|difference|</dt><dd>${tiny(Math.abs(one - other))}</dd></div></dl></div>`;
  }

  add(event) {
    this.more = Number(event.target.value);
    this.ask();
  }

  readings() {
    const { value } = this;
    const [high, wide] = value.map_size;
    const places = [high, wide].map((side) => side - value.side + 1);
    const slides = Math.min(...places) > 0 ? `${places[0]} × ${places[1]} places on this picture’s map` : "the picture is too small";
    const rows = value.readings.map(([name, kernel, difference, moves]) => [
      name,
      kernel,
      tiny(difference),
      difference > 1e-3 ? "another function" : moves ? slides : "1 place: flattened, the map has no places left",
    ]);
    const head = ["read as a kernel", "shape", "largest |difference|", "slides over"];
    const said = `Largest difference of all ${things(value.units, "output")} against the matrix, on this patch, computed in
      this run. A convolution of ${value.side} × ${value.side} ${value.side > 1 ? "sees the whole map of one patch" : "sees one cell, since the layer before has one"}.`;
    return html`<div class="ww-table fc-readings">${table({ caption: "", head, rows, strong: [0] })}
      <p class="ww-note">${terms(said)}</p></div>`;
  }
}

const square = (x, y, side, fill, mine, choose, title, css = "") =>
  svg`<rect class="fc-square ${css} ${mine ? "fc-mine" : ""}" x=${x} y=${y} width=${side} height=${side} fill=${fill}
    @click=${choose}>${title ? svg`<title>${title}</title>` : nothing}</rect>`;

export const fcWeights = (context) => new Weights(context);
