// The kit's pure parts: numbers as text, names over boxes, outlines of cells, answers with named texts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { unfold } from "../../demos/draw/answers.js";
import { neighbours } from "../../demos/draw/bilinear.js";
import { outline, placeOf, tableOf } from "../../demos/draw/cells.js";
import { place } from "../../demos/draw/chips.js";
import { clamp, number, percent, signed, tenth, things, tiny } from "../../demos/draw/number.js";

test("numbers have a true minus, few digits and a dash for what is none", () => {
  assert.equal(number(-1.23456), "−1.235");
  assert.equal(number(NaN), "–");
  assert.equal(signed(0.5, 1), "+0.5");
  assert.equal(signed(-0.5, 1), "−0.5");
  assert.equal(percent(0.1234), "12.3 %");
  assert.equal(tiny(3.2e-8), "3e−8");
  assert.equal(tiny(0), "0");
  assert.equal(things(1, "box", "boxes"), "1 box");
  assert.equal(things(2300, "box", "boxes"), "2,300 boxes");
  assert.equal(tenth(1.25), 1.3);
  assert.equal(clamp(5, 0, 3), 3);
});

// A picture of 100 × 200 drawn 200 pixels wide: two boxes at nearly one place, one at the right, one at the top.
test("a name that would cover a better one is hidden, and none leaves the picture", () => {
  const names = [
    { box: [10, 50, 40, 80], text: "ball 0.99" },
    { box: [12, 52, 44, 84], text: "ball 0.50" },
    { box: [150, 60, 190, 90], text: "cone 0.90" },
    { box: [80, 2, 100, 20], text: "person 0.80" },
  ];
  const [first, second, right, top] = place(names, [100, 200], 200);
  assert.equal(first.hidden, false);
  assert.equal(second.hidden, true);
  assert.deepEqual([right.east, right.left], [true, 95]);
  assert.equal(top.low, true);
});

// 1 0
// 1 1
test("the outline runs around the cells that reach the threshold", () => {
  const path = outline([1, 0, 1, 1], 2, 2, 0.5);
  assert.equal(path.match(/M/g).length, 8);
  assert.ok(path.includes("M0 0h1") && path.includes("M1 0v1") && path.includes("M1 1h1"));
  assert.equal(outline([0, 0], 1, 2, 0.5), "");
});

test("a value's place in a table of colours", () => {
  assert.deepEqual([placeOf(0, 0, 1), placeOf(1, 0, 1), placeOf(9, 0, 1)], [0, 255, 255]);
  assert.deepEqual(tableOf(["#ff8000"]), [[255, 128, 0]]);
});

test("the two cells around a point, and their weights", () => {
  assert.deepEqual(neighbours(1.25, 4), [
    [1, 0.75],
    [2, 0.25],
  ]);
  assert.deepEqual(
    neighbours(-1.5, 4).map(([, weight]) => weight),
    [0, 0],
  );
});

test("texts that the page has already are put back where they were named", () => {
  const strings = new Map([["old", "kept"]]);
  const answer = { shown: { a: { $: "old" }, b: [{ c: { $: "new" } }], d: [1, 2] }, texts: { new: "fresh" } };
  assert.deepEqual(unfold(answer, strings), { a: "kept", b: [{ c: "fresh" }], d: [1, 2] });
  assert.deepEqual([...strings.keys()], ["old", "new"]);
});
