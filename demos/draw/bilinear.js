// Bilinear sampling along one axis, as torchvision's roi_align does it: pure arithmetic, in float32 where torch has it.
import { clamp } from "./number.js";

const f = Math.fround;

// The two cells around a point of an axis, as [cell, weight]; a point more than one cell outside counts as nothing.
export const neighbours = (point, length) => {
  const counts = point >= -1 && point <= length ? 1 : 0;
  const inside = clamp(point, 0, length - 1);
  const low = Math.floor(inside);
  const part = f(inside - low);
  const around = [low, Math.min(low + 1, length - 1)];
  return [f(1 - part), part].map((weight, i) => [around[i], weight * counts]);
};
