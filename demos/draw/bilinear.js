// Bilinear sampling along one axis, as torchvision's roi_align does it: pure arithmetic, in float32 where torch has it.
import { clamp } from "./number.js";

const f = Math.fround;

// The two cells around a point of an axis; a point more than one cell outside counts as nothing.
export const neighbours = (point, length) => {
  const counts = point >= -1 && point <= length ? 1 : 0;
  const inside = clamp(point, 0, length - 1);
  const low = Math.floor(inside);
  const part = f(inside - low);
  return { low, high: Math.min(low + 1, length - 1), lowWeight: f(1 - part) * counts, highWeight: part * counts };
};
