// The arithmetic of receptive_field by hand; against Python it is tested in Chromium (tests/browser).
import assert from "node:assert/strict";
import { test } from "node:test";
import { csv } from "../../demos/receptive_field/csv.js";
import {
  cone,
  depthFor,
  fieldBox,
  fieldOf,
  grow,
  groupsOf,
  nearest,
  sharesOf,
  stepsOf,
  textOf,
} from "../../demos/receptive_field/sums.js";

const steps = (text) => stepsOf(groupsOf(text));

test("texts and back", () => {
  for (const text of ["c3x5", "c3-c3s2d4x2-p2-u2", "p3"]) assert.equal(textOf(groupsOf(text)), text);
  assert.equal(steps("c3x5-p2").length, 6);
});

// c3 c3: 5 pixels; p2: 6, two apart; c3d2: 6 + 4 · 2 = 14
test("a stack grows", () => {
  const grown = grow(steps("c3x2-p2-c3d2"), 224, 64, true);
  assert.deepEqual(
    grown.map(({ field }) => field),
    [3, 5, 6, 14],
  );
  assert.equal(grown[0].macs, 9 * 64 * 64 * 224 * 224);
  assert.equal(grown[0].bytes / 2 ** 20, 12.25);
  assert.equal(depthFor(224), 112);
  assert.deepEqual(fieldOf(steps("c3x112"), true), [225, 225]);
});

test("a cone is cut to the maps, and the paths of two 3 × 3 are 1 2 3 2 1", () => {
  assert.deepEqual(cone(steps("c3-c3"), 0, true), [
    [-2, 2],
    [-1, 1],
    [0, 0],
  ]);
  assert.deepEqual(cone(steps("c3-c3"), 0, true, [8, 8])[0], [0, 2]);
  const [pixels] = sharesOf(steps("c3-c3"), 3, 7, true);
  assert.deepEqual(
    [...pixels].map((share) => Math.round(9 * share)),
    [0, 1, 2, 3, 2, 1, 0],
  );
});

test("a unit's box, and the unit of a point", () => {
  const layer = { field: [11, 11], jump: [4, 4], offset: [0.5, 0.5] };
  assert.deepEqual(fieldBox(layer, [4, 1], [64, 64]), [0, 11, 10, 22]);
  assert.deepEqual(nearest(layer, [7, 100], [16, 16]), [15, 2]);
});

test("a table as CSV quotes what has commas", () => {
  assert.equal(csv({ head: ["a", "b"], rows: [[1, 'x, "y"']] }), 'a,b\n1,"x, ""y"""');
});
