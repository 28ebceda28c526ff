import assert from "node:assert/strict";
import { test } from "node:test";
import { total } from "../../demos/mask_rcnn_results/sums.js";

test("errors are added up by class and by side", () => {
  const counts = { missed: [0, 2], merged: [1, 2], split: [0, 0] };
  assert.equal(total(counts, 7), "2 + 3 = 5 errors = 1 false positive + 4 missed; 7 found.");
});

test("one class of errors is no sum, and none is none", () => {
  assert.equal(total({ missed: [0, 1], split: [0, 0] }, 3), "1 error = 0 false positives + 1 missed; 3 found.");
  assert.equal(total({ missed: [0, 0] }, 3), "0 errors = 0 false positives + 0 missed; 3 found.");
});
