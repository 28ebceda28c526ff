// The boards of the lesson's views; each is in a file of its own.
export { psAgainst } from "./against.js";
export { psContents } from "./contents.js";
export { psSets } from "./sets.js";
