// The crops of roi_features by hand; against Python they are tested in Chromium (tests/browser).
import assert from "node:assert/strict";
import { test } from "node:test";
import { crop, iou, matrices, pooledBox, product, snap } from "../../demos/roi_features/sums.js";

test("C's round takes halves away from zero, and the last cell belongs to the box", () => {
  assert.deepEqual(snap([40, 24, 152, 136], 1 / 16), [3, 2, 10, 9]);
});

// The map  0 1
//          2 3   whole, in one bin: RoIPool takes 3, RoIAlign the mean of its four points.
test("one bin of two by two cells", () => {
  const map = { data: Float32Array.from([0, 1, 2, 3]), height: 2, width: 2 };
  const settings = { bins: [1, 1], scale: 1, aligned: true };
  assert.equal(crop("roi_pool", map, [0, 0, 1, 1], settings).output()[0], 3);
  assert.equal(crop("roi_align", map, [0, 0, 2, 2], settings).output()[0], 1.5);
  const { ay, ax } = matrices(map, [0, 0, 2, 2], settings);
  assert.deepEqual([...ay[0], ...ax[0]], [0.5, 0.5, 0.5, 0.5]);
});

test("RoIAlign is the product of its two matrices and the map", () => {
  const map = { data: Float32Array.from({ length: 30 }, (_, i) => Math.sin(i * i)), height: 5, width: 6 };
  const settings = { bins: [2, 3], scale: 1 / 4, aligned: false };
  const sampled = crop("roi_align", map, [1.3, 2.7, 21.9, 17.2], settings).output();
  product(map, matrices(map, [1.3, 2.7, 21.9, 17.2], settings)).forEach((value, i) =>
    assert.ok(Math.abs(value - sampled[i]) < 1e-6),
  );
});

test("what is pooled, and its overlap with what was asked for", () => {
  assert.deepEqual(pooledBox("roi_pool", [1, 1, 7, 7], { scale: 1 / 8 }), [0, 0, 16, 16]);
  assert.equal(iou([0, 0, 2, 2], [1, 0, 3, 2]), 1 / 3);
});
