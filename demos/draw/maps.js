// Maps and label maps as pictures: painted once on canvases, kept by what they were packed from.
import { make } from "./nodes.js";
import { unpack } from "./packed.js";

const MOST = 120; // canvases that are remembered
const painted = new Map();

// A colour [red, green, blue] and an opacity as one number, as `repaint` takes it.
export const inked = ([red, green, blue], opacity = 255) => ((opacity << 24) | (blue << 16) | (green << 8) | red) >>> 0;

// Paints a canvas of size [height, width] anew: `color(i)` is a pixel's `inked` colour, 0 where it is clear.
export const repaint = (canvas, [height, width], color) => {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(width, height);
  const cells = new Uint32Array(image.data.buffer);
  for (let i = 0; i < cells.length; i++) cells[i] = color(i);
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
