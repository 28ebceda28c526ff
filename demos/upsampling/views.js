// What follows from the bench, one card an idea: matrix, coverage, the transposed convolution is no inverse, sizes,
// align_corners, the pair of pooling and unpooling, a fixed kernel and a learned one.
import { coverage } from "./coverage.js";
import { aligned } from "./aligned.js";
import { inverse, sizes } from "./inverse.js";
import { learned } from "./learned.js";
import { matrix } from "./matrix.js";
import { pair } from "./pair.js";

export const viewsOf = (settings, look) =>
  [coverage, matrix, inverse, aligned, pair, sizes, learned].map((view) => view(settings, look));
