// The kernel: three that have a name, and the learner's own, dragged cell by cell.
import { bench } from "./bench.js";
import { Editable } from "./editable.js";
import { placeOf } from "../draw/cells.js";
import { html, nothing, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { number, sum } from "../draw/number.js";
import { terms } from "../draw/terms.js";

const DARK = 140;
const LARGEST = 2;

export const kernelOf = ({ settings, choose, selection }) => {
  const root = make("div", { class: "up-kernel" });
  const cells = new Editable({
    values: () => bench.layer.kernel,
    low: -LARGEST,
    high: LARGEST,
    step: 0.05,
    far: 0.25,
    pixels: 60,
    digits: 2,
    label: "Kernel",
    put: (index, value) => bench.weigh(index, value),
    held: (index) => (bench.molded = index !== null),
    hover: () => {},
    settle: () => choose(bench.layer.kernel.map((weight) => Number(weight.toFixed(3))).join(",")),
  });
  const looks = (value) => {
    const most = Math.max(...bench.layer.kernel.map(Math.abs), 1e-9);
    const place = placeOf(Math.abs(value), 0, most);
    const css = [place > DARK && "up-bright", value < 0 && "up-below"].filter(Boolean).join(" ");
    return { css, style: `background:${settings.table[place]}` };
  };
  const button = ([name, text]) => {
    const on = selection() === name || (name === settings.usual && !selection());
    return html`<button type="button" aria-pressed=${on} @click=${() => choose(name)}>${text}</button>`;
  };
  const draw = () =>
    render(
      html`<h3>${terms("The kernel")} <small>drag a weight · sum ${number(sum(bench.layer.kernel), 2)}</small></h3>
      <div class="up-mold">${cells.markup(looks)}<div class="up-named" role="group" aria-label="Kernels">
        ${settings.named.map(button)}
        ${settings.named.some(([name]) => name === selection()) ? nothing : html`<span>yours</span>`}</div></div>`,
      root,
    );
  return { root, draw };
};
