// Boards czPlane and czChroma.
export { czChroma } from "./chroma.js";
export { czPlane } from "./plane.js";
