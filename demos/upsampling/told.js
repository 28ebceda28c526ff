// One number multiplied out, in the lecture's formula: which inputs an output came from, or where an input goes.
import { bench, SIDE } from "./bench.js";
import { short } from "./grid.js";
import { html, nothing, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { number } from "../draw/number.js";
import { along } from "./sums.js";

const MOST = 9; // terms that are written out
const QUIET = 400; // milliseconds until a screen reader is told
const FORMULA = "f(x, y) = Σ f(i, j) · max(0, 1 − |x − i|) · max(0, 1 − |y − j|)";
const exact = (weight) => number(weight, 4).replace(/\.?0+$/, "");
const value = (at) => short(bench.cells[at], 1);
const place = (index, columns) => `row ${Math.floor(index / columns) + 1}, column ${(index % columns) + 1}`;

// Bilinear: each weight as the product of its two hats.
const hats = (kind, index) => {
  const { columns } = bench.plans[kind];
  const ofAxis = (o) => along(o, SIDE, kind === "bilinear_corners").filter(([, weight]) => weight);
  const [rows, across] = [Math.floor(index / columns), index % columns].map(ofAxis);
  return rows.flatMap(([i, p]) => across.map(([j, q]) => `${value(i * SIDE + j)} · ${exact(q)} · ${exact(p)}`));
};

const sumOf = (kind, index) => {
  const cell = bench.plans[kind].terms[index];
  if (!cell.length) return "no input counts here: 0";
  const bilinear = kind.startsWith("bilinear");
  const parts = bilinear ? hats(kind, index) : cell.map(([at, weight]) => `${value(at)} · ${exact(weight)}`);
  const listed = parts.length > MOST ? [...parts.slice(0, MOST), "…"] : parts;
  const head = bilinear ? `f(${bench.readAt(kind, index).map(exact).join(", ")}) = ` : "";
  return `${head}${listed.join(" + ")} = ${number(bench.outputs[kind][index], 3)}`;
};

// In how many outputs of each operator an input counts.
const goes = (names, index) =>
  Object.entries(bench.plans)
    .map(([kind, { terms }]) => `${names[kind]} ${terms.filter((cell) => cell.some(([at]) => at === index)).length}`)
    .join(" · ");

// An operator that a question is about is not told.
const veiled = (kind) => Boolean(document.querySelector(`.up-card[data-kind=${kind}]`)?.inert);

const lines = (names, { kind, index }) => {
  if (!kind)
    return [`Input, ${place(index, SIDE)}`, `${value(index)} counts in so many outputs: ${goes(names, index)}`];
  const where = `${names[kind]}, ${place(index, bench.plans[kind].columns)}`;
  return [where, veiled(kind) ? "predict first" : sumOf(kind, index)];
};

export const told = (names) => {
  const text = make("p", {});
  const live = make("output", { class: "ww-sr", "aria-live": "polite" });
  const root = make("div", { class: "up-told" }, text, live);
  let timer = 0;
  const draw = () => {
    const [where, sum] = lines(names, bench.shown);
    const formula = bench.shown.kind.startsWith("bilinear") ? html`<small>${FORMULA}</small>` : nothing;
    render(html`<b>${where}:</b> <span>${sum}</span> ${formula}`, text);
    clearTimeout(timer);
    timer = setTimeout(() => (live.textContent = `${where}: ${sum}`), QUIET);
  };
  return { root, draw };
};
