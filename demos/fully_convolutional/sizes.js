// Board fcSizes: drag the corner of the picture, and every map of the classifier follows; what is fully connected fits
// one size alone.
import { Live } from "../draw/live.js";
import { html, nothing, render } from "../draw/markup.js";
import { clamp, count, number, things } from "../draw/number.js";
import { numbers } from "../draw/packed.js";
import { arrow } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { table } from "../draw/widgets.js";
import { macsOf, passMacs, scoresOf, sizesOf } from "./sums.js";

const WAIT = 350; // milliseconds after the last arrow key
const giga = (macs) => `${(macs / 1e9).toFixed(macs < 1e10 ? 2 : 1)} GMAC`;
const by = ([high, wide]) => `${wide} × ${high}`; // as pictures are measured

const squeezed = (k) => `torchvision puts an adaptive pooling before it, an identity at these sizes. At any other it
  squeezes the map to ${k} × ${k}: still one answer, without a place.`;

// The sides of square pictures that give the first fully connected layer the map that it takes, as text.
const fitting = (layers, first, own) => {
  const map = (side) => String(sizesOf(layers, [side, side])[first - 1]);
  let [low, high] = [own, own];
  while (map(low - 1) === map(own)) low--;
  while (map(high + 1) === map(own)) high++;
  return low === high ? `${own} × ${own} px do` : `sides of ${low} to ${high} px do`;
};

class Sizes extends Live {
  constructor({ root, choose }) {
    super();
    Object.assign(this, { root, choose });
    root.fcSizes = this; // for the tests
  }

  take(value) {
    this.value = value;
    if (!this.dragged) this.size = [...value.size];
    this.now();
  }

  // Another size [height, width]: drawn at once, told Python when the finger rests.
  set(size, wait) {
    const { least, most } = this.value;
    this.size = size.map((side) => clamp(Math.round(side), least, most));
    this.ask();
    clearTimeout(this.later);
    if (wait !== null) this.later = setTimeout(() => this.choose(`${this.size[1]},${this.size[0]}`), wait);
  }

  drag(event) {
    const area = this.root.querySelector(".fc-area").getBoundingClientRect();
    const scale = this.value.most / area.width;
    this.set([(event.clientY - area.top) * scale, (event.clientX - area.left) * scale], null);
  }

  down(event) {
    event.currentTarget.setPointerCapture(event.pointerId);
    this.dragged = true;
  }

  up() {
    if (!this.dragged) return;
    this.dragged = false;
    this.set(this.size, 0);
  }

  key(event) {
    const step = arrow(event, 32);
    if (!step) return;
    event.preventDefault();
    this.set([this.size[0] + step[1], this.size[1] + step[0]], WAIT);
  }

  draw() {
    if (!this.value || this.root.offsetParent === null) return;
    render(html`<div class="fc-sizing">${this.area()}<div>${this.ledger()}</div>${this.verdicts()}</div>`, this.root);
  }

  area() {
    const { value, size } = this;
    const share = (side) => `${(100 * side) / value.most}%`;
    const own = `width:${share(value.own)};height:${share(value.own)}`;
    const label = `Corner of the picture, ${by(size)} pixels. Arrow keys change it, Shift by 32.`;
    const button = (title, to) => html`<button type="button" @click=${() => this.set(to, 0)}>${title}</button>`;
    return html`<div><div class="fc-area">
      <div class="fc-sheet" style="width:${share(size[1])};height:${share(size[0])}">
        <img src=${value.picture} alt="The picture, stretched to ${by(size)} pixels" draggable="false">
        <span class="fc-size">${by(size)} px</span>
        <button type="button" class="fc-corner" aria-label=${label} @pointerdown=${(event) => this.down(event)}
          @pointermove=${(event) => this.dragged && this.drag(event)} @pointerup=${() => this.up()}
          @pointercancel=${() => this.up()} @keydown=${(event) => this.key(event)}></button></div>
      <div class="fc-own-size" style=${own}><span>${value.own}</span></div></div>
      <p class="fc-buttons">${button(`${value.own} × ${value.own}`, [value.own, value.own])}
        ${button("384 × 384", [384, 384])}${button("640 × 480", [480, 640])}</p>
      <p class="ww-note">Dashed: the classifier’s own size.</p></div>`;
  }

  // The stages of the classifier: rows end at a pooling; a fully connected layer has a row of its own.
  stages() {
    const { layers } = this.value;
    const rows = [];
    let open = [];
    layers.forEach((layer, i) => {
      open.push(layer.name);
      const next = layers[i + 1];
      if (layer.kind !== "pooling" && !layer.connected && next && !next.connected) return;
      rows.push({ layer, last: i, names: open });
      open = [];
    });
    return rows;
  }

  ledger() {
    const { value, size } = this;
    const sizes = sizesOf(value.layers, size);
    const macs = macsOf(value.layers, size);
    let from = 0;
    const rows = this.stages().map(({ layer, last, names }) => {
      const work = macs.slice(from, last + 1).reduce((all, one) => all + one, 0);
      const inputs = value.layers[last].connected;
      from = last + 1;
      const name = names.length > 1 ? `${names[0]} – ${names.at(-1)}` : names[0];
      const kernel = inputs ? `${layer.kernel} × ${layer.kernel}` : "";
      const channels = value.layers.slice(0, last + 1).findLast((one) => one.outputs).outputs;
      const there = sizes[last];
      return [
        name,
        kernel,
        there ? `${channels} × ${there[0]} × ${there[1]}` : "does not fit",
        there ? (work / 1e9).toFixed(2) : "–",
      ];
    });
    const head = ["layers", "kernel", "map (C × H × W)", "GMAC"];
    const caption = "Sizes and multiply-adds do not depend on the weights; nothing is loaded for this ledger.";
    return html`<div class="ww-table fc-ledger" data-shows="ledger">
      ${table({ caption, head, rows, strong: [rows.length - 1] })}</div>`;
  }

  verdicts() {
    const { value, size } = this;
    const { layers, own, macs } = value;
    const first = layers.findIndex(({ connected }) => connected);
    const [layer, before] = [layers[first], sizesOf(layers, size)[first - 1]];
    const scores = scoresOf(layers, size);
    const gives = before ? before[0] * before[1] * layer.inputs : 0;
    const fits = gives === layer.connected;
    const given = before ? `${layer.inputs} · ${before[0]} · ${before[1]} = ${count(gives)}` : "no map at all";
    const many = scores[0] * scores[1];
    const pass = passMacs(layers, size);
    const crops = many * macs;
    return html`<div class="fc-verdicts">
      <section data-mark=${fits ? "right" : "wrong"}><h3>${terms("Fully connected")}</h3>
        <p>${layer.name} takes a row of ${layer.inputs} · ${layer.kernel} · ${layer.kernel} =
          <b>${count(layer.connected)}</b> numbers. This picture gives ${given}.</p>
        <p class="fc-verdict">
          ${fits ? "It fits: one answer." : `It does not fit: only ${fitting(layers, first, own)}.`}</p>
        ${value.adaptive ? html`<p class="ww-note">${terms(squeezed(layer.kernel))}</p>` : nothing}</section>
      <section data-mark=${many ? "right" : "wrong"}><h3>${terms("Fully convolutional")}</h3>
        <p>The same weights as a ${layer.kernel} × ${layer.kernel} kernel slide over any map that holds one.</p>
        <p class="fc-verdict">${many ? `${by(scores)} scores` : `Too small: it needs ${own} px.`}</p>
        ${many ? this.race(many, crops, pass) : nothing}</section></div>`;
  }

  race(many, crops, pass) {
    const bar = (name, macs) =>
      html`<p class="fc-bar"><i style="--share:${macs / Math.max(crops, pass)}"></i>
      <b>${giga(macs)}</b><span>${name}</span></p>`;
    return html`${bar(things(many, "crop"), crops)}${bar("one pass", pass)}
      ${many > 1 ? html`<p><strong>${number(crops / pass, 1)}</strong> times fewer multiply-adds</p>` : nothing}`;
  }

  // What the address says.
  chosen(text) {
    const [wide, high] = numbers(text);
    if (this.value && wide && high && !this.dragged) this.set([high, wide], null);
  }
}

export const fcSizes = (context) => new Sizes(context);
