// The layers as a row of groups: choose one, and change how many there are, its kernel, stride and dilation.
import { html, nothing, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { sum } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { MOST, groupsOf } from "./sums.js";

const READY = [
  ["plain", "c3x5"],
  ["dilated 1·2·4·8", "c3-c3d2-c3d4-c3d8"],
  ["dilated 2·2·2", "c3d2x3"],
  ["strides", "c3-c3s2-c3-c3s2-c3"],
  ["as VGG-16", "c3x2-p2-c3x2-p2-c3x3-p2-c3x3-p2-c3x3-p2"],
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
  const option = (one) => html`<option value=${one} ?selected=${one === group[name]}>${one}</option>`;
  return html`<label>${terms(name)} <select @change=${set} .value=${String(group[name])}>
    ${options.map(option)}</select></label>`;
};

const chips = (board) => {
  const chip = (one, i) =>
    html`<button type="button" class="field-chip" aria-pressed=${i === board.picked}
    @click=${() => pick(board, i)}>${titleOf(one)}${one.times > 1 ? html` <b>× ${one.times}</b>` : nothing}</button>`;
  const more = ([name, text]) =>
    html`<button type="button" class="field-add" ?disabled=${layers(board.groups) >= MOST}
    @click=${() => add(board, text)}>+ ${name}</button>`;
  return html`<div class="field-chips" role="group" aria-label="The layers, first to last">${board.groups.map(chip)}
    ${Object.entries(ADDED).map(more)}</div>`;
};

const pick = (board, i) => {
  board.picked = i;
  board.ask();
};

const add = (board, text) => {
  const groups = [...board.groups, ...groupsOf(text)];
  if (layers(groups) > MOST) return;
  board.picked = groups.length - 1;
  board.set(groups);
};

const layers = (groups) => sum(groups.map(({ times }) => times));

// How many layers of the chosen kind: what a finger drags.
const slider = (board, group) => {
  const most = MOST - layers(board.groups) + group.times;
  const slide = (event) => {
    board.sliding = true;
    board.change({ times: Number(event.target.value) });
  };
  return html`<div class="field-count"><label for="field-times">Layers of ${titleOf(group)}</label>
    <input id="field-times" type="range" min="1" max=${most} step="1" .value=${String(group.times)}
      aria-label="Layers of this kind" @input=${slide} @change=${() => (board.sliding = false)}>
    <output>${group.times}</output></div>`;
};

const NUMBERS = { conv: ["kernel", "stride", "dilation"], pool: ["kernel"], up: [] };

export const editor = (board) => {
  const root = make("section", { class: "field-editor" });
  const remove = () => board.set(board.groups.filter((_, i) => i !== board.picked));
  const ready = ([name, text]) =>
    html`<button type="button" @click=${() => board.set(groupsOf(text))}>${name}</button>`;
  const draw = () => {
    const group = board.groups[board.picked];
    render(
      html`${slider(board, group)}${chips(board)}
      <div class="field-numbers">${NUMBERS[group.kind].map((name) => select(board, name, group))}
        <button type="button" ?disabled=${board.groups.length < 2} @click=${remove}>Remove</button>
        <span class="field-ready">${READY.map(ready)}</span></div>`,
      root,
    );
  };
  return { root, draw };
};
