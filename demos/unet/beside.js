// The prediction beside the truth: as trained, after the operation, what changed; the chosen map before and after.
import { html, nothing, svg } from "../draw/markup.js";
import { count, number, things } from "../draw/number.js";
import { cross, framed } from "../draw/picture.js";
import { under } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { sized } from "../draw/maps.js";

const NAMES = ["the same", "now right", "now wrong", "another wrong class", "changed"];

// One picture with a layer over it, all pointed at together.
const figure = (board, title, layer, { shows, note, css = "" }) => {
  const { value } = board;
  const shapes = board.point ? svg`${cross(board.point, value.size)}` : nothing;
  return html`<figure class=${css} data-shows=${shows ?? nothing}><figcaption>${terms(title)}</figcaption>
    <div class="un-pointing" @pointermove=${(event) => board.at(under(event, event.currentTarget, value.size))}
      @pointerdown=${(event) => board.at(under(event, event.currentTarget, value.size))}
      @pointerleave=${() => board.at(null)}>
      ${framed({ size: value.size, image: value.picture, alt: title, layers: [layer], shapes })}</div>
    <small>${note ?? nothing}</small></figure>`;
};

// The chosen map.
const map = (title, about, { low, high, shape }, address) => {
  const [channels, height, width] = shape;
  const scale = html`<i class="un-scale"></i> ${number(low, 2)} to ${number(high, 2)}`;
  return html`<figure class="un-large"><figcaption>${terms(title)}</figcaption>
    <div class="ww-frame" style="--ratio:${width / height}"><img class="ww-cells" src=${address} alt=${title}></div>
    <small>${sized(channels, height, width)}, ${terms(about)}<br>${scale}</small></figure>`;
};

// What stands at the pixel that is pointed at.
export const readout = ({ point, value, labels }) => {
  const [y, x] = point ? [Math.floor(point[1]), Math.floor(point[0])] : [0, 0];
  if (!point) return "Point at a pixel: its class in all of them.";
  const name = (data) => value.classes[data[y * value.size[1] + x]] ?? "void";
  const said = [`${x}, ${y}:`];
  if (labels.truth) said.push(`truth ${name(labels.truth)} ·`);
  said.push(`as trained ${name(labels.trained)}`);
  if (value.says) said.push(`· now ${name(labels.now)}`);
  return said.join(" ");
};

export const beside = (board) => {
  const { value, looks, counts, css } = board;
  const trained = figure(board, "As trained", looks.trained, {});
  const truth = looks.truth ? figure(board, "Truth", looks.truth, {}) : nothing;
  if (!value.says) {
    const note = html`<i style="background:${css[1]}"></i>${things(counts[1], "pixel")}; whitish: the band`;
    const wrong = looks.truth ? figure(board, "Wrong pixels", looks.marks, { note }) : nothing;
    return html`${figure(board, "Picture", null, {})}${truth}${trained}${wrong}`;
  }
  const after = figure(board, "Now", looks.now, { shows: "changed" });
  const named = (many, i) =>
    i && many ? html` <span><i style="background:${css[i - 1]}"></i>${count(many)} ${NAMES[i]}</span>` : "";
  const note = counts.slice(1).some(Boolean) ? counts.map(named) : "no pixel";
  return html`${truth}${trained}${after}${figure(board, "What changed", looks.marks, { shows: "changed", note })}`;
};

// The chosen map, before and after.
export const chosen = ({ value, looks }) => {
  const { named, says, channel } = value;
  const shown = value.part === "skips" ? "Skip 1 of all four" : named[0].toUpperCase() + named.slice(1);
  const before = map(says ? "Before" : shown, channel, value.before, looks.before);
  return html`${before}${says ? map("After", channel, value.after, looks.after) : nothing}`;
};
