// Board panWalk: the pyramid from the top down, its sums written out at a cell, and what both branches take from it.
import { tableOf } from "../draw/cells.js";
import { Live } from "../draw/live.js";
import { canvasOf, mapUri, sized } from "../draw/maps.js";
import { html, nothing, render, svg } from "../draw/markup.js";
import { clamp, count, number, percent, signed } from "../draw/number.js";
import { numbers, unpack } from "../draw/packed.js";
import { cross, framed } from "../draw/picture.js";
import { arrows, under } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";

const AGAIN = 900; // milliseconds until the scores without each level are asked for once more
const OPACITY = 190;
const COLUMNS = {
  bottom: "Backbone",
  lateral: "Lateral, 1 × 1",
  above: "From above",
  total: "Their sum",
  out: "3 × 3: the level",
  way: "Semantic, stride 4",
};
const SIGNED = ["lateral", "above", "total", "out"];

class Walk extends Live {
  constructor({ root, settings, choose, selection, again }) {
    super();
    Object.assign(this, { root, choose, selection, again });
    Object.assign(this, { heat: tableOf(settings.heat), both: tableOf(settings.signed) });
    root.panWalk = this; // for the tests
  }

  async take(value) {
    this.newest = value;
    const uris = await Promise.all(value.levels.map((level) => this.paint(level)));
    const whole = await mapUri(value.whole.steps, this.heat);
    const merged = await Promise.all(value.merged.map((one) => this.layer(one)));
    if (value !== this.newest) return;
    Object.assign(this, { value, uris, whole, merged });
    this.now();
    clearTimeout(this.later);
    if (value.coming) this.later = setTimeout(() => this.root.offsetParent && this.again(), AGAIN);
  }

  async paint(level) {
    const found = {};
    found.stages = await Promise.all(level.stages.map((one) => this.address(one, false)));
    for (const key of Object.keys(COLUMNS))
      if (level[key]) found[key] = await this.address(level[key], SIGNED.includes(key));
    return found;
  }

  // Maps of two colour tables may be packed alike: they are remembered apart.
  async address({ steps }, both) {
    if (!both) return mapUri(steps, this.heat);
    return canvasOf(await unpack(steps), (value) => [...this.both[value], 255]).toDataURL();
  }

  async layer({ map, colors }) {
    const table = [null, ...tableOf(colors)];
    return canvasOf(await unpack(map), (one) => (one ? [...table[one], OPACITY] : [0, 0, 0, 255])).toDataURL();
  }

  pick(event, node) {
    const [x, y] = under(event, node, this.value.size);
    this.to([x, y]);
  }

  to([x, y]) {
    const [height, width] = this.value.size;
    this.choose([clamp(Math.floor(x), 0, width - 1), clamp(Math.floor(y), 0, height - 1)].join(","));
  }

  get point() {
    const chosen = numbers(this.selection());
    return chosen.length === 2 ? chosen : this.value.point;
  }

  // The cell of a map that holds the point, as a square.
  square({ stride }) {
    const [x, y] = this.point;
    const side = stride;
    return svg`<rect class="pan-cell" x=${Math.floor(x / side) * side} y=${Math.floor(y / side) * side}
      width=${side} height=${side}/>`;
  }

  map(level, key, k) {
    if (!level[key]) return html`<div class="pan-map pan-none"><small>the top</small></div>`;
    const [channels, height, width] = level[key].shape;
    const { size, cell } = this.value;
    const at = key === "way" ? { stride: 4 } : level;
    const about = `${COLUMNS[key]} at ${level.name}: ${channels} channels of ${height} × ${width} cells`;
    const chosen = cell.level === k && ["lateral", "above", "total"].includes(key);
    const css = chosen ? "pan-chosen" : "";
    return html`<div class="pan-map ${css}"><button type="button" aria-label=${about} title=${about} tabindex="-1"
      @click=${(event) => this.pick(event, event.currentTarget)}><span class="ww-frame"
      style="--ratio:${size[1] / size[0]}"><img class="ww-cells" src=${this.uris[k][key]} alt="" draggable="false">
      <svg viewBox="0 0 ${size[1]} ${size[0]}" preserveAspectRatio="none" aria-hidden="true">${this.square(at)}</svg>
      </span></button><small><em>${COLUMNS[key]}</em>${sized(channels, height, width)}</small></div>`;
  }

  row(level, k) {
    return html`<div class="pan-level" role="row"><b>${terms(level.name)}<small>stride ${level.stride}</small></b>
      ${Object.keys(COLUMNS).map((key) => this.map(level, key, k))}
      <div class="pan-crops" data-shows="crops"><b>${level.crops}</b><small>${
        level.crops === 1 ? "crop" : "crops"
      } for masks</small></div></div>`;
  }

  sum() {
    const { cell, lateral, joined, sum, levels } = this.value;
    const name = levels[cell.level].name;
    const above =
      cell.above === null ? html`nothing from above` : html`${signed(cell.above, 3)} <small>from above</small>`;
    const terms_ = joined.terms.map(
      (term, k) => html`${k ? " + " : ""}${number(term, 3)}<small> ${levels[k].name}</small>`,
    );
    return html`<p class="pan-sum"><b>${name}</b>, cell ${cell.place.join(", ")}, channel ${cell.channel}:
        ${number(lateral, 3)} <small>lateral</small> ${above} = <b>${number(cell.total, 3)}</b></p>
      <p class="pan-sum"><b>${terms("Semantic branch")}</b>, cell ${joined.place.join(", ")}, channel ${joined.channel}:
        ${terms_} = <b>${number(sum, 3)}</b></p>`;
  }

  // How the semantic branch brings each level to stride 4, and their sum.
  stages() {
    const { levels, size, whole } = this.value;
    const picture = (uri, { shape: [channels, height, width] }, about) =>
      html`<span class="pan-stage"><span
      class="ww-frame" style="--ratio:${size[1] / size[0]}"><img class="ww-cells" src=${uri} alt=${about}
      draggable="false"></span><small>${sized(channels, height, width)}</small></span>`;
    const way = (level, k) =>
      html`<div class="pan-way"><b>${terms(level.name)}</b>${level.stages.map((one, step) =>
        picture(this.uris[k].stages[step], one, `${level.name}, stage ${step + 1} of the semantic branch`),
      )}</div>`;
    return html`<section class="pan-stages"><h3>The ${terms("semantic branch")}: every level to stride 4, then their
      sum</h3><div>${levels.map(way).reverse()}<div class="pan-way"><b>sum</b>${picture(
        this.whole,
        whole,
        "Sum of the four levels at stride 4",
      )}</div></div><p class="ww-note">${terms(
        "Means of the 48 channels; those at stride 4 share one scale, from 0, and add up. Each arrow is a 3 × 3 " +
          "convolution, normalisation, ReLU and, but for P2, bilinear upsampling by 2.",
      )}</p></section>`;
  }

  ledger() {
    const { parts } = this.value;
    const row = (one) =>
      html`<tr data-branch=${one.branch}><td>${one.branch}</td><th scope="row">${terms(one.name)}</th>
      <td>${count(one.parameters)}</td><td>${count(Math.round(one.macs / 1e6))}</td><td>${one.shape}</td></tr>`;
    const heads = ["branch", "part", "parameters", "million MACs", "gives"];
    return html`<div><h3>${terms("What each branch costs here")}</h3><table><thead><tr>${heads.map(
      (text) => html`<th scope="col">${terms(text)}</th>`,
    )}</tr></thead><tbody>${parts.map(row)}</tbody></table></div>`;
  }

  scores() {
    const { scores, off, coming } = this.value;
    if (coming) return html`<p class="ww-note">Four passes without a level are running…</p>`;
    if (!scores.length) return nothing;
    const text = (value) => (value === null ? "–" : percent(value));
    const row = (one) =>
      html`<tr class=${one.off === off ? "pan-on" : ""}><th scope="row">${
        one.off ? `${one.off} at zero` : "as trained"
      }</th>${[...one.ap, one.miou, one.pq].map((value) => html`<td>${text(value)}</td>`)}</tr>`;
    const heads = ["", "AP, small", "medium", "large", "mean IoU", "PQ"];
    return html`<div><h3>What a level carried</h3><table><thead><tr>${heads.map(
      (head) => html`<th scope="col">${terms(head)}</th>`,
    )}</tr></thead><tbody>${scores.map(row)}</tbody></table><p class="ww-note">${terms(
      "AP of masks on this scene alone, by their size: below 16², below 48², larger, in pixels. The mean IoU is the " +
        "semantic branch’s. No network was trained without a level.",
    )}</p></div>`;
  }

  draw() {
    if (!this.value) return;
    const { value, merged, root } = this;
    const { size, picture, off, levels } = value;
    const alt = `The picture; the chosen pixel is ${this.point.join(", ")}`;
    const move = arrows(([x, y]) => this.to([this.point[0] + 4 * x, this.point[1] + 4 * y]));
    const shapes = svg`${cross([this.point[0] + 0.5, this.point[1] + 0.5], size)}`;
    const without = off
      ? html`<figure><figcaption>${off} at zero</figcaption>
      ${framed({ size, image: picture, alt: `Panoptic map with ${off} at zero`, layers: [merged[1]] })}</figure>`
      : nothing;
    const order = levels.map((level, k) => this.row(level, k)).reverse();
    render(
      html`${value.message ? html`<p class="ww-message">${terms(value.message)}</p>` : nothing}
      <div class="pan-walk"><div class="pan-pictures ${off ? "pan-three" : ""}">
        <figure><figcaption>Picture</figcaption><div class="pan-point" role="application" tabindex="0" aria-label=${alt}
          @click=${(event) => this.pick(event, event.currentTarget)} @keydown=${move}>
          ${framed({ size, image: picture, alt, shapes })}</div></figure>
        <figure><figcaption>${terms("Panoptic map")}</figcaption>
          ${framed({ size, image: picture, alt: "Panoptic map as trained", layers: [merged[0]] })}</figure>${without}
        </div>
      <div class="pan-ladder" role="table" aria-label="The pyramid, from the top down">
        <div class="pan-level pan-top" role="row"><b></b>${Object.values(COLUMNS).map(
          (text) => html`<span role="columnheader">${terms(text)}</span>`,
        )}<span role="columnheader">${terms("Instance branch")}</span></div>
        ${order}${this.sum()}</div></div>
      ${this.stages()}<div class="pan-books">${this.ledger()}${this.scores()}</div>`,
      root,
    );
  }
}

export const panWalk = (context) => new Walk(context);
