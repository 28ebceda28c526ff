// One operator on the map, and its output, on canvases: the box, its bins or sampling points, what is really pooled.
import { fill, haloed, line, pen as penOf } from "../draw/canvas.js";

export const drawMap = (board, state, canvas, number) => {
  const on = penOf(canvas);
  if (!on) return;
  const { pen, width } = on;
  const { x, y, size } = state.window;
  const zoom = width / size;
  const at = (column, row) => [(column - x) * zoom, (row - y) * zoom];
  const rect = ([x0, y0, x1, y1], inset = 0) => {
    const [[left, top], [right, bottom]] = [at(x0, y0), at(x1, y1)];
    return (p) => p.rect(left + inset, top + inset, right - left - 2 * inset, bottom - top - 2 * inset);
  };
  const look = { pen, at, rect, zoom, colors: state.colors, plan: state.plans[number], selected: board.selected };
  pen.imageSmoothingEnabled = false;
  pen.drawImage(board.picture, ...at(0, 0), board.map.width * zoom, board.map.height * zoom);
  if (zoom > 7) drawGrid(look, board.map);
  if (look.plan.kind === "roi_pool") drawBins(look);
  else drawPoints(look);
  const [cells, box] = [state.regions[number], board.box].map((sides) =>
    rect(sides.map((side) => side / board.value.stride)),
  );
  haloed(pen, look.colors.halo, board.props.colors[number], 2.5, cells);
  haloed(pen, look.colors["box-edge"], look.colors.box, 2, box);
};

const across = (p, at, rows, columns) => {
  for (const row of rows) {
    p.moveTo(...at(columns[0], row));
    p.lineTo(...at(columns.at(-1), row));
  }
  for (const column of columns) {
    p.moveTo(...at(column, rows[0]));
    p.lineTo(...at(column, rows.at(-1)));
  }
};

const drawGrid = ({ pen, at, colors }, { width, height }) => {
  const upTo = (last) => Array.from({ length: last + 1 }, (_, i) => i);
  line(pen, colors.grid, 1, (p) => across(p, at, upTo(height), upTo(width)));
};

// RoIPool's bins are whole cells and overlap; each is drawn a little smaller than the one before, to tell them apart.
const drawBins = ({ pen, rect, zoom, colors, plan, selected }) =>
  plan.rowBins.forEach(([top, bottom], row) =>
    plan.columnBins.forEach(([left, right], column) => {
      const inset = Math.min(0.08 + 0.1 * ((row % 2) + (column % 2)), 0.3) * Math.min(zoom, 24);
      const mine = row === selected.row && column === selected.column;
      const bin = rect([left, top, right, bottom], inset);
      fill(pen, mine ? colors["chosen-fill"] : colors["bin-fill"], bin);
      line(pen, mine ? colors.chosen : colors.bin, mine ? 2.5 : 1.2, bin);
    }),
  );

const drawPoints = (look) => {
  const { pen, at, rect, zoom, colors, plan, selected } = look;
  const [rows, columns] = [plan.rowEdges, plan.columnEdges].map((edges) => edges.map((edge) => edge + 0.5));
  line(pen, colors.bin, 1.2, (p) => across(p, at, rows, columns));
  const { row, column } = selected;
  fill(pen, colors["chosen-fill"], rect([columns[column], rows[row], columns[column + 1], rows[row + 1]]));
  const size = Math.max(1.3, Math.min(3.2, zoom * 0.09));
  const points = (axis, edges) => edges.slice(1).map((_, index) => plan.points(axis, index));
  const [xs, ys] = [points("x", columns), points("y", rows)];
  const dot = (p, [px, py]) => {
    p.moveTo(px + size, py);
    p.arc(px, py, size, 0, 7);
  };
  for (const chosen of [false, true]) {
    const dots = (p) =>
      ys.forEach((down, r) =>
        xs.forEach((along, c) => {
          if ((r === row && c === column) === chosen)
            for (const y of down) for (const x of along) dot(p, at(x + 0.5, y + 0.5));
        }),
      );
    fill(pen, colors.box, dots);
    line(pen, colors["box-edge"], chosen ? 1.6 : 0.8, dots);
  }
  drawNeighbours(look, plan.bin(row, column).points[0]);
};

// The first point of the selected bin and the centres of the four cells that it is made of.
const drawNeighbours = ({ pen, at, zoom, colors }, point) => {
  if (!point || zoom < 9) return;
  const from = at(point.x + 0.5, point.y + 0.5);
  for (const { column, row, weight } of point.neighbours) {
    const way = (p) => {
      p.moveTo(...from);
      p.lineTo(...at(column + 0.5, row + 0.5));
    };
    line(pen, colors["box-edge"], 1 + 3 * weight, way);
    line(pen, colors.weight, 0.6 + 2 * weight, way);
  }
};

// The output, bins × bins.
export const drawOutput = (board, state, canvas, number) => {
  const on = penOf(canvas);
  if (!on) return;
  const { pen, width } = on;
  const { bins } = board.value;
  const cell = width / bins;
  state.outputs[number].forEach((value, i) => {
    pen.fillStyle = board.color(value);
    pen.fillRect((i % bins) * cell, Math.floor(i / bins) * cell, cell + 0.5, cell + 0.5);
  });
  const { row, column } = board.selected;
  const mine = (p) => p.rect(column * cell + 2, row * cell + 2, cell - 4, cell - 4);
  haloed(pen, state.colors["box-edge"], state.colors.box, 2, mine);
};
