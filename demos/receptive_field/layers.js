// Every layer as a row: its field, its size, its cost; the curve of the fields above it; and the table as a file.
import { html, nothing, render, svg } from "../draw/markup.js";
import { clamp, count, number } from "../draw/number.js";
import { inside } from "../draw/pointer.js";
import { save } from "../draw/save.js";
import { terms } from "../draw/terms.js";
import { csv } from "./csv.js";

const [MOST, LEAST] = [1100, 320]; // CSS pixels that the curve is wide
const [HIGH, LEFT, TOP, LOW] = [170, 52, 18, 138];

const shown = (value, head) => {
  if (typeof value !== "number") return value;
  if (head === "MACs") return value ? `${number(value / 1e9, 3)} G` : "–";
  if (head === "bytes") return `${number(value / 2 ** 20, 2)} MiB`;
  return Number.isInteger(value) ? count(value) : number(value, 3);
};

class Layers {
  constructor({ root, choose }) {
    Object.assign(this, { root, choose });
    new ResizeObserver(() => this.value && this.wide !== this.room && this.draw()).observe(root);
    root.fieldLayers = this; // for the tests
  }

  take(value) {
    this.value = value;
    this.draw();
  }

  file() {
    const url = URL.createObjectURL(new Blob([`${csv(this.value)}\n`], { type: "text/csv" }));
    save(`receptive_field_${this.value.file}`, url);
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  get room() {
    return clamp(Math.round(this.root.clientWidth), LEAST, MOST);
  }

  // The nearest layer that can be chosen.
  pick(place) {
    const { names } = this.value;
    const far = (i) => Math.abs(i - place);
    const some = [...names.keys()].filter((i) => names[i]);
    if (some.length) this.choose(names[some.reduce((one, other) => (far(other) < far(one) ? other : one))]);
  }

  curve() {
    const { fields, picture, names, chosen, whole } = this.value;
    const wide = (this.wide = this.room);
    const most = Math.max(...fields, picture) * 1.05;
    const x = (i) => LEFT + ((wide - LEFT - 10) * (i + 0.5)) / fields.length;
    const y = (field) => LOW - ((LOW - TOP) * field) / most;
    const at = names.lastIndexOf(chosen);
    const point = (event) => {
      const [place] = inside(event, event.currentTarget);
      this.pick(clamp(Math.floor(((place - LEFT) * fields.length) / (wide - LEFT - 10)), 0, fields.length - 1));
    };
    const dot = (field, i) => (whole[i] ? svg`<circle class="field-whole" cx=${x(i)} cy=${y(field)} r="3"/>` : nothing);
    const about = `Receptive field by layer, from ${fields[0]} to ${fields.at(-1)} px`;
    return html`<svg class="field-curve" data-shows="curve" viewBox="0 0 ${wide} ${HIGH}" role="img" aria-label=${about}
      @click=${names.length ? point : nothing}>
      <path class="field-grid" d="M${LEFT} ${y(picture)}H${wide - 10}M${LEFT} ${LOW}H${wide - 10}"/>
      <text x=${LEFT - 6} y=${y(picture) + 4} text-anchor="end">${picture} px</text>
      <text x=${LEFT + 6} y=${y(picture) - 6}>the whole picture</text>
      <text x=${LEFT - 6} y=${LOW + 4} text-anchor="end">0</text>
      <text x=${(wide + LEFT) / 2} y=${HIGH - 8} text-anchor="middle">layer, in the order of execution</text>
      <path class="field-line" d="M${fields.map((field, i) => `${x(i).toFixed(1)} ${y(field).toFixed(1)}`).join("L")}"/>
      ${fields.map(dot)}
      ${at >= 0 && chosen ? svg`<circle class="field-own" cx=${x(at)} cy=${y(fields[at])} r="6"/>` : nothing}</svg>`;
  }

  row(cells, i) {
    const { head, names, chosen } = this.value;
    const name = names[i];
    const pick = () => this.choose(name);
    const pressed = name === chosen;
    const first = name
      ? html`<button type="button" aria-pressed=${pressed} @click=${pick}>${cells[0]}</button>`
      : cells[0];
    return html`<tr class=${chosen && name === chosen ? "ww-strong" : ""}><th scope="row">${first}</th>
      ${cells.slice(1).map((cell, k) => html`<td>${shown(cell, head[k + 1])}</td>`)}</tr>`;
  }

  draw() {
    const { head, rows, whole, fields, total } = this.value;
    const seen = new Set();
    const dots = whole.some(Boolean)
      ? "Dots: layers that read their whole map; all behind them see everything, their field is the one without."
      : "";
    const branches = fields.some((field, i) => field < fields[i - 1])
      ? " The curve falls where a branch goes on from an earlier layer."
      : "";
    render(
      html`<h3>Every layer</h3>${this.curve()}<p class="field-note">${terms(dots + branches, seen)}</p>
      <div class="field-table" tabindex="0" role="region" aria-label="Table of the layers"><table>
        <thead><tr>${head.map((name) => html`<th scope="col">${terms(name, seen)}</th>`)}</tr></thead>
        <tbody>${rows.map((row, i) => this.row(row, i))}</tbody></table></div>
      <div class="field-bar"><button type="button" class="field-csv" @click=${() => this.file()}>Save as CSV</button>
        <p>${rows.length} layers: ${total}.</p></div>`,
      this.root,
    );
  }
}

export const fieldLayers = (context) => new Layers(context);
