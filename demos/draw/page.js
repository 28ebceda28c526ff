// What gradio calls: `whatwhere.NAME(…)` on the page is the function NAME of this module (demos/ui/page.py).
export { arrived, recalled } from "./asking.js";
export { bar, barRestored, scene } from "./bar.js";
export { board, outlet } from "./board.js";
export { changed as set } from "./controls.js";
export { drop, handed } from "./drop.js";
export { header } from "./header.js";
export { words } from "./lookup.js";
export { beacon, pictureChanged, restored, told } from "./lessons.js";
export { pathHome } from "./path.js";
export { predictState } from "./predict.js";
import "./print.js";
export { running } from "./progress.js";
export { figures, save } from "./save.js";
export { stage, stageOf } from "./stage.js";
export { widget } from "./widgets.js";
import "./visited.js";
import "./walk.js";
