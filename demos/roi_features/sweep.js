// The box moved by tenths of a pixel, and one bin of each operator against it. Drawn by hand: it follows the finger at
// sixty frames a second, which a chart library that draws everything anew does not.
import { make, vector } from "../draw/nodes.js";
import { number, tenth } from "../draw/number.js";
import { legend } from "../draw/panel.js";
import { section } from "./board.js";

const REACH = 16; // pixels each way, at most
const COARSE = 60; // steps while the box itself is dragged
const label = (x, y, text, anchor = "middle") => vector("text", { x, y, "text-anchor": anchor }, text);

class Sweep {
  constructor(board) {
    this.board = board;
    this.slider = make("input", { type: "range", step: "0.1", "aria-label": "Left edge of the box, pixels" });
    this.said = make("output");
    const about = "Output of the selected bin against the box's left edge";
    this.chart = vector("svg", { viewBox: "0 0 420 210", role: "img", "aria-label": about });
    this.jumps = make("p", { class: "roi-small" });
    const names = legend(board.props.names.map((name, i) => [name, board.props.colors[i]]));
    const head = make("div", { class: "roi-slider" }, this.slider, this.said);
    this.root = section("move", "Move the box by tenths of a pixel", head, this.chart, names, this.jumps);
    this.slider.addEventListener("input", () => this.slide());
    this.slider.addEventListener("change", () => {
      board.stage.commitBox();
      board.sliding = false;
    });
  }

  at(left) {
    const [x0, y0, x1, y1] = this.board.box;
    return [left, y0, left + x1 - x0, y1];
  }

  slide() {
    this.board.sliding = true;
    this.board.stage.setBox(this.at(Number(this.slider.value)).map(tenth));
  }

  range() {
    const { box, value, centre } = this.board;
    const reach = Math.min(value.stride, REACH);
    const room = Math.max(value.size[1] - (box[2] - box[0]), 0);
    return [Math.max(0, centre[0] - reach), Math.min(room, centre[0] + reach)].map(tenth);
  }

  // The curves depend on everything but the left edge itself: while the slider moves they stay.
  curves(low, high) {
    const { selected, box, token, stage } = this.board;
    const key = JSON.stringify([low, high, selected.row, selected.column, box[2] - box[0], box[1], box[3], token]);
    if (key === this.key) return this.kept;
    const busy = stage?.editor?.drag;
    const steps = Math.max(busy ? COARSE : Math.round((high - low) * 10), 1);
    const lefts = Array.from({ length: steps + 1 }, (_, i) => low + ((high - low) * i) / steps);
    const value = (i, left) => this.board.crop(i, this.at(left)).bin(selected.row, selected.column).value;
    this.key = busy ? "" : key;
    return (this.kept = { lefts, values: [0, 1, 2, 3].map((i) => lefts.map((left) => value(i, left))) });
  }

  draw() {
    const [low, high] = this.range();
    Object.assign(this.slider, { min: low, max: high, value: this.board.box[0], disabled: high <= low });
    this.said.textContent = `left edge ${this.board.box[0].toFixed(1)} px`;
    const { lefts, values } = this.curves(low, high);
    this.plot(lefts, values);
    if (!this.key) return;
    const steps = values.map((line) => line.slice(1).map((value, i) => Math.abs(value - line[i])));
    const text = (largest) => largest.toFixed(largest < 0.1 ? 4 : 2);
    const largest = this.board.props.names.map((name, i) => `${name} ${text(Math.max(0, ...steps[i]))}`);
    this.jumps.textContent = `Largest step for a tenth of a pixel: ${largest.join(" · ")}.`;
  }

  plot(lefts, values) {
    const [low, high] = [Math.min(...values.flat()), Math.max(...values.flat(), Math.min(...values.flat()) + 1e-6)];
    const span = Math.max(lefts.at(-1) - lefts[0], 1e-6);
    const x = (left) => 46 + (364 * (left - lefts[0])) / span;
    const y = (value) => 12 + (150 * (high - value)) / (high - low);
    const path = (line) => `M${line.map((value, i) => `${x(lefts[i]).toFixed(1)} ${y(value).toFixed(1)}`).join("L")}`;
    const look = { fill: "none", "stroke-width": 2.2 };
    const lines = values.map((line, i) =>
      vector("path", { d: path(line), stroke: this.board.props.colors[i], ...look }),
    );
    this.chart.replaceChildren(
      vector("path", { d: "M46 8V166H412", class: "roi-axis" }),
      vector("path", { d: `M${x(this.board.box[0])} 8V166`, class: "roi-here" }),
      ...lines,
      label(229, 204, "left edge of the box (px)"),
      label(46, 184, lefts[0].toFixed(1)),
      label(410, 184, lefts.at(-1).toFixed(1), "end"),
      label(42, 20, number(high), "end"),
      label(42, 164, number(low), "end"),
    );
  }
}

export const sweep = (board) => new Sweep(board);
