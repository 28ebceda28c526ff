// The operators of upsampling by hand; against Python they are tested in Chromium (tests/browser).
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  applied,
  convolution,
  convolvedSide,
  inner,
  meeting,
  places,
  plan,
  turned,
} from "../../demos/upsampling/sums.js";

const LAYER = { kernel: [1, 2, 3, 4, 5, 6, 7, 8, 9], size: 3, stride: 2, padding: 1, outputPadding: 1 };
const up = (kind, data) => applied(plan(kind, [2, 2], data, LAYER), data);

// 1 2
// 3 4
test("copies, nails and the pair of pooling and unpooling", () => {
  assert.deepEqual(up("nearest", [1, 2, 3, 4]), [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  assert.deepEqual(up("bed_of_nails", [1, 2, 3, 4]), [1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0]);
  assert.deepEqual(up("max_unpool", [1, 4, 4, 2]), [0, 4, 0, 0], "of equal numbers the first");
  assert.deepEqual(places([1, 5, 2, 0, 0, 3, 1, 2], [2, 4]), [1, 2]);
});

test("bilinear, with cells that tile and with corners on corners", () => {
  const rows = (kind) => up(kind, [0, 4, 0, 4]).slice(0, 4);
  assert.deepEqual(rows("bilinear"), [0, 1, 3, 4]);
  rows("bilinear_corners").forEach((value, i) => assert.ok(Math.abs(value - (4 * i) / 3) < 1e-6));
});

test("how many inputs meet along an axis: the reference", () => {
  const layer = { size: 3, stride: 2, padding: 0, outputPadding: 0 };
  assert.deepEqual(meeting(4, layer), [1, 1, 2, 1, 2, 1, 2, 1, 1]);
  assert.deepEqual(meeting(4, { ...layer, size: 4 }), [1, 1, 2, 2, 2, 2, 2, 2, 1, 1]);
});

test("the transposed convolution is the matrix of the convolution, transposed", () => {
  const forward = convolution([4, 4], LAYER);
  const back = plan("transposed", [2, 2], null, LAYER);
  const sorted = ({ terms }) => terms.map((cell) => cell.toSorted(([one], [other]) => one - other));
  assert.deepEqual(sorted(turned(forward, [4, 4])), sorted(back));
  const [x, y] = [Array.from({ length: 16 }, (_, i) => i * i), [3, 1, 4, 1]];
  assert.equal(inner(applied(forward, x), y), inner(x, applied(back, y)));
});

test("two sizes come to the same", () => {
  assert.deepEqual(
    [6, 7, 8, 9].map((length) => convolvedSide(length, LAYER)),
    [3, 4, 4, 5],
  );
});
