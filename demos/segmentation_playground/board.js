// The boards of the playground: two runs side by side (lanes.js), the reports of the run that goes on, which hand
// themselves to the runs, and the network level by level (levels.js).
export { playLanes, playTrained } from "./lanes.js";
export { playLevels } from "./levels.js";
