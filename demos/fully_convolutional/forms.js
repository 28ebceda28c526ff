// The two forms of a layer, one below the other: the flattened map and rows of the matrix; the map and one kernel.
// Channels stand in columns, so that what is the same weight stands below each other.
import { html, svg } from "../draw/markup.js";
import { clamp, number } from "../draw/number.js";
import { columnOf } from "./sums.js";

const SIDE = 9; // of a matrix cell, in the units of the drawing
const TOP = SIDE + 14; // of the matrix
const INSET = 6; // of tiles that are not one cell

const square = (x, y, side, fill, { mine, choose, title, css = "" }) =>
  svg`<rect class="fc-square ${css} ${mine ? "fc-mine" : ""}" x=${x} y=${y} width=${side} height=${side} fill=${fill}
    @click=${choose}><title>${title}</title></rect>`;

// Sizes of the drawing for kernels of k × k and so many rows.
const layout = (k, rows, blocks) => {
  const gap = k > 1 ? INSET : 2;
  const each = k * k * SIDE + gap;
  const tile = k > 1 ? each - gap - 2 * INSET : SIDE;
  const high = rows * SIDE;
  const below = TOP + high + 30;
  return { each, tile, high, below, width: blocks * each - gap, total: below + 2 * tile + 34 };
};

// One column of the matrix, with its cell of the flattened map above it.
const matrixColumn = (board, place, x) => {
  const { value, inputs, rows, unit } = board;
  const mine = place === board.column;
  const put = (row) => () => board.select(row, place);
  const above = { mine, choose: put(unit), title: `value ${number(inputs[place])}` };
  return [
    square(x, 0, SIDE, board.color(inputs[place] / board.brightest), above),
    ...rows.map((row, n) => {
      const own = value.first + n === unit;
      const weight = own ? board.weight(place) : row[place];
      const title = `unit ${value.first + n}, column ${place}: ${number(weight)}`;
      const looks = { mine: mine && own, choose: put(value.first + n), title, css: own ? "fc-own" : "" };
      return square(x, TOP + n * SIDE, SIDE, board.color(weight / board.most), looks);
    }),
  ];
};

// The same cell of the map and of the kernel, as squares of two tiles.
const tileCells = (board, place, [x, y], cell, down) => {
  const mine = place === board.column;
  const choose = () => board.select(board.unit, place);
  const [value, weight] = [board.inputs[place], board.weight(place)];
  const above = { mine, choose, title: `map: ${number(value)}` };
  const below = { mine, choose, title: `kernel: ${number(weight)}`, css: "fc-own" };
  return [
    square(x, y, cell, board.color(value / board.brightest), above),
    square(x, y + down, cell, board.color(weight / board.most), below),
  ];
};

const channelOf = (board, channel, x, { tile, high, below }) => {
  const k = board.value.side;
  const cell = tile / k;
  const left = x + (k > 1 ? INSET : 0);
  const cells = Array.from({ length: k * k }, (_, i) => {
    const place = columnOf([channel, 0, 0], k) + i;
    const at = [left + (i % k) * cell, below + Math.floor(i / k) * cell];
    return [matrixColumn(board, place, x + i * SIDE), tileCells(board, place, at, cell, tile + 8)];
  });
  const own = TOP + clamp(board.unit - board.value.first, 0, board.rows.length - 1) * SIDE;
  return svg`${cells}<rect class="fc-line fc-thin" x=${x} y=${TOP} width=${k * k * SIDE} height=${high}/>
    <rect class="fc-line" x=${x} y=${own} width=${k * k * SIDE} height=${SIDE}/>`;
};

export const forms = (board) => {
  const { value, start, blocks, rows } = board;
  const k = value.side;
  const sizes = layout(k, rows.length, blocks);
  const [last, end] = [start + blocks - 1, value.first + rows.length - 1];
  const parts = Array.from({ length: blocks }, (_, b) => channelOf(board, start + b, b * sizes.each, sizes));
  const about = `Rows ${value.first} to ${end} of the matrix, channels ${start} to ${last}; below, map and kernel of
    unit ${board.unit}. Arrow keys move the selected weight.`;
  const [convolution, channels] = [
    `As a ${k} × ${k} convolution: map, then kernel of unit ${board.unit}`,
    `channels ${start} to ${last} of ${value.channels}`,
  ];
  return html`<p class="fc-caption"><b>As a matrix:</b> the flattened map (top row) times rows ${value.first} to ${end}
      of ${value.units}</p>
    <svg class="fc-drawing" viewBox="-1 -1 ${sizes.width + 2} ${sizes.total}" preserveAspectRatio="xMinYMin"
      role="application" tabindex="0" aria-label=${about} @keydown=${(event) => board.key(event)}>${parts}
      <text class="fc-say" x="0" y=${sizes.below - 8}>${convolution}</text>
      <text class="fc-say" x="0" y=${sizes.total - 4}>${channels}</text></svg>`;
};
