// The picture under a growing stack: the fields of its layers around one place, how many paths lead from each pixel to
// the unit, and the thing that a field may hold. Drag on it, or use arrow keys, to look elsewhere.
import { colors } from "../draw/canvas.js";
import { html, nothing, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { clamp } from "../draw/number.js";
import { boxed, framed, rectangle } from "../draw/picture.js";
import { arrows, under } from "../draw/pointer.js";
import { cone } from "./sums.js";

const RINGS = 12; // fields that are drawn, at most
const box = (x, y) => [x[0], y[0], x[1] + 1, y[1] + 1];

// The part of an SVG's or a canvas's rectangle [x0, y0, x1, y1] inside the picture.
const cut = ([x0, y0, x1, y1], [height, width]) => [
  clamp(x0, 0, width),
  clamp(y0, 0, height),
  clamp(x1, 0, width),
  clamp(y1, 0, height),
];

// Paths from each pixel to the unit: the product of both axes', its root, so that few paths are seen too.
const paintPaths = (canvas, { x, y }, color, [height, width]) => {
  Object.assign(canvas, { width, height });
  const [x0, y0, x1, y1] = cut(box([x.low, x.high], [y.low, y.high]), [height, width]);
  if (x1 <= x0 || y1 <= y0) return;
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(x1 - x0, y1 - y0);
  const most = Math.max(...x.shares[0]) * Math.max(...y.shares[0]);
  for (let row = y0, at = 0; row < y1; row++)
    for (let column = x0; column < x1; column++, at += 4) {
      const share = (x.shares[0][column] * y.shares[0][row]) / most;
      image.data.set(color, at);
      image.data[at + 3] = 215 * Math.sqrt(share);
    }
  pen.putImageData(image, x0, y0);
};

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

// The fields of some of the layers, the last one's strong.
const rings = ({ steps, padded, x, y }) => {
  const every = Math.ceil(steps.length / RINGS);
  const last = steps.length;
  const along = (axis) => cone(steps, axis.unit, padded);
  // a ring is what the unit of layer n would see if the stack ended there: fields around the same middle
  const [across, down] = [along(x)[0], along(y)[0]];
  const middle = [across, down].map(([low, high]) => (low + high + 1) / 2);
  const ring = (n) => {
    const [low, high] = cone(steps.slice(0, n), 0, padded)[0];
    const half = (high - low + 1) / 2;
    return [middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half];
  };
  const some = Array.from({ length: last - 1 }, (_, i) => i + 1).filter((n) => n % every === 0);
  return html`${some.map((n) => rectangle(ring(n), "field-ring"))}${boxed(box(across, down), "field-last")}`;
};

export const ground = (board) => {
  const root = make("section", { class: "field-ground" });
  const canvas = make("canvas", { class: "field-paths" });
  let held = false;
  const to = (event, done) => board.move(under(event, event.currentTarget, board.value.size), done);
  const down = (event) => {
    held = true;
    event.currentTarget.setPointerCapture(event.pointerId);
    to(event, false);
  };
  const up = (event) => {
    if (held) to(event, true);
    held = false;
  };
  const keys = arrows(([right, below]) => board.move([board.place[0] + right, board.place[1] + below]));
  const draw = (state) => {
    const { picture, size, thing, box: around } = board.value;
    const [least, field] = state.field;
    const color = rgb(colors(board.root, "field", ["paths"]).paths);
    paintPaths(canvas, state, color, size);
    const seen = `${least === field ? field : `${least} to ${field}`} px`;
    const names = thing ? [{ box: around, text: thing, color: "var(--field-thing)" }] : [];
    const about = `The picture; the unit's receptive field is ${seen} wide`;
    const shapes = html`${around.length ? rectangle(around, "field-thing") : nothing}${rings(state)}`;
    render(
      html`<h3>On the picture <b>${seen}</b></h3>
      <div class="field-drag" tabindex="0" role="application" aria-label="${about}. Arrow keys move it."
        @pointerdown=${down} @pointermove=${(event) => held && to(event, false)} @pointerup=${up}
        @pointercancel=${() => (held = false)} @keydown=${keys}>
        ${framed({ size, image: picture, alt: about, layers: [canvas], shapes, names })}</div>`,
      root,
    );
  };
  return { root, draw };
};
