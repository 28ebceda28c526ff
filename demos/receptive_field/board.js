// The boards of receptive_field: a stack that grows over the picture (growth.js), its measured times, the units of a
// real network's layer (units.js), the picture that one of them sees (sight.js), and every layer as a row (layers.js).
export { fieldGrowth } from "./growth.js";
export { fieldLayers } from "./layers.js";
export { fieldMeasured } from "./measured.js";
export { fieldSight } from "./sight.js";
export { fieldUnits } from "./units.js";
