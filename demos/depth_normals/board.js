// The boards of the lesson's views; each is in a file of its own.
export { dnLoss } from "./loss.js";
export { dnNormals } from "./normals.js";
export { dnRelative } from "./relative.js";
export { dnScales } from "./scales.js";
export { dnSpace } from "./space.js";
