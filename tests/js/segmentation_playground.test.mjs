// Two runs compared, by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { at, verdict } from "../../demos/segmentation_playground/sums.js";

const run = (setup, steps, mious) => ({ setup, steps, mious, step: steps.at(-1) });
const A = run("3 sum", [0, 10, 20, 30], [0.1, 0.2, 0.4, 0.6]);
const B = run("2 none", [0, 10, 20], [0.1, 0.3, 0.3]);

test("a run's value at a step is that of its last report until then", () => {
  assert.equal(at(A, 25), 0.4);
  assert.equal(at(B, 20), 0.3);
});

test("runs are compared at the last step of both", () => {
  assert.match(verdict({ A, B }, 32), /^At step 20, .* A is ahead: mIoU A 0\.40, B 0\.30, 32 held-out scenes/);
  assert.match(verdict({ A: B, B: A }, 32), /B is ahead: mIoU A 0\.30, B 0\.40/);
  assert.match(verdict({ A, B: A }, 32), /neither is ahead.* Both are the same design and seed\.$/s);
  assert.match(verdict({ A, B: null }, 32), /^Two runs can be compared/);
});
