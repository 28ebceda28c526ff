// Two problems, one answer: layers, multiply-adds and memory that it takes to see so many pixels, at full resolution
// and with downsampling in between, and where the learner's stack stands.
import { html, render, svg } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { things } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { costOf, depthFor, groupsOf, hourglass } from "./sums.js";

const FIELDS = [3, 5, 9, 17, 33, 65, 129, 257, 513];
const MEASURES = [
  ["layers", "layers", (cost) => cost.layers],
  ["multiply-adds", "G", (cost) => cost.macs / 1e9],
  ["activation memory", "MiB", (cost) => cost.bytes / 2 ** 20],
];
const [WIDE, HIGH, LEFT, TOP, LOW] = [300, 170, 46, 14, 136];

const [PLAIN] = groupsOf("c3");
const plain = (field) => Array(Math.max(depthFor(field), 1)).fill(PLAIN);

// Both ways to each field, at a picture's side and a number of channels.
const curves = (side, channels) => {
  const of = (way) => FIELDS.map((field) => costOf(way(field), side, channels));
  return { plain: of(plain), glass: of(hourglass) };
};

const short = (value) => (value >= 1000 ? `${Math.round(value / 100) / 10}k` : String(Number(value.toPrecision(3))));

const plot = ([name, unit, measure], { plain: one, glass: other }, own, [, field]) => {
  const all = [...one, ...other, own].map(measure).filter((value) => value > 0);
  const [low, high] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))];
  const x = (value) => LEFT + ((WIDE - LEFT - 12) * Math.log2(Math.max(value, 2) / 3)) / Math.log2(171);
  const y = (value) => LOW - ((LOW - TOP) * (Math.log10(Math.max(value, 10 ** low)) - low)) / Math.max(high - low, 1);
  const line = (costs, css) => {
    const points = costs.map((cost, i) => `${x(FIELDS[i]).toFixed(1)} ${y(measure(cost)).toFixed(1)}`);
    return svg`<path class=${css} d="M${points.join("L")}"/>`;
  };
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const about = `${name} against the field: ${short(measure(own))} ${unit} for your stack's ${field} px`;
  return html`<figure><figcaption>${terms(name)}${unit === name ? "" : `, ${unit}`}
    <b>${short(measure(own))}</b></figcaption>
    <svg viewBox="0 0 ${WIDE} ${HIGH}" role="img" aria-label=${about}>
    ${ticks.map(
      (tick) => svg`<path class="field-grid" d="M${LEFT} ${y(tick)}H${WIDE - 12}"/>
      <text x=${LEFT - 6} y=${y(tick) + 4} text-anchor="end">${short(tick)}</text>`,
    )}
    ${[3, 9, 33, 129, 513].map((tick) => svg`<text x=${x(tick)} y=${LOW + 17} text-anchor="middle">${tick}</text>`)}
    <text x=${(WIDE + LEFT) / 2} y=${HIGH - 2} text-anchor="middle">receptive field, px</text>
    ${line(one, "field-plain")}${line(other, "field-glass")}
    <circle class="field-own" cx=${Math.min(x(field), WIDE - 12)} cy=${y(measure(own))} r="6"/></svg></figure>`;
};

export const costs = (board) => {
  const root = make("section", { class: "field-costs", "data-shows": "needed" });
  let kept = {};
  const draw = ({ steps, padded, field }) => {
    const { side, channels, thing, box } = board.value;
    const key = `${side} ${channels}`;
    if (kept.key !== key) kept = { key, ...curves(side, channels) };
    const own = costOf(steps, side, channels, padded);
    const far = depthFor(field[1]);
    const deep = costOf(plain(field[1]), side, channels);
    const glass = costOf(hourglass(field[1]), side, channels);
    const gain = short(deep.macs / glass.macs);
    const size = box.length ? Math.round(Math.max(box[2] - box[0], box[3] - box[1])) : 0;
    const holds = size ? ` To hold the ${thing}'s ${size} px: ${things(depthFor(size), "layer")}.` : "";
    render(
      html`<h3>Two problems, one answer</h3>
      <p>To see your stack's ${field[1]} px, ${terms("3 × 3 convolutions")} alone take ${things(far, "layer")} and
        ${short(deep.macs / 1e9)} G ${terms("multiply-adds")}; ${terms("downsampling")} and
        ${terms("upsampling")} again takes ${things(glass.layers, "layer")} and ${short(glass.macs / 1e9)} G:
        <b>${gain} ×</b> ${deep.macs >= glass.macs ? "less" : "as much"}.${holds}</p>
      <div class="field-plots">${MEASURES.map((measure) => plot(measure, kept, own, field))}</div>
      <ul class="ww-legend"><li><i class="field-plain"></i>3 × 3 at full resolution</li>
        <li><i class="field-glass"></i>down and up again</li><li><i class="field-own"></i>your stack</li>
        <li>A picture of ${side} × ${side} px, ${channels} channels in every map.</li></ul>`,
      root,
    );
  };
  return { root, draw };
};
