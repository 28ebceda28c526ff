// A stack seen from the side: the picture's columns at the bottom, one row a layer, the unit on top. A cell is as
// strong as the number of paths that lead from it to the unit.
import { colors, pen as penOf } from "../draw/canvas.js";
import { make } from "../draw/nodes.js";
import { html, render } from "../draw/markup.js";
import { terms } from "../draw/terms.js";

const NAMED = 14; // layers up to which each row has its name
const LEFT = 80; // CSS pixels for the names
const BELOW = 30; // and for the ruler
const windowOf = (field) => 2 ** Math.ceil(Math.log2(Math.max(1.2 * field, 16)));

// One row: its cells from the first to the last that leads to the unit.
const row = ({ pen, look, place, width }, shares, { offset, jump }, y, high, strong) => {
  const most = Math.max(...shares);
  shares.forEach((share, cell) => {
    if (!share) return;
    const x = place(offset + jump * (cell - 0.5));
    const wide = place(offset + jump * (cell + 0.5)) - x;
    if (x > width || x + wide < LEFT) return;
    pen.globalAlpha = 0.12 + 0.88 * Math.sqrt(share / most);
    pen.fillStyle = strong ? look.last : look.paths;
    pen.fillRect(x, y, Math.max(wide - (wide > 4 ? 1 : 0), 0.7), high);
  });
  pen.globalAlpha = 1;
};

// The cone's two edges through all rows.
const edges = ({ pen, look, place }, { steps, grids, x }, top) => {
  pen.strokeStyle = look.edge;
  pen.lineWidth = 1;
  for (const end of ["first", "last"]) {
    pen.beginPath();
    x.shares.forEach((shares, i) => {
      const cells = [...shares.keys()].filter((cell) => shares[cell]);
      const cell = end === "first" ? cells[0] - 0.5 : cells.at(-1) + 0.5;
      pen.lineTo(place(grids[i].offset + grids[i].jump * cell), top(steps.length - i));
    });
    pen.stroke();
  }
};

const ruler = ({ pen, look, place, height, left, right }, { low, high }) => {
  const [x0, x1, y] = [place(low), place(high + 1), height - BELOW + 8];
  pen.strokeStyle = pen.fillStyle = look.last;
  pen.lineWidth = 2;
  pen.beginPath();
  for (const [x, by] of [
    [x0, -4],
    [x0, 0],
    [x1, 0],
    [x1, -4],
  ])
    pen.lineTo(Math.min(Math.max(x, left), right), y + by);
  pen.stroke();
  pen.font = "700 15px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.fillText(`${high - low + 1} px`, Math.min(Math.max((x0 + x1) / 2, left + 24), right - 24), y + 17);
};

const names = ({ pen, look }, { steps }, top, high) => {
  pen.fillStyle = look.muted;
  pen.textAlign = "right";
  pen.font = "12.5px system-ui, sans-serif";
  const named = (text, i) => pen.fillText(text, LEFT - 10, Math.max(top(i) + high / 2 + 4, 12));
  named("picture", steps.length);
  if (steps.length > NAMED) return named(`${steps.length} layers`, 0);
  steps.forEach(({ kind, kernel, stride, dilation }, i) => {
    const text = kind === "conv" ? `${kernel} × ${kernel}` : kind === "pool" ? `pool ${kernel}` : "up 2";
    const more = kind === "conv" ? `${stride > 1 ? ` /${stride}` : ""}${dilation > 1 ? ` d${dilation}` : ""}` : "";
    named(text + more, steps.length - 1 - i);
  });
};

// Pen, colours and scales of one drawing.
const toolsOf = (board, on, { x }) => {
  const { pen, width, height } = on;
  const look = { ...colors(board.root, "field", ["paths", "last", "edge"]), ...colors(board.root, "ww", ["muted"]) };
  const middle = (x.low + x.high + 1) / 2;
  const span = windowOf(x.high - x.low + 1);
  const place = (column) => LEFT + (column - middle + span / 2) * ((width - LEFT - 8) / span);
  return { pen, look, place, width, height, left: LEFT, right: width - 8 };
};

const paint = (tools, state) => {
  const { pen, width, height } = tools;
  const { steps, x, grids } = state;
  const step = (height - BELOW) / (steps.length + 1);
  const high = Math.max(step - (step > 14 ? 6 : step > 4 ? 1 : 0), 1);
  const top = (i) => i * step;
  edges(tools, state, (i) => top(i) + high / 2);
  pen.save();
  pen.beginPath();
  pen.rect(LEFT, 0, width - LEFT, height);
  pen.clip();
  x.shares.forEach((shares, i) => row(tools, shares, grids[i], top(steps.length - i), high, i === steps.length));
  pen.restore();
  ruler(tools, x);
  names(tools, state, top, high);
};

export const side = (board) => {
  const root = make("section", { class: "field-side" });
  const canvas = make("canvas", { class: "field-section", role: "img" });
  const title = make("h3");
  root.append(title, canvas);
  const draw = (state) => {
    const { steps, x } = state;
    const [seen, cells] = [x.high - x.low + 1, x.sides.at(-1)];
    render(
      html`${terms("From the side")} <span>${terms("this picture")}: ${x.sides[0]} px → ${cells}
      ${terms("cells")}</span>`,
      title,
    );
    const about = `${steps.length} layers from the side: one unit on top reads ${seen} of ${x.sides[0]} columns`;
    canvas.setAttribute("aria-label", about);
    const on = penOf(canvas);
    if (on) paint(toolsOf(board, on, state), state);
  };
  return { root, draw };
};
