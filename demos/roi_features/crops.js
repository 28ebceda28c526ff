// Four columns, one an operator: its crop on the map, what it outputs, how far off it is; and, on release, the ghost
// and the mask that the network's own heads make of it.
import { html, nothing, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { clamp, minus, tenth } from "../draw/number.js";
import { arrows } from "../draw/pointer.js";
import { OPERATORS, binAt, nearest } from "./board.js";
import { drawMap, drawOutput } from "./map.js";
import { iou } from "./sums.js";

const EDGES = ["left", "top", "right", "bottom"];
const off = (value) =>
  `${value < -0.05 ? "" : value > 0.05 ? "+" : "±"}${minus(value.toFixed(1)).replace("−0.0", "0.0")}`;
const surface = (css) => make("canvas", { class: css, role: "img" });

class Column {
  constructor(board, number) {
    Object.assign(this, {
      board,
      number,
      name: board.props.names[number],
      map: surface("roi-map"),
      output: surface("roi-output"),
    });
    this.listen(this.map, (event) => this.binOnMap(event));
    this.listen(this.output, (event) => this.binOnOutput(event));
    this.map.tabIndex = 0;
    this.map.setAttribute("role", "application");
    [this.moved, this.heads, this.root] = ["div", "div", "section"].map((tag) => make(tag));
    this.heads.className = "roi-heads";
    this.root.className = "roi-column";
    const side = html`<div class="roi-side"><p class="roi-small">output</p>${this.output}${this.moved}</div>`;
    const swatch = html`<i class="roi-swatch" style="background:${board.props.colors[number]}"></i>`;
    const head = html`<h3>${swatch}<span>${this.name}</span></h3>`;
    render(
      html`${head}<p class="roi-how">${board.props.how[number]}</p>
      <div class="roi-live">${this.map}${side}</div>${this.heads}`,
      this.root,
    );
  }

  listen(canvas, find) {
    const { board, number } = this;
    const point = (event) => {
      const bin = find(event);
      board.tip = bin ? [event.clientX, event.clientY] : null;
      if (bin) board.select(...bin, number);
    };
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("pointerdown", point);
    canvas.addEventListener("pointerleave", () => {
      board.tip = null;
      board.ask();
    });
    canvas.addEventListener("focus", () => board.select(board.selected.row, board.selected.column, number));
    const move = ([right, down]) => {
      const { row, column } = board.selected;
      board.select(...[row + down, column + right].map((at) => clamp(at, 0, board.value.bins - 1)), number);
    };
    canvas.addEventListener("keydown", arrows(move));
  }

  binOnOutput(event) {
    const { value } = this.board;
    if (!value) return null;
    const { left, top, width, height } = this.output.getBoundingClientRect();
    return [nearest(event.clientY - top, height, value.bins), nearest(event.clientX - left, width, value.bins)];
  }

  // The bin below the pointer; where RoIPool's overlap, the one whose exact bin it would be.
  binOnMap(event) {
    const { state } = this.board;
    if (!state) return null;
    const { left, top, width } = this.map.getBoundingClientRect();
    const [plan, zoom] = [state.plans[this.number], state.window.size / width];
    const half = plan.kind === "roi_pool" ? 0 : 0.5;
    const column = binAt(plan.columnEdges, state.window.x + (event.clientX - left) * zoom, half);
    const row = binAt(plan.rowEdges, state.window.y + (event.clientY - top) * zoom, half);
    return row < 0 || column < 0 ? null : [row, column];
  }

  // What Python found on release.
  take({ operators, averaged }) {
    const found = operators[this.number];
    const quality = found.mask_iou === null ? "no truth here" : `mask IoU ${found.mask_iou.toFixed(2)}`;
    const all = found.mean_iou === null ? "" : `all ${averaged} things ${found.mean_iou.toFixed(2)}`;
    const pasted = `The part of the picture that ${this.name} pooled, pasted half transparent into the box`;
    const mask = `28 by 28 mask from ${this.name}'s crop, ${quality}`;
    render(
      html`<img class="roi-ghost" src=${found.ghost} alt=${pasted}>
      ${found.mask ? html`<img class="roi-mask ww-cells" src=${found.mask} alt=${mask}>` : nothing}
      <p class="roi-verdict">
        <b>${found.label} ${found.score.toFixed(2)}</b><span>${quality}</span><small>${all}</small></p>`,
      this.heads,
    );
  }

  draw(state) {
    const { board, number } = this;
    drawMap(board, state, this.map, number);
    drawOutput(board, state, this.output, number);
    const region = state.regions[number];
    const overlap = iou(board.box, region).toFixed(2);
    const moved = region.map((side, i) => side - board.box[i]);
    render(
      html`<p class="roi-overlap">IoU <strong>${overlap}</strong></p><p class="roi-small">off by, px</p>
      <dl class="roi-edges">${EDGES.map(
        (edge, i) =>
          html`<div class=${Math.abs(moved[i]) > 0.05 ? "roi-off" : ""}>
        <dt><span role="img" aria-label=${edge}>${"←↑→↓"[i]}</span></dt><dd>${off(moved[i])}</dd></div>`,
      )}</dl>`,
      this.moved,
    );
    const { row, column } = board.selected;
    const bin = `Bin row ${row + 1}, column ${column + 1}; arrow keys choose another bin.`;
    this.map.setAttribute("aria-label", `${this.name} on the feature map, overlap ${overlap}. ${bin}`);
    this.output.setAttribute(
      "aria-label",
      `Output of ${this.name}, ${board.value.bins} by ${board.value.bins} numbers`,
    );
  }
}

const note = (native) => `White: your box. In colour: what is really pooled. Below each map: that part of the picture
  pasted into your box, then the 28 × 28 mask and class that the network's own heads make of the crop (green: true
  outline), then the mean mask IoU over all true boxes of the scene. The network was trained with RoIAlign, not aligned,
  and would itself take this box from ${native}. So the swap illustrates; an ablation, as in the paper's tables below,
  trains each network anew.`;

// The box jumps to the next thing of the scene, as its true box.
const next = (board) => {
  const { things } = board.value;
  board.thing = ((board.thing ?? -1) + 1) % things.length;
  board.stage.setBox(things[board.thing].map(tenth));
  board.stage.commitBox();
};

export const crops = (board) => {
  const columns = OPERATORS.map((_, number) => new Column(board, number));
  const root = make("div", { class: "roi-part" });
  const bar = make("div", { class: "roi-bar" });
  root.append(make("div", { class: "roi-columns" }, ...columns.map((one) => one.root)), bar);
  const take = (value) => {
    const jump = html`<button type="button" class="roi-jump" @click=${() => next(board)}>Next thing ›</button>`;
    render(html`<p class="roi-note">${note(value.native)}</p>${value.things.length ? jump : nothing}`, bar);
    for (const column of columns) column.take(value);
  };
  return { root, take, draw: (state) => columns.forEach((column) => column.draw(state)) };
};
