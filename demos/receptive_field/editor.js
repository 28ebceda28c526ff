// The layers as a row of groups: choose one, and change how many there are, its kernel, stride and dilation.
import { html, nothing, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { sum } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { MOST, groupsOf } from "./sums.js";

const READY = [
  ["3 × 3 alone", "c3x5"],
  ["dilated 1, 2, 4, 8", "c3-c3d2-c3d4-c3d8"],
  ["dilated 2, 2, 2", "c3d2x3"],
  ["strides", "c3-c3s2-c3-c3s2-c3"],
  ["as VGG-16", "c3x2-p2-c3x2-p2-c3x3-p2"],
  ["down and up", "c3x2-p2-c3x2-p2-c3x2-u2-c3-u2-c3"],
];
const ADDED = { convolution: "c3", pooling: "p2", upsampling: "u2" };
const CHOICES = { kernel: [1, 2, 3, 5, 7], stride: [1, 2, 3], dilation: [1, 2, 4, 8, 16] };

const titleOf = ({ kind, kernel, stride, dilation }) => {
  if (kind !== "conv") return kind === "pool" ? `pool ${kernel} × ${kernel}` : "up × 2";
  const more = [stride > 1 ? `stride ${stride}` : "", dilation > 1 ? `dilation ${dilation}` : ""].filter(Boolean);
  return [`${kernel} × ${kernel}`, ...more].join(", ");
};

const select = (board, name, group) => {
  const all = group.kind === "pool" ? [2, 3, 4] : CHOICES[name];
  const set = (event) => {
    const number = Number(event.target.value);
    board.change(group.kind === "pool" ? { kernel: number, stride: number } : { [name]: number });
  };
  const options = [...new Set([...all, group[name]])].sort((a, b) => a - b);
  return html`<label>${terms(name)} <select @change=${set} .value=${String(group[name])}>
    ${options.map((one) => html`<option value=${one} ?selected=${one === group[name]}>${one}</option>`)}</select></label>`;
};

export const editor = (board) => {
  const root = make("section", { class: "field-editor" });
  const pick = (i) => {
    board.picked = i;
    board.ask();
  };
  const add = (text) => {
    const groups = [...board.groups, ...groupsOf(text)];
    if (sum(groups.map(({ times }) => times)) > MOST) return;
    board.picked = groups.length - 1;
    board.set(groups);
  };
  const remove = () => board.set(board.groups.filter((_, i) => i !== board.picked));
  const slide = (event) => {
    board.sliding = true;
    board.change({ times: Number(event.target.value) });
  };
  const draw = () => {
    const { groups, picked } = board;
    const group = groups[picked];
    const others = sum(groups.map(({ times }) => times)) - group.times;
    const chip = (one, i) =>
      html`<button type="button" class="field-chip" aria-pressed=${i === picked}
      @click=${() => pick(i)}>${titleOf(one)}${one.times > 1 ? html` <b>× ${one.times}</b>` : nothing}</button>`;
    const numbers = group.kind === "conv" ? ["kernel", "stride", "dilation"] : group.kind === "pool" ? ["kernel"] : [];
    render(
      html`<div class="field-count"><label for="field-times">Layers</label>
        <input id="field-times" type="range" min="1" max=${MOST - others} step="1" .value=${String(group.times)}
          aria-label="Layers of this kind" @input=${slide} @change=${() => (board.sliding = false)}>
        <output>${group.times}</output></div>
      <div class="field-chips" role="group" aria-label="The layers, first to last">${groups.map(chip)}
        ${Object.entries(ADDED).map(
          ([name, text]) => html`<button type="button" class="field-add" @click=${() => add(text)}>+ ${name}</button>`,
        )}</div>
      <div class="field-numbers">${numbers.map((name) => select(board, name, group))}
        <button type="button" ?disabled=${groups.length < 2} @click=${remove}>Remove</button>
        <span class="field-ready">${READY.map(
          ([name, text]) => html`<button type="button" @click=${() => board.set(groupsOf(text))}>${name}</button>`,
        )}</span></div>`,
      root,
    );
  };
  return { root, draw };
};
