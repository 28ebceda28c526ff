// Loss and mIoU against the step, both runs on the same axes, and the IoU of each class.
import { chart } from "../draw/chart.js";
import { html, nothing } from "../draw/markup.js";
import { number } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { NAMES } from "./runs.js";
import { lossesOf } from "./sums.js";

const HIGH = 168;
const FEWEST = 100; // steps on the axis

// One row for each value of a curve: what is not a number is left out.
const rows = (runs, key) =>
  NAMES.flatMap((run) =>
    (runs[run]?.steps ?? [])
      .map((step, i) => ({ step, run, value: runs[run][key][i] }))
      .filter(({ value }) => value !== null),
  );

const plan = (runs, key, others, top, start) => (Plot) => {
  const shown = rows(runs, key);
  const steps = Math.max(FEWEST, ...NAMES.map((run) => runs[run]?.step ?? 0));
  const highest = top ?? Math.max(1, ...shown.map(({ value }) => value), ...start);
  const line = { x: "step", y: "value", z: "run", stroke: "run" };
  return {
    height: HIGH,
    marginTop: 10,
    marginLeft: 34,
    marginBottom: 34,
    x: { label: "step", domain: [0, steps], ticks: 5 },
    y: { label: null, domain: [0, highest], ticks: 5, grid: true },
    color: { domain: NAMES, range: NAMES.map((run) => `var(--play-${run.toLowerCase()})`) },
    marks: [
      Plot.ruleY(start, { stroke: "var(--ww-muted)", strokeDasharray: "2 4" }),
      others ? Plot.lineY(rows(runs, others), { ...line, strokeDasharray: "2 3", strokeWidth: 1.3 }) : null,
      Plot.lineY(shown, { ...line, strokeWidth: 2.2, tip: true }),
      Plot.dot(
        shown.filter((row, i) => shown[i + 1]?.run !== row.run),
        { ...line, fill: "run", r: 3.5 },
      ),
    ],
  };
};

const last = (runs, key) => {
  const said = NAMES.filter((run) => runs[run]).map((run) => `${run} ${number(runs[run][key].at(-1) ?? NaN, 2)}`);
  return said.join(", ") || "no run yet";
};

// Draws both curves; `start` is what is known before any training.
export const curves = (root, runs, value) => {
  const { loss, miou, guess } = value;
  const known = (values) => values.filter((value) => value !== null);
  const [one, other] = root.querySelectorAll(".play-curve");
  chart(
    one,
    `Loss against the step: ${last(runs, "losses")}`,
    plan(runs, "losses", null, null, lossesOf(value, runs).size > 1 ? [] : known([guess, loss])),
  );
  chart(other, `mIoU against the step: ${last(runs, "mious")}`, plan(runs, "mious", "owns", 1, known([miou])));
};

const bar = (run, value) =>
  html`<i class="play-${run.toLowerCase()}" style="--share:${value ?? 0}"></i><b>${number(value ?? NaN, 2)}</b>`;

// The IoU of each class, a bar for each run.
export const classes = (runs, names, colors) => {
  const there = NAMES.filter((run) => runs[run]);
  const row = (name, i) =>
    html`<div><dt><i class="play-swatch" style="background:${colors[i]}"></i>${name}</dt>
    <dd>${there.map((run) => bar(run, runs[run].classes[i]))}</dd></div>`;
  return html`<dl class="play-classes" data-runs=${there.length}>${names.map(row)}</dl>
    ${there.length ? nothing : html`<p class="play-small">${terms("Train a run to see its IoU here.")}</p>`}`;
};
