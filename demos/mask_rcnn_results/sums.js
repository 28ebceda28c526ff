// Errors added up. Pure arithmetic.
import { sum, things } from "../draw/number.js";

// "3 + 1 = 4 errors = 1 false positive + 3 missed; 6 found.", of {class: [false positives, missed]}.
export const total = (counts, hits) => {
  const pairs = Object.values(counts);
  const each = pairs.map(sum).filter(Boolean);
  const [wrong, gone] = [0, 1].map((side) => sum(pairs.map((pair) => pair[side])));
  const added = each.length > 1 ? `${each.join(" + ")} = ` : "";
  return `${added}${things(sum(each), "error")} = ${things(wrong, "false positive")} + ${gone} missed; ${hits} found.`;
};
