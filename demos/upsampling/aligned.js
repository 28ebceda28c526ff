// align_corners: the places at which each output of an axis reads the input, drawn where they lie in the picture.
import { bench, SIDE } from "./bench.js";
import { cardOf } from "./card.js";
import { html, render, svg } from "../draw/markup.js";
import { clamp, number } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { FACTOR, source } from "./sums.js";

const OUTPUTS = FACTOR * SIDE;
const [WIDE, TOP, LOW] = [80, 22, 78]; // of a cell; heights of the two rows
const all = (many) => Array.from({ length: many }, (_, i) => i);

const axis = (corners, kind, here) => {
  const at = (o) => (source(o, SIDE, corners) + 0.5) * WIDE;
  const place = (o) => ((o + 0.5) * WIDE) / FACTOR;
  const inputs = all(SIDE).map(
    (i) => svg`<rect x=${i * WIDE + 2} y="4" width=${WIDE - 4} height=${TOP + 14}></rect>
      <circle class="up-from" cx=${(i + 0.5) * WIDE} cy=${TOP} r="5"></circle>`,
  );
  const outputs = all(OUTPUTS).map(
    (o) => svg`<path class=${o === here ? "up-now" : ""} d="M${place(o)} ${LOW}L${at(o)} ${TOP}"></path>
      <circle class="up-to ${o === here ? "up-now" : ""}" cx=${place(o)} cy=${LOW} r="5"></circle>`,
  );
  const about = `${kind}: where each of ${OUTPUTS} outputs reads the ${SIDE} inputs`;
  return html`<figure><svg viewBox="0 0 ${WIDE * SIDE} 92" role="img" aria-label=${about}>${inputs}${outputs}</svg>
    <figcaption><code>align_corners=${corners ? "True" : "False"}</code></figcaption></figure>`;
};

export const aligned = () => {
  const { root, body } = cardOf("What align_corners moves", "up-aligned");
  const reads = (o, corners) => clamp(source(o, SIDE, corners), 0, SIDE - 1); // beyond the rim it is the rim
  const shifts = all(OUTPUTS).map((o) => reads(o, true) - reads(o, false));
  const most = Math.max(...shifts.map(Math.abs));
  const draw = () => {
    const { kind, index } = bench.shown;
    const here = kind.startsWith("bilinear") ? index % OUTPUTS : -1;
    const mine =
      here < 0
        ? ""
        : ` Column ${here + 1}: ${number(source(here, SIDE, false), 2)} or ${number(source(here, SIDE, true), 2)}.`;
    render(
      html`${axis(false, "Cells tile the picture", here)}${axis(true, "Corners on corners", here)}
      <p>${terms(`Above the inputs' centres, below the outputs'. False reads straight above, and repeats the rim.
        True spreads the outputs from the first centre to the last: it reads up to ${number(most, 2)} cells off.`)}
        ${mine}</p>`,
      body,
    );
  };
  return { root, draw };
};
