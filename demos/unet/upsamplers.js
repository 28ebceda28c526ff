// Board unUpsamplers: the trained decoder with every upsampler of the lecture, each with its map and its prediction.
import { tableOf } from "../draw/cells.js";
import { html, nothing, render } from "../draw/markup.js";
import { Live } from "../draw/live.js";
import { count, number, percent } from "../draw/number.js";
import { boxed, framed } from "../draw/picture.js";
import { terms } from "../draw/terms.js";
import { labelUri, labelsOf, mapUri } from "../draw/maps.js";

const AGAIN = 600; // milliseconds until the others are asked for once more
const HONEST = `This network was trained with transposed convolution. A drop shows what it relies on, not which
  upsampler is better: for that, each network would have to be trained with its own.`;
const HOW = `Each gets the mean of the trained kernel’s four taps as a 1 × 1 convolution, then upsamples. Max unpooling
  puts numbers back where the encoder’s maxima stood.`;

class Upsamplers extends Live {
  constructor({ root, settings, again }) {
    super();
    const [colors, heat, [dark]] = [settings.colors, settings.heat, [settings.void]].map(tableOf);
    Object.assign(this, { root, again, colors, heat, dark });
    root.unUpsamplers = this; // for the tests
  }

  async take(value) {
    this.newest = value;
    const truth = await labelsOf(value.truth);
    const labels = await Promise.all(value.kinds.map((one) => labelsOf(one.labels)));
    const maps = await Promise.all(value.kinds.map((one) => mapUri(one.map.steps, this.heat)));
    if (value !== this.newest) return;
    const paint = (data) => labelUri(data, value.size, this.colors, this.dark);
    this.truth = truth && paint(truth);
    this.uris = labels.map((data, i) => ({ labels: paint(data), map: maps[i] }));
    this.value = value;
    this.now();
    clearTimeout(this.later);
    if (value.coming) this.later = setTimeout(() => this.root.offsetParent && this.again(), AGAIN);
  }

  card(one, i) {
    const { value, uris } = this;
    const { size, picture, chosen } = value;
    const [x0, y0, x1, y1] = value.window;
    const box = boxed(value.window, "un-window");
    const alt = `Prediction with ${one.title}`;
    const scores = html`<dl><div><dt>${terms("mean IoU")}</dt><dd>${percent(one.miou ?? NaN)}</dd></div>
      <div><dt>${terms("boundary IoU")}</dt><dd>${percent(one.boundary ?? NaN)}</dd></div>
      <div><dt>changed</dt><dd>${count(one.changed)} px</dd></div></dl>`;
    return html`<figure class=${one.kind === chosen ? "un-chosen" : ""} data-kind=${one.kind}
      data-shows=${one.kind === "transposed" ? nothing : "answers"}>
      <figcaption>${terms(one.title)}</figcaption>
      <div class="ww-frame" style="--ratio:${(x1 - x0) / (y1 - y0)}"><img class="ww-cells" src=${uris[i].map}
        alt="Level 1’s upsampled map, mean of the channels"></div>
      ${framed({ size, image: picture, alt, layers: [uris[i].labels], shapes: box })}
      ${scores}</figure>`;
  }

  draw() {
    if (!this.value) return;
    const { value, truth } = this;
    const seen = new Set();
    const shapes = boxed(value.window, "un-window");
    const shown = truth
      ? html`<figure><figcaption>${terms("Truth")}</figcaption>
        ${framed({ size: value.size, image: value.picture, alt: "The picture", shapes })}
        ${framed({ size: value.size, image: value.picture, alt: "Truth", layers: [truth] })}</figure>`
      : nothing;
    const { low, high } = value.kinds[0].map;
    const waiting = value.coming ? html`<p class="ww-note">The other decoders are running…</p>` : nothing;
    render(
      html`${value.message ? html`<p class="ww-message">${terms(value.message)}</p>` : nothing}
      <div class="un-cards">${value.kinds.map((one, i) => this.card(one, i))}${shown}</div>${waiting}
      <p class="ww-note"><i class="un-scale"></i> ${number(low, 2)} to ${number(high, 2)}: the ${terms("cells", seen)}
        in the box of level 1’s upsampled map, mean of the channels. ${terms(HOW, seen)}</p>
      <p class="un-honest">${terms(HONEST)}</p>`,
      this.root,
    );
  }
}

export const unUpsamplers = (context) => new Upsamplers(context);
