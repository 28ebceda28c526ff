// The boards of the lesson's views; each is in a file of its own.
export { panDrive } from "./drive.js";
export { panMerge } from "./merge.js";
export { panQuality } from "./quality.js";
export { panWalk } from "./walk.js";
