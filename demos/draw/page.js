// What gradio calls: `whatwhere.NAME(…)` on the page is the function NAME of this module (demos/ui/page.py).
export { arrived, set } from "./asking.js";
export { board, outlet } from "./board.js";
export { header } from "./header.js";
export { beacon, pictureChanged, restored, scene, told } from "./lessons.js";
import "./print.js";
export { running } from "./progress.js";
export { figures, save } from "./save.js";
export { stage, stageOf } from "./stage.js";
export { widget } from "./widgets.js";
