// What the painted map is worth: PQ = SQ × RQ, the classes, and what can be made to happen.
import { html, nothing } from "../draw/markup.js";
import { number, percent, signed } from "../draw/number.js";
import { terms } from "../draw/terms.js";

const TASKS = {
  pq: [
    "Raise PQ while you lower the mean IoU",
    "In the picture made by hand, void a whole segment that just misses its match: a false positive goes.",
  ],
  pixel: [
    "Flip one match with one pixel",
    "Brush of 1 px. In the picture made by hand, ball 1 has an IoU of exactly ½: grow it to its left.",
  ],
  unique: [
    "See why a match needs more than ½: make it unique",
    "Grow a ball over the one beside it, and lower “A match: IoU above”: two partners. Then raise it to ½.",
  ],
};
const EXACT = 5e-7;
const rate = (value) => (value === null ? "–" : percent(value));

const change = (now, before) => {
  if (now === null || before === null) return nothing;
  const by = 100 * (now - before);
  return Math.abs(by) < 0.005
    ? html`<small>as it began</small>`
    : html`<small class=${by > 0 ? "pan-up" : "pan-down"}>${signed(by, 2)}</small>`;
};

// Whether the browser's numbers at the start are Python's.
const agreed = ({ model, value }) => {
  if (model.steps.length || value.threshold !== 0.5) return nothing;
  const { pq, sq, rq, miou } = value.checked;
  const pairs = [
    [pq, model.found.pq],
    [sq, model.found.sq],
    [rq, model.found.rq],
    [miou, model.miou],
  ];
  const same = pairs.every(([a, b]) => a === b || Math.abs(a - b) < EXACT);
  return same ? html`<small class="pan-same">✓ Python says the same</small>` : nothing;
};

export const score = (board) => {
  const { found, miou, start } = board.model;
  const part = (name, value, before) =>
    html`<div><dt>${terms(name)}</dt><dd>${rate(value)}${change(value, before)}</dd></div>`;
  return html`<div class="pan-score" data-shows="score">
    <p class="pan-formula">PQ = SQ × RQ in each class; here are means over the classes, which do not multiply</p><dl>
    ${part("PQ", found.pq, start.pq)}${part("SQ", found.sq, null)}${part("RQ", found.rq, null)}
    ${part("mean IoU", miou, start.miou)}</dl>${agreed(board)}</div>`;
};

export const classes = ({ model, value }) => {
  const seen = new Set();
  const known = Object.entries(model.found.each).filter(([, one]) => one.pq !== null);
  const order = known.sort(([a], [b]) => Number(value.things.includes(a)) - Number(value.things.includes(b)));
  const color = (name) => value.classes.find(({ label }) => label === name)?.color ?? "";
  const row = ([name, one], i) => {
    const first = i === 0 || value.things.includes(order[i - 1][0]) !== value.things.includes(name);
    const head = value.things.includes(name) ? "things" : "stuff";
    return html`${first ? html`<tr class="pan-kind"><td colspan="7">${terms(head, seen)}</td></tr>` : nothing}
      <tr><th scope="row"><i class="pan-chip" style="background:${color(name)}"></i>${name}</th>
      <td class=${one.tp ? "" : "pan-zero"}>${one.tp}</td><td class=${one.fp ? "pan-fp" : "pan-zero"}>${one.fp}</td>
      <td class=${one.fn ? "pan-fn" : "pan-zero"}>${one.fn}</td>
      <td>${number(one.sq, 3)}</td><td>${number(one.rq, 3)}</td>
      <td><b>${number(one.pq, 3)}</b></td></tr>`;
  };
  const heads = ["", "TP", "FP", "FN", "SQ", "RQ", "PQ"];
  return html`<div class="pan-classes" data-shows="classes"><table><thead><tr>${heads.map(
    (text) => html`<th scope="col">${terms(text, seen)}</th>`,
  )}</tr></thead><tbody>${order.map(row)}</tbody></table></div>`;
};

export const tasks = (model) => {
  const seen = new Set();
  const done = Object.keys(model.tasks).length;
  const item = ([key, [text, hint]]) => {
    const told = model.tasks[key];
    const half = key === "unique" && !told && model.twice !== undefined;
    const below = told
      ? `Reached: ${told}`
      : half
        ? "Two partners. Now raise the threshold to ½, painting nothing."
        : hint;
    return html`<li class=${told ? "pan-done" : ""}><b aria-hidden="true">${told ? "✓" : "○"}</b>
      <span>${terms(text, seen)}<small>${terms(below, seen)}</small></span></li>`;
  };
  return html`<section class="pan-tasks"><h3>Can you make these happen? ${
    done ? html`<small>${done} of ${Object.keys(TASKS).length} reached</small>` : nothing
  }</h3><ol>${Object.entries(TASKS).map(item)}</ol></section>`;
};
