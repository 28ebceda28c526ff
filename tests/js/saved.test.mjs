// What stands below a saved picture: nothing is cut, no name is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { flow, wrap } from "../../demos/draw/saved.js";

const wide = (text) => 10 * text.length;

test("a text is wrapped at words, and a long word is divided", () => {
  assert.deepEqual(wrap("one two three", 80, wide), ["one two", "three"]);
  assert.deepEqual(wrap("a abcdefghijk b", 50, wide), ["a", "abcde", "fghij", "k b"]);
  assert.deepEqual(wrap("", 50, wide), []);
});

test("no line is wider than its room and every letter is there", () => {
  const text = "true outline of the thing in the box incomprehensibilities";
  for (const room of [40, 70, 130, 1000]) {
    const lines = wrap(text, room, wide);
    assert.ok(lines.every((line) => wide(line) <= room));
    assert.equal(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
  }
});

test("names flow into rows with their colours", () => {
  const { placed, rows } = flow(
    [
      ["ball", "red"],
      ["crate", "brown"],
      ["asked for", "green"],
    ],
    150,
    15,
    wide,
  );
  assert.deepEqual(
    placed.map(({ text, x, row }) => [text, x, row]),
    [
      ["ball", 0, 0],
      ["crate", 70, 0],
      ["asked for", 0, 1],
    ],
  );
  assert.equal(rows, 2);
  assert.ok(placed.every(({ text, x }) => x + 15 + wide(text) <= 150));
});

test("a name longer than a row goes on in the next, without a second colour", () => {
  const { placed, rows } = flow(
    [
      ["one two three four", "red"],
      ["b", "blue"],
    ],
    100,
    15,
    wide,
  );
  assert.deepEqual(
    placed.map(({ text, color }) => [text, color]),
    [
      ["one two", "red"],
      ["three", null],
      ["four", null],
      ["b", "blue"],
    ],
  );
  assert.equal(rows, 3);
  assert.deepEqual(flow([], 100, 15, wide), { placed: [], rows: 0 });
});
