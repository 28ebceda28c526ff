// The boards of the lesson's views; each is in a file of its own.
export { fcRace, fcWindows } from "./race.js";
export { fcSizes } from "./sizes.js";
export { fcWeights } from "./weights.js";
