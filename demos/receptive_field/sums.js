// A stack of layers as lecture_models/ops/receptive_stack.py has it: its text, what its units read, how it grows, what
// it costs, and how many paths lead from each pixel to a unit. Pure arithmetic, no DOM.
//
// A step is {kind: "conv" | "pool" | "up", kernel, stride, dilation}; a group is a step with the number of its `times`.
import { clamp } from "../draw/number.js";

export const MOST = 128; // layers
const FLOAT_BYTES = 4;
const FORM = /^(?:c([1-9])(?:s([1-4]))?(?:d([1-9]|1[0-6]))?|p([2-4])|(u)2)(?:x(\d{1,3}))?$/;

// ---- texts --------------------------------------------------------------------------------------------
const group = (part) => {
  const [, kernel, stride, dilation, pool, up, times] = FORM.exec(part);
  const step = (kind, k, s, d = 1) => ({ kind, kernel: k, stride: s, dilation: d, times: Number(times ?? 1) });
  if (pool) return step("pool", Number(pool), Number(pool));
  return up ? step("up", 2, 1) : step("conv", Number(kernel), Number(stride ?? 1), Number(dilation ?? 1));
};
export const groupsOf = (text) => text.split("-").map(group);

const name = ({ kind, kernel, stride, dilation }) =>
  kind === "conv"
    ? `c${kernel}${stride > 1 ? `s${stride}` : ""}${dilation > 1 ? `d${dilation}` : ""}`
    : `${kind[0]}${kernel}`;
export const textOf = (groups) => groups.map((one) => `${name(one)}${one.times > 1 ? `x${one.times}` : ""}`).join("-");
export const stepsOf = (groups) => groups.flatMap((one) => Array(one.times).fill(one));

// ---- what one layer reads -------------------------------------------------------------------------------
const around = ({ kind, kernel, dilation }, padded) =>
  padded && kind === "conv" ? Math.floor((dilation * (kernel - 1)) / 2) : 0;

// The inputs of the outputs low … high, first and last, on a map without an end.
const read = (step, [low, high], padded) => {
  if (step.kind === "up") return [Math.floor((2 * low - 1) / 4), Math.ceil((2 * high - 1) / 4)];
  const shift = around(step, padded);
  return [low * step.stride - shift, high * step.stride - shift + step.dilation * (step.kernel - 1)];
};

const after = (step, side, padded) => {
  if (step.kind === "up") return 2 * side;
  const reach = step.dilation * (step.kernel - 1);
  return Math.max(Math.floor((side + 2 * around(step, padded) - reach - 1) / step.stride) + 1, 0);
};

// Cells along an axis of the picture and after each layer.
export const sidesOf = (steps, side, padded) =>
  steps.reduce((sides, step) => [...sides, after(step, sides.at(-1), padded)], [side]);

// ---- the whole stack ------------------------------------------------------------------------------------
// What a unit of the last layer reads of each map below it, the picture's first; cut to the maps of `sides`, or not.
export const cone = (steps, unit, padded, sides = null) => {
  let range = [unit, unit];
  const ranges = [range];
  for (let i = steps.length - 1; i >= 0; i--) {
    range = read(steps[i], range, padded);
    if (sides) range = range.map((cell) => clamp(cell, 0, sides[i] - 1));
    ranges.unshift(range);
  }
  return ranges;
};

// Neighbours of an enlarged map read differently many pixels: the largest and the smallest count.
export const fieldOf = (steps, padded) => {
  const kinds = 2 ** Math.min(steps.filter(({ kind }) => kind === "up").length, 10);
  const sizes = Array.from({ length: kinds }, (_, unit) => {
    const [low, high] = cone(steps, unit, padded)[0];
    return high - low + 1;
  });
  return [Math.min(...sizes), Math.max(...sizes)];
};

export const jumpOf = (steps) =>
  steps.reduce((jump, { kind, stride }) => (kind === "up" ? jump / 2 : jump * stride), 1);

// Of each layer: field, jump, side of its map, multiply-adds, bytes of its output.
export const grow = (steps, side, channels, padded) => {
  const sides = sidesOf(steps, side, padded);
  return steps.map((step, i) => {
    const some = steps.slice(0, i + 1);
    const cells = sides[i + 1] ** 2;
    const macs = step.kind === "conv" ? channels ** 2 * step.kernel ** 2 * cells : 0;
    const [, field] = fieldOf(some, padded);
    return { field, jump: jumpOf(some), side: sides[i + 1], macs, bytes: FLOAT_BYTES * channels * cells };
  });
};

// The cost of a stack alone, without its growth.
export const costOf = (steps, side, channels, padded = true) => {
  const sides = sidesOf(steps, side, padded);
  const cost = { layers: steps.length, macs: 0, bytes: 0 };
  steps.forEach(({ kind, kernel }, i) => {
    const cells = sides[i + 1] ** 2;
    cost.macs += kind === "conv" ? channels ** 2 * kernel ** 2 * cells : 0;
    cost.bytes += FLOAT_BYTES * channels * cells;
  });
  return cost;
};

// So many 3 × 3 convolutions until a unit sees `field` pixels.
export const depthFor = (field) => Math.max(Math.ceil((field - 1) / 2), 0);

// Downsampling and upsampling of the fewest levels whose smallest field has `field` pixels.
export const hourglass = (field) => {
  for (let levels = 0; ; levels++) {
    const many = (text) => Array(levels).fill(text);
    const steps = stepsOf(groupsOf([...many("c3x2-p2"), "c3x2", ...many("u2-c3")].join("-")));
    if (fieldOf(steps, true)[0] >= field) return steps;
  }
};

// ---- paths ------------------------------------------------------------------------------------------------
const parts = (step, cell, length, padded) => {
  if (step.kind === "up") {
    const near = Math.floor(cell / 2);
    const far = clamp(near + (cell % 2 ? 1 : -1), 0, length - 1);
    return [
      [near, 0.75],
      [far, 0.25],
    ];
  }
  const [first] = read(step, [cell, cell], padded);
  return Array.from({ length: step.kernel }, (_, k) => [first + step.dilation * k, 1 / step.kernel]);
};

// How much of a unit comes from each cell of each map below it along an axis, the picture's first, all weights of a
// layer being equal.
export const sharesOf = (steps, unit, side, padded) => {
  const sides = sidesOf(steps, side, padded);
  let shares = new Float64Array(sides.at(-1) || 1);
  shares[clamp(unit, 0, shares.length - 1)] = 1;
  const all = [shares];
  for (let i = steps.length - 1; i >= 0; i--) {
    const spread = new Float64Array(sides[i]);
    shares.forEach((share, cell) => {
      if (!share) return;
      for (const [place, part] of parts(steps[i], cell, sides[i], padded))
        if (place >= 0 && place < sides[i]) spread[place] += share * part;
    });
    shares = spread;
    all.unshift(shares);
  }
  return all;
};

// The unit of the last map whose field has its middle nearest to a pixel's place.
export const unitAt = (steps, place, side, padded) => {
  const last = sidesOf(steps, side, padded).at(-1);
  const { offset, jump } = gridsOf(steps, padded).at(-1);
  return clamp(Math.round((place - offset) / jump), 0, Math.max(last - 1, 0));
};

// ---- a layer of a network -----------------------------------------------------------------------------------
// The field of a unit, cut to the picture of [height, width]: exact where all units of the layer are alike.
export const fieldBox = ({ field, jump, offset }, [row, column], [height, width]) => {
  const along = (axis, cell, most) => {
    const middle = offset[axis] + jump[axis] * cell;
    return [middle - field[axis] / 2, middle + field[axis] / 2].map((side) => clamp(side, 0, most));
  };
  const [y0, y1] = along(0, row, height);
  const [x0, x1] = along(1, column, width);
  return [x0, y0, x1, y1];
};

// The unit whose field has its middle nearest to a point [x, y]; `shape` is [rows, columns].
export const nearest = ({ jump, offset }, [x, y], shape) =>
  [y, x].map((place, axis) => clamp(Math.round((place - offset[axis]) / jump[axis]), 0, shape[axis] - 1));

// Where the cells of each map lie in the picture: the first one's middle and the distance of neighbours, in pixels.
export const gridsOf = (steps, padded) => {
  const grids = [{ offset: 0.5, jump: 1 }];
  for (const step of steps) {
    const { offset, jump } = grids.at(-1);
    const [first] = read(step, [0, 0], padded);
    const reach = step.dilation * (step.kernel - 1);
    if (step.kind === "up") grids.push({ offset: offset - jump / 4, jump: jump / 2 });
    else grids.push({ offset: offset + (first + reach / 2) * jump, jump: jump * step.stride });
  }
  return grids;
};
