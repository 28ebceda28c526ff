// The boards of the lesson's views; each is in a file of its own.
export { unLevels } from "./levels.js";
export { unMany } from "./losses.js";
export { unSizes } from "./sizes.js";
export { unUpsamplers } from "./upsamplers.js";
