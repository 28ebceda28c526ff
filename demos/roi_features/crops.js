// Four columns, one an operator: its crop on the map, what it outputs, how far off it is, the ghost of what it pooled;
// and, on release, the mask that the network's own heads make of it.
import { html, nothing, render, svg } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { signed, tenth } from "../draw/number.js";
import { boxed, polygons } from "../draw/picture.js";
import { arrows, inside } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { drawGhost, frame, onMap } from "./map.js";
import { OPERATORS, iou } from "./sums.js";

const EDGES = ["left", "top", "right", "bottom"];

// The bin under a pointer; where RoIPool's overlap, the one whose exact bin it would be.
const binAt = (event, { rowEdges, columnEdges }) => {
  const [x, y] = inside(event, event.currentTarget);
  const [row, column] = [rowEdges, columnEdges].map((edges, i) => edges.findIndex((edge) => [y, x][i] < edge) - 1);
  return row < 0 || column < 0 ? null : [row, column];
};

const mapOf = (board, state, number, overlap) => {
  const { row, column } = board.selected;
  const point = (event) => board.point(event, binAt(event, state.plans[number]), number);
  // from the bin that is selected now, which may not be drawn yet
  const go = ([right, down]) => board.select(board.selected.row + down, board.selected.column + right, number);
  const bin = `Bin row ${row + 1}, column ${column + 1}; arrow keys choose another bin.`;
  const about = `${board.props.names[number]} on the feature map, overlap ${overlap}. ${bin}`;
  return html`<svg class="roi-map" viewBox=${frame(state.window)} role="application" tabindex="0" aria-label=${about}
    @pointermove=${point} @pointerdown=${point} @pointerleave=${() => board.point()} @keydown=${arrows(go)}
    @focus=${() => go([0, 0])}>${onMap(board, state, number)}</svg>`;
};

const outputOf = (board, { outputs }, number) => {
  const { bins } = board.value;
  const { row, column } = board.selected;
  const point = (event) => board.point(event, inside(event, event.currentTarget).map(Math.floor).reverse(), number);
  const rim = bins / 50;
  const about = `Output of ${board.props.names[number]}, ${bins} by ${bins} numbers`;
  const cell = (value, i) =>
    svg`<rect x=${i % bins} y=${Math.floor(i / bins)} width="1" height="1" fill=${board.color(value)}/>`;
  return html`<svg class="roi-output" viewBox="0 0 ${bins} ${bins}" role="img" aria-label=${about}
    @pointermove=${point} @pointerdown=${point} @pointerleave=${() => board.point()}>
    ${[...outputs[number]].map(cell)}
    ${boxed([column + rim, row + rim, column + 1 - rim, row + 1 - rim], "roi-box")}</svg>`;
};

const moved = (board, region) =>
  EDGES.map((edge, i) => {
    const by = region[i] - board.box[i];
    const off = Math.abs(by) > 0.05;
    return html`<div class=${off ? "roi-off" : ""}>
      <dt><span role="img" aria-label=${edge}>${"←↑→↓"[i]}</span></dt><dd>${off ? signed(by, 1) : "±0.0"}</dd></div>`;
  });

// The heads' mask of the box that they were asked about, with its outline and the true one.
const CELLS = 28;
const maskOf = ({ box, operators, truth }, { said, right }, number, about) => {
  const { mask, outline } = operators[number];
  const [x0, y0, x1, y1] = box;
  const toCells = `scale(${CELLS / (x1 - x0)} ${CELLS / (y1 - y0)}) translate(${-x0} ${-y0})`;
  return html`<svg class="roi-mask" viewBox="0 0 ${CELLS} ${CELLS}" role="img" aria-label=${about}>
    <image class="roi-cells" href=${mask} width=${CELLS} height=${CELLS}/>
    <path class="roi-outline" stroke=${said} d=${polygons(outline)}/>
    <path class="roi-outline" stroke=${right} d=${polygons(truth)} transform=${toCells}/></svg>`;
};

const column = (board, state, number, said) => {
  const { names, how, colors } = board.props;
  const { label, score, mask_iou, mean_iou } = board.value.operators[number];
  const overlap = iou(board.box, state.regions[number]).toFixed(2);
  const quality = mask_iou === null ? "no truth here" : `mask IoU ${mask_iou.toFixed(2)}`;
  const all = mean_iou === null ? "" : `all ${board.value.averaged} things ${mean_iou.toFixed(2)}`;
  const pasted = `The part of the picture that ${names[number]} pooled, pasted half transparent into the box`;
  return html`<section class="roi-column">
    <h3><i style="background:${colors[number]}"></i><span>${terms(names[number], said)}</span></h3>
    <p class="roi-small">${terms(how[number], said)}</p>
    <div class="roi-live" data-shows=${names[number]}>${mapOf(board, state, number, overlap)}<div>
      <p class="roi-small">output</p>${outputOf(board, state, number)}
      <p class="roi-overlap">${terms("IoU", said)} <strong>${overlap}</strong></p>
      <p class="roi-small">off by, px</p><dl class="roi-edges">${moved(board, state.regions[number])}</dl></div></div>
    <div class="roi-heads"><canvas class="roi-ghost" role="img" aria-label=${pasted}></canvas>
      ${maskOf(board.value, board.props.outlines, number, `28 by 28 mask from ${names[number]}'s crop, ${quality}`)}
      <p class="roi-verdict"><b>${label} ${score.toFixed(2)}</b><span>${quality}</span><small>${all}</small></p></div>
  </section>`;
};

const note = (native) => `White: your box. In colour: what is really pooled, the cells being where their gradient
  lies. Below each map: that part of the picture
  pasted into your box, then the 28 × 28 mask and class that the network's own heads make of the crop (green: true
  outline), then the mean mask IoU over all true boxes of the scene. The network was trained with RoIAlign, not aligned,
  and would itself take this box from ${native}. So the swap illustrates; an ablation, as in the paper's tables below,
  trains each network anew.`;

export const crops = (board) => {
  const root = make("div");
  let turn = 0;
  // The box jumps to the next thing of the scene, as its true box.
  const next = () => {
    const { things } = board.value;
    board.stage.setBox(things[turn++ % things.length].map(tenth));
    board.stage.commitBox();
  };
  const draw = (state) => {
    const { native, things } = board.value;
    const said = new Set(); // terms of all columns
    const jump = html`<button type="button" class="roi-jump" @click=${next}>Next thing ›</button>`;
    render(
      html`<div class="roi-columns">${OPERATORS.map((_, number) => column(board, state, number, said))}</div>
      <div class="roi-bar"><p class="roi-small">${terms(note(native), said)}</p>
        ${things.length ? jump : nothing}</div>`,
      root,
    );
    const ghosts = root.querySelectorAll(".roi-ghost");
    ghosts.forEach((canvas, number) => drawGhost(board.image, canvas, board.box, state.regions[number]));
  };
  return { root, draw };
};
