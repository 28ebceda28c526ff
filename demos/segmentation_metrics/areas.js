// Each class with its areas and metrics, and the confusion matrix that all of them come from.
import { lessonOf, set } from "../draw/asking.js";
import { html, nothing, render } from "../draw/markup.js";
import { count, number } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { model } from "./model.js";
import { section } from "./more.js";

const two = (value) => (value === null ? "–" : number(value, 2));
const HEAD = ["truth", "prediction", "both", "either", "IoU", "Dice", "boundary IoU"];

// Another class is looked at: the lesson's own setting.
const look = (lesson, name) => {
  set(lesson, "target", name);
  lessonOf(lesson).recall();
};

const swatch = (k) => html`<i style="background:${model.value.colors[k]}"></i>`;

const row = ({ truth, said, both, union, iou, dice, boundary }, k, lesson) => {
  const name = model.value.names[k];
  const open = name !== "rest" && model.many > 2;
  const title = open ? html`<button type="button" @click=${() => look(lesson, name)}>${name}</button>` : name;
  const parts = [truth, said, both, union].map(count);
  return html`<tr class=${k === model.label ? "ww-strong" : ""}><th scope="row">${swatch(k)}${title}</th>
    ${[...parts, ...[iou, dice, boundary].map(two)].map((text) => html`<td>${text}</td>`)}</tr>`;
};

const table = (lesson) => {
  const seen = new Set();
  return html`<div class="ww-table"><table><caption>Pixels of this picture. “Either” is truth + prediction − both.
    </caption><thead><tr><td></td>${HEAD.map((text) => html`<th scope="col">${terms(text, seen)}</th>`)}</tr></thead>
    <tbody>${model.found.each.map((one, k) => row(one, k, lesson))}</tbody></table></div>`;
};

// A cell of the matrix is as strong as its share of its row.
const cell = (i, j) => {
  const many = model.found.counts[i * model.many + j];
  const share = many / Math.max(model.found.each[i].truth, 1);
  const about = `${model.value.names[i]} taken for ${model.value.names[j]}: ${count(many)} pixels`;
  const css = [i === j ? "met-right" : "met-wrong", i === model.label || j === model.label ? "met-mine" : ""].join(" ");
  return html`<td class=${css} style="--share:${share.toFixed(3)}" title=${about}>${many ? count(many) : nothing}</td>`;
};

const matrix = () => {
  const { names } = model.value;
  const line = (name, i) => html`<tr><th scope="row">${swatch(i)}${name}</th>${names.map((_, j) => cell(i, j))}</tr>`;
  return html`<div class="ww-table met-matrix"><table><caption>${terms("The confusion matrix")}: rows are true classes,
    columns what they are taken for. IoU of a class: its cell on the diagonal, divided by all of its row and column.
    </caption><thead><tr><td></td>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${names.map(line)}</tbody></table></div>`;
};

export const areas = ({ lesson }) => {
  const root = section("areas", "areas");
  return {
    root,
    draw: () =>
      render(
        html`<h3>Where all the numbers come from</h3><div class="met-tables">
    ${table(lesson)}${matrix()}</div>`,
        root,
      ),
  };
};
