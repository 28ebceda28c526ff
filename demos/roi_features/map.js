// One operator on the map, as markup in cells: the box, its bins or sampling points, what is really pooled. And its
// ghost: the heads believe that their crop shows the box, so what was pooled is pasted into the box.
import { pen as penOf } from "../draw/canvas.js";
import { nothing, svg } from "../draw/markup.js";
import { clamp } from "../draw/number.js";
import { boxed, rectangle } from "../draw/picture.js";

const GRID = 28; // cells across: a larger map is drawn without its grid
const FINE = 22; // and without the four cells of a point

export const frame = ({ x, y, size }) => `${x} ${y} ${size} ${size}`;
export const ground = ({ map }) =>
  svg`<image class="roi-cells" href=${map.image} width=${map.width} height=${map.height}/>`;

const lattice = (rows, columns) =>
  rows.map((row) => `M${columns[0]} ${row}H${columns.at(-1)}`).join("") +
  columns.map((column) => `M${column} ${rows[0]}V${rows.at(-1)}`).join("");

export const onMap = (board, state, number) => {
  const { map, props, box } = board;
  const { window } = state;
  const plan = state.plans[number];
  const upTo = (last) => Array.from({ length: last + 1 }, (_, i) => i);
  const pooled = board.onMap(state.regions[number]);
  return svg`${ground(board)}
    ${window.size < GRID ? svg`<path class="roi-grid" d=${lattice(upTo(map.height), upTo(map.width))}/>` : nothing}
    ${plan.kind === "roi_pool" ? wholeBins(plan, board, window) : points(plan, board, window)}
    ${rectangle(pooled, "ww-halo ww-light")}${rectangle(pooled, "ww-box-line", props.colors[number])}
    ${boxed(board.onMap(box), "roi-box")}`;
};

// RoIPool's bins are whole cells and overlap; each is drawn a little smaller than the one before, to tell them apart.
const wholeBins = ({ xs, ys }, { value, selected }, { size }) =>
  Array.from({ length: value.bins ** 2 }, (_, i) => {
    const [row, column] = [Math.floor(i / value.bins), i % value.bins];
    const [rows, columns] = [ys(row), xs(column)];
    if (!rows.length || !columns.length) return nothing;
    const inset = (0.08 + 0.1 * ((row % 2) + (column % 2))) * Math.min(1, size / 9);
    const mine = row === selected.row && column === selected.column;
    const [left, top, right, bottom] = [columns[0], rows[0], columns.at(-1) + 1, rows.at(-1) + 1];
    return rectangle([left + inset, top + inset, right - inset, bottom - inset], mine ? "roi-bin roi-mine" : "roi-bin");
  });

const points = ({ rowEdges, columnEdges, xs, ys, bin }, { selected: { row, column } }, { size }) => {
  const dots = (rows, columns) => {
    const across = columns.flatMap(xs);
    return rows.flatMap((r) => ys(r).map((y) => across.map((x) => `M${x + 0.5} ${y + 0.5}h0`).join(""))).join("");
  };
  const every = rowEdges.slice(1).map((_, i) => i);
  const all = dots(every, every);
  const mine = [columnEdges[column], rowEdges[row], columnEdges[column + 1], rowEdges[row + 1]];
  return svg`<path class="roi-bin" d=${lattice(rowEdges, columnEdges)}/>${rectangle(mine, "roi-mine")}
    <g class="roi-dots" style="--dot:${clamp(37 / size, 2.6, 6.4)}px">
      <path d=${all}/><path class="roi-mine" d=${dots([row], [column])}/><path class="roi-box" d=${all}/></g>
    ${size < FINE ? fourCells(bin(row, column).points[0]) : nothing}`;
};

// A point and the centres of the four cells that it is made of.
const fourCells = ({ x, y, neighbours }) =>
  neighbours.map(({ row, column, weight }) => {
    const way = `M${x + 0.5} ${y + 0.5}L${column + 0.5} ${row + 0.5}`;
    return svg`<path class="roi-box-edge" d=${way} stroke-width=${1 + 3 * weight}/>
      <path class="roi-weight" d=${way} stroke-width=${0.6 + 2 * weight}/>`;
  });

// The picture around a box, and half transparent in it what was pooled: where that is something else, everything
// appears twice.
export const drawGhost = (image, canvas, box, pooled) => {
  const on = penOf(canvas);
  if (!on) return;
  const { pen, width } = on;
  const room = 0.3 * Math.max(box[2] - box[0], box[3] - box[1], 8);
  const sides = [image.width, image.height, image.width, image.height];
  const shown = box.map((side, i) => clamp(i < 2 ? Math.floor(side - room) : Math.ceil(side + room), 0, sides[i]));
  const place = ([x0, y0, x1, y1]) => [x0, y0, x1 - x0, y1 - y0];
  const zoom = width / Math.max(...place(shown).slice(2));
  const centred = (low, high) => (width - zoom * (low + high)) / 2;
  pen.transform(zoom, 0, 0, zoom, centred(shown[0], shown[2]), centred(shown[1], shown[3]));
  pen.globalAlpha = 1;
  pen.drawImage(image, ...place(shown), ...place(shown));
  pen.globalAlpha = 0.5;
  pen.drawImage(image, ...place(pooled), ...place(box));
};
