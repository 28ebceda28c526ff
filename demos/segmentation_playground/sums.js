// Two runs compared where they can be: at the last step that both have reached.
import { number } from "../draw/number.js";

// The mIoU of a run at a step of its own, the last one that is not beyond `step`.
export const at = ({ steps, mious }, step) => mious[steps.findLastIndex((one) => one <= step)];

// Which run is ahead, in a sentence; what to do where there are not two.
export const verdict = ({ A, B }, held) => {
  if (!A || !B) return "Two runs can be compared: train one design as A and another as B.";
  const step = Math.min(A.step, B.step);
  const [a, b] = [at(A, step), at(B, step)];
  const [first, second] = [number(a, 2), number(b, 2)];
  const who = first === second ? "neither is ahead" : `${a > b ? "A" : "B"} is ahead`;
  const seeds = A.setup === B.setup ? " Both are the same design and seed." : "";
  return `At step ${step}, which both have reached, ${who}: mIoU A ${first}, B ${second}, ${held} held-out scenes.
    Equal steps, not equal seconds: a larger network does fewer steps in a minute.${seeds}`;
};

// The losses of the settings and of both runs: numbers of different ones are on different scales.
export const lossesOf = ({ setup }, { A, B }) =>
  new Set([setup, A?.setup, B?.setup].filter(Boolean).map((one) => one.split(" ")[3]));
