// What an absent class counts, and what void does: the same picture under six conventions.
import { html, render } from "../draw/markup.js";
import { number, things } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { model } from "./model.js";
import { section } from "./more.js";
import { mean, withVoid } from "./sums.js";

const CONVENTIONS = [
  ["left out", null],
  ["counts 0", 0],
  ["counts 1", 1],
];
const three = (value) => (value === null ? "–" : number(value, 3));

const rows = () => {
  const { each, inVoid } = model.found;
  const [without, within] = [each.map(({ iou }) => iou), withVoid(each, inVoid)];
  return [
    ["void left out", without],
    ["void counted as wrong", within],
  ];
};

const said = () => {
  const { each, inVoid } = model.found;
  const gone = model.value.names.filter((_, k) => each[k].iou === null);
  const many = inVoid.reduce((sum, one) => sum + one, 0);
  const absent = gone.length
    ? `${gone.join(", ")}: neither there nor predicted, so 0 / 0.`
    : `Every class is there, or predicted: the three agree.
      ${model.many > 2 ? "Take" : "Look at all nine classes, or take"}
      a scene without one.`;
  const open = many ? `${things(many, "pixel")} are void.` : "No pixel is void: move the slider “Void”.";
  return `${absent} ${open}`;
};

export const absent = () => {
  const root = section("absent", "absent");
  const draw = () => {
    const seen = new Set();
    const line = ([name, values]) =>
      html`<tr><th scope="row">${terms(name, seen)}</th>
      ${CONVENTIONS.map(([, value]) => html`<td>${three(mean(values, value))}</td>`)}</tr>`;
    render(
      html`<h3>One prediction, six mean IoUs</h3><div class="ww-table"><table>
        <caption>${terms(said(), seen)}</caption>
        <thead><tr><th scope="col">an absent class</th>
        ${CONVENTIONS.map(([name]) => html`<th scope="col">${name}</th>`)}
        </tr></thead><tbody>${rows().map(line)}</tbody></table></div>`,
      root,
    );
  };
  return { root, draw };
};
