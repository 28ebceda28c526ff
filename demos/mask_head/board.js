// The two boards of mask_head: both heads with all masks, and the gradient of the mask loss.
export { maskFlow } from "./flow.js";
export { maskGradients } from "./gradients.js";
