// A label map as a picture of one pixel a label, in the colours of the classes.
import { make } from "../draw/nodes.js";

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

export const labelled = (labels, [height, width], { colors, none }) => {
  const canvas = make("canvas", { width, height });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(width, height);
  labels.forEach((label, i) => image.data.set([...rgb(colors[label] ?? none), 255], 4 * i));
  pen.putImageData(image, 0, 0);
  return canvas.toDataURL();
};
