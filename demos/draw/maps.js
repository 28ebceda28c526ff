// Maps and label maps as pictures: painted once on canvases, kept by what they were packed from.
import { make } from "./nodes.js";
import { unpack } from "./packed.js";

const MOST = 120; // canvases that are remembered
const painted = new Map();

// Paints a canvas of size [height, width] anew: `color(i)` is [red, green, blue, opacity] of a pixel, or nothing.
export const repaint = (canvas, [height, width], color) => {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const one = color(i);
    if (one) image.data.set(one, 4 * i);
  }
  pen.putImageData(image, 0, 0);
};

// A canvas whose pixels have the colours [red, green, blue, opacity] of `color(value)`.
export const canvasOf = ({ data, shape: [height, width] }, color) => {
  const canvas = Object.assign(make("canvas", { class: "ww-cells" }), { width, height });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(width, height);
  data.forEach((value, i) => image.data.set(color(value), 4 * i));
  pen.putImageData(image, 0, 0);
  return canvas;
};

// The address of a packed map's picture in the colours of a table.
export const mapUri = async (packed, table) => {
  if (!painted.has(packed.data)) {
    if (painted.size > MOST) painted.clear();
    painted.set(packed.data, canvasOf(await unpack(packed), (value) => [...table[value], 255]).toDataURL());
  }
  return painted.get(packed.data);
};

export const labelsOf = async (packed) => (packed ? (await unpack(packed)).data : null);
const OPACITY = 190;

// A label map over the picture, as an address; what has no class is void.
export const labelUri = (data, shape, colors, dark) =>
  canvasOf({ data, shape }, (label) => (colors[label] ? [...colors[label], OPACITY] : [...dark, 255])).toDataURL();

// Numbers over the picture in the colours of a short list, clear where there is none.
export const marksUri = (data, shape, colors) =>
  canvasOf({ data, shape }, (mark) => colors[mark] ?? [0, 0, 0, 0]).toDataURL();

// C × H × W; a square map's side is written once.
export const sized = (channels, height, width) =>
  `${channels} × ${height === width ? `${height}²` : `${height} × ${width}`}`;
