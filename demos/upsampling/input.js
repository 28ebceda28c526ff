// The editable map: sixteen numbers, each over the part of the picture that it stands for.
import { bench, SIDE } from "./bench.js";
import { Editable } from "./editable.js";
import { placeOf } from "../draw/cells.js";
import { html, nothing, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";

const HIGHEST = 9;
const DARK = 140; // of the colour table's 256: from here on the ink is dark

// {root, draw, show}; `settle` is called when a change has come to rest.
export const inputOf = ({ table }, settle) => {
  const root = make("div", { class: "up-input" });
  let picture = "";
  const cells = new Editable({
    values: () => bench.cells,
    low: 0,
    high: HIGHEST,
    step: 0.1,
    far: 1,
    pixels: 24,
    digits: 1,
    label: "Input",
    put: (index, value) => bench.set(index, value),
    held: (index) => bench.hold(index),
    hover: (index) => bench.point(index === null ? null : { kind: "", index }),
    settle,
  });

  const draw = () => {
    const { kind, index } = bench.shown;
    const marks = kind ? new Map(bench.plans[kind].terms[index]) : new Map([[index, 1]]);
    const most = Math.max(...[...marks.values()].map(Math.abs), 1e-9);
    const looks = (value, i) => {
      const place = placeOf(value, 0, HIGHEST);
      const weight = Math.abs(marks.get(i) ?? 0);
      const css = [place > DARK && "up-bright", kind && !weight && "up-dim", weight && "up-marked"];
      return { css: css.filter(Boolean).join(" "), style: `background:${table[place]};--share:${weight / most}` };
    };
    render(
      html`<img src=${picture} alt="The picture under its sixteen numbers" draggable="false">${cells.markup(looks)}
      ${kind.startsWith("bilinear") ? dot(kind, index) : nothing}`,
      root,
    );
  };
  return { root, draw, show: (uri) => (picture = uri) };
};

// Where a bilinear output reads the map.
const dot = (kind, index) => {
  const [x, y] = bench.readAt(kind, index).map((at) => (100 * (at + 0.5)) / SIDE);
  return html`<i class="up-dot" style="left:${x}%;top:${y}%"></i>`;
};
