// The arithmetic of what is drawn. Pure, no DOM; held against Python's by tests/browser/test_depth_sums.py.

// Natural logarithms of depth from steps; what has no depth is not-a-number.
export const logsOf = (steps, low, per) => Float32Array.from(steps, (v) => (v ? low + (v - 1) / per : NaN));

// Two neighbours and the weight of the second, along an axis of `many` cells that are each `stride` pixels wide.
const around = (pixel, stride, many) => {
  const at = Math.max((pixel + 0.5) / stride - 0.5, 0);
  const first = Math.min(Math.floor(at), many - 1);
  return [first, Math.min(first + 1, many - 1), at - first];
};

// A small map at the picture's size [height, width], interpolated bilinearly as the network does it.
export const enlarged = (values, [rows, columns], [height, width]) => {
  const stride = Math.max(Math.round(height / rows), 1);
  const across = Array.from({ length: width }, (_, x) => around(x, stride, columns));
  const found = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const [top, low, down] = around(y, stride, rows);
    for (let x = 0; x < width; x++) {
      const [left, right, part] = across[x];
      const mix = (row) => values[row * columns + left] * (1 - part) + values[row * columns + right] * part;
      found[y * width + x] = mix(top) * (1 - down) + mix(low) * down;
    }
  }
  return found;
};

// ŷ ÷ y − 1 from logarithms, without its sign.
export const relativeErrors = (said, truth) => said.map((one, i) => Math.abs(Math.expm1(one - truth[i])));

// Differences of logarithms.
export const differences = (said, truth, more = 0) => said.map((one, i) => one - truth[i] + more);

// Normals from packed bytes [3 · pixels], x before y before z: 127 steps are 1, and 0 at all three is none.
const HALF = 127;
export const normalsOf = (bytes) => {
  const many = bytes.length / 3;
  return Float32Array.from(bytes, (v, i) => {
    const none = !bytes[i % many] && !bytes[(i % many) + many] && !bytes[(i % many) + 2 * many];
    return none ? NaN : (v - HALF - 1) / HALF;
  });
};

// The vector at a pixel; null for none.
export const vectorAt = (normals, i) => {
  const many = normals.length / 3;
  const one = [normals[i], normals[i + many], normals[i + 2 * many]];
  return one.some(Number.isNaN) ? null : one;
};

// Normals of a map of cells or of every second pixel at the picture's size: interpolated, or repeated.
export const wholeNormals = (normals, [rows, columns], size, repeat) => {
  const [height, width] = size;
  const many = rows * columns;
  const part = (k) => normals.subarray(k * many, (k + 1) * many);
  const found = new Float32Array(3 * height * width);
  for (let k = 0; k < 3; k++) {
    if (!repeat) found.set(enlarged(part(k), [rows, columns], size), k * height * width);
    else
      for (let i = 0; i < height * width; i++) {
        const cell = Math.floor(i / width / 2) * columns + Math.floor((i % width) / 2);
        found[k * height * width + i] = part(k)[cell];
      }
  }
  return found;
};

// The angle between two vectors of any length, degrees.
export const angle = ([a, b, c], [x, y, z]) => {
  const crossed = Math.hypot(b * z - c * y, c * x - a * z, a * y - b * x);
  return (Math.atan2(crossed, a * x + b * y + c * z) * 180) / Math.PI;
};

// Angles at every pixel, not-a-number where one of the two has no normal.
export const angles = (said, truth) =>
  Float32Array.from({ length: said.length / 3 }, (_, i) => {
    const [a, b] = [vectorAt(said, i), vectorAt(truth, i)];
    return a && b ? angle(a, b) : NaN;
  });

// What a factor on the whole map adds to the loss, `mean` being that of the difference before.
export const cost = (factor, mean, forgiven) => {
  const log = Math.log(factor);
  return (1 - forgiven) * (log * log + 2 * mean * log);
};

// Where a pixel stands in space: x right, y up, z towards the viewer, metres.
export const inSpace = (x, y, depth, focal, [cx, cy]) => [
  ((x + 0.5 - cx) * depth) / focal,
  (-(y + 0.5 - cy) * depth) / focal,
  -depth,
];

// The rotation by yaw about the axis `up`, of length 1, and then by pitch about the picture's x, radians: nine numbers.
export const rotation = ([ux, uy, uz], yaw, pitch) => {
  const [c, s, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  const [first, ...others] = [
    [c + ux * ux * (1 - c), ux * uy * (1 - c) - uz * s, ux * uz * (1 - c) + uy * s],
    [uy * ux * (1 - c) + uz * s, c + uy * uy * (1 - c), uy * uz * (1 - c) - ux * s],
    [uz * ux * (1 - c) - uy * s, uz * uy * (1 - c) + ux * s, c + uz * uz * (1 - c)],
  ];
  const mix = (a, b) => others[0].map((one, i) => a * one + b * others[1][i]);
  return [...first, ...mix(cp, -sp), ...mix(sp, cp)];
};

// Scale and shift [s, t] of 1/Z = s r + t through two points; null where r does not differ or a depth is not known.
export const through = ([r0, r1], [z0, z1]) => {
  const alike = Math.abs(r1 - r0) <= 1e-6 * Math.max(Math.abs(r0), Math.abs(r1));
  if (alike || ![r0, r1, z0, z1].every(Number.isFinite) || Math.min(z0, z1) <= 0) return null;
  const scale = (1 / z1 - 1 / z0) / (r1 - r0);
  return [scale, 1 / z0 - scale * r0];
};

// Logarithms of depth of a relative map; infinite where inverse depth is not positive.
export const metricLogs = (relative, [scale, shift]) =>
  relative.map((r) => {
    const inverse = scale * r + shift;
    return inverse > 0 ? -Math.log(inverse) : inverse <= 0 ? Infinity : NaN;
  });

// The median of what is a number, infinite ones counting.
export const median = (values) => {
  const sorted = values.filter((one) => !Number.isNaN(one)).sort();
  const half = Math.floor(sorted.length / 2);
  if (!sorted.length) return NaN;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
