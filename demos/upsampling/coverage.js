// How many inputs meet in each output of a transposed convolution: along one axis, and in two, where it squares.
import { bench, SIDE } from "./bench.js";
import { cardOf, figure, fill } from "./card.js";
import { html, render } from "../draw/markup.js";
import { terms } from "../draw/terms.js";
import { meeting } from "./sums.js";

const FOUR = { size: 4, stride: 2, padding: 0, outputPadding: 0 };
const THREE = { ...FOUR, size: 3 };

const BARS = "Bars: how many inputs meet in each output along one axis. In two dimensions it squares.";

const along = (counts) =>
  html`<ol class="up-counts" style="--most:${Math.max(...counts)}"
  aria-label="Along one axis">
  ${counts.map((many) => html`<li style="--many:${many}">${many}</li>`)}</ol>`;
const inTwo = (counts) => counts.flatMap((row) => counts.map((column) => row * column));
const one = (name, counts) =>
  html`<div class="up-covered"><b>${name}</b>${along(counts)}
  ${figure("in two dimensions", `${name}: inputs that meet in each output`, counts.length)}</div>`;

export const coverage = (_, look) => {
  const { root, body } = cardOf("Where the checkerboard comes from", "up-coverage", "coverage");
  const draw = () => {
    const { size, stride } = bench.layer;
    const other = size % stride ? FOUR : THREE;
    const name = (layer) => `kernel ${layer.size}, stride ${layer.stride}`;
    const both = [bench.layer, other].map((layer) => meeting(SIDE, layer));
    const said =
      size % stride
        ? "The stride does not divide your kernel, so more inputs meet in some outputs than in their neighbours."
        : "The stride divides your kernel, so equally many inputs meet everywhere inside.";
    render(
      html`<div class="up-pairing">${one(`yours: ${name(bench.layer)}`, both[0])}${one(name(other), both[1])}</div>
      <p>${terms(`${BARS} ${said}`)}</p>`,
      body,
    );
    fill(
      body,
      look(),
      both.map((counts) => {
        return { data: inTwo(counts), columns: counts.length, high: Math.max(...inTwo(counts)) };
      }),
    );
  };
  return { root, draw };
};
