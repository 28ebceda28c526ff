// The boards of the lesson's views; each is in a file of its own.
export { maskAutopsy } from "./autopsy.js";
export { rcnnLedgers, rcnnSlowLedger } from "./ledgers.js";
export { rcnnStages } from "./stages.js";
