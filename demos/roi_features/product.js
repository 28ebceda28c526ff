// RoIAlign as a product of two small matrices, A_y · F · A_xᵀ: their rows beside the map, what one bin reads of it.
import { line, pen as penOf } from "../draw/canvas.js";
import { html, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { tiny } from "../draw/number.js";
import { section } from "./board.js";
import { matrices } from "./sums.js";

const GAP = 8; // CSS pixels between a matrix and the map
const factor = (axis) => html`<i>A</i><sub>${axis}</sub>`;
const title = html`<span>RoIAlign is ${factor("y")} · F · ${factor("x")}<sup>T</sup></span>`;
const ABOUT = "The matrix A y left of the map, A x above it, hat functions averaged over each bin";

export const product = (board) => {
  const canvas = make("canvas", { class: "roi-product", role: "img", "aria-label": ABOUT });
  const said = make("p", { class: "roi-small" });
  const root = section("roialign", "", canvas, said);
  render(title, root.firstChild);
  const draw = (state) => {
    const on = penOf(canvas);
    if (!on) return;
    const both = matrices(board.map, board.box, board.settings(false));
    picture(on, board, state, both);
    const off = difference(board, state, both);
    const equal =
      off === null
        ? "It takes the mean of a bin's points; their maximum is no matrix product."
        : `Multiplied out it differs from the sampled output by ${tiny(off)} at most.`;
    const rows = html`A bin is a row of ${factor("x")} (above) and a row of ${factor("y")} (left)`;
    render(html`${rows}: the hat functions of its points, averaged. ${equal}`, said);
  };
  return { root, draw };
};

const picture = ({ pen, width }, board, state, { ay, ax }) => {
  const band = Math.max(40, width * 0.2);
  const frame = { band, left: band + GAP, side: width - band - GAP, bins: board.value.bins, ...state.window };
  frame.zoom = frame.side / frame.size;
  clipped(pen, [frame.left, frame.left, frame.side, frame.side], () => map(pen, board, state, { ay, ax }, frame));
  const { row, column } = board.selected;
  const paint = (mine) => (pen.fillStyle = mine ? board.props.colors[2] : state.colors.muted);
  const step = band / frame.bins;
  const hat = (weight, b) => [(b + 1) * step - weight * (step - 3), weight * (step - 3)];
  const cell = (i, start) => [frame.left + (i - start) * frame.zoom + 0.5, Math.max(frame.zoom - 1, 1)];
  const hats = (rows, mine, bar) =>
    rows.forEach((weights, b) => {
      paint(b === mine);
      weights.forEach((weight, i) => weight && bar(...hat(weight, b), i));
    });
  const across = (top, high, i) => pen.fillRect(cell(i, frame.x)[0], top, cell(i, frame.x)[1], high);
  const down = (left, wide, i) => pen.fillRect(left, cell(i, frame.y)[0], wide, cell(i, frame.y)[1]);
  clipped(pen, [frame.left, 0, frame.side, band], () => hats(ax, column, across));
  clipped(pen, [0, frame.left, band, frame.side], () => hats(ay, row, down));
  names(pen, state.colors, frame);
};

const clipped = (pen, place, draw) => {
  pen.save();
  pen.beginPath();
  pen.rect(...place);
  pen.clip();
  draw();
  pen.restore();
};

// What the selected bin reads: the product of its two hats, cell by cell; the rest of the map is dimmed.
const map = (pen, board, state, { ay, ax }, { left, side, zoom, x, y }) => {
  const { width, height, data } = board.map;
  pen.imageSmoothingEnabled = false;
  pen.drawImage(board.picture, left - x * zoom, left - y * zoom, width * zoom, height * zoom);
  pen.fillStyle = state.colors.shade;
  pen.fillRect(left, left, side, side);
  const [rows, columns] = [ay[board.selected.row], ax[board.selected.column]];
  const most = Math.max(...rows) * Math.max(...columns) || 1;
  rows.forEach((down, i) =>
    columns.forEach((across, j) => {
      if (!down || !across) return;
      const place = [left + (j - x) * zoom, left + (i - y) * zoom, zoom, zoom];
      pen.globalAlpha = (down * across) / most;
      pen.fillStyle = board.color(data[i * width + j]);
      pen.fillRect(...place);
      pen.globalAlpha = 1;
      line(pen, state.colors.box, 1, (p) => p.rect(...place));
    }),
  );
};

// The letters, and a line between two rows of a matrix.
const names = (pen, colors, { band, left, side, bins }) => {
  const write = (text, font, x, y) => {
    pen.font = font;
    pen.fillText(text, x, y);
  };
  pen.fillStyle = colors.ink;
  for (const [axis, x, y] of [
    ["y", band / 2 - 8, band],
    ["x", band - 14, band / 2],
  ]) {
    write("A", "italic 16px Georgia, serif", x, y);
    write(axis, "12px system-ui, sans-serif", x + 11, y + 4);
  }
  pen.fillStyle = colors.box;
  write("F", "italic 16px Georgia, serif", left + 8, left + 20);
  line(pen, colors.line, 1, (p) => {
    p.rect(left, left, side, side);
    for (let b = 1; b <= bins; b++) {
      const at = (b * band) / bins + 0.5;
      p.moveTo(left, at);
      p.lineTo(left + side, at);
      p.moveTo(at, left);
      p.lineTo(at, left + side);
    }
  });
};

// The largest difference between the product and the sampled output; null where a bin takes its maximum.
const difference = (board, state, { ay, ax }) => {
  if (board.value.reduce === "max") return null;
  const { width, data } = board.map;
  const sum = (down, across) =>
    down.reduce(
      (all, p, a) => (p ? all + across.reduce((row, q, b) => (q ? row + p * q * data[a * width + b] : row), 0) : all),
      0,
    );
  const sampled = state.outputs[2];
  return Math.max(
    ...ay.flatMap((down, i) => ax.map((across, j) => Math.abs(sum(down, across) - sampled[i * ax.length + j]))),
  );
};
