// The arithmetic of panoptic_datasets and of zip files, by node alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bins, fit, search } from "../../demos/panoptic_datasets/sums.js";
import { checksum, zipped } from "../../demos/draw/zip.js";

const ROWS = [
  { key: "a", title: "A", things: ["person", "traffic light"], stuff: ["road", "crossroad"] },
  { key: "b", title: "B", things: ["Person"], stuff: ["road, route"] },
];

test("a name fits as a whole, at its beginning, at a word's, or anywhere", () => {
  assert.deepEqual(
    ["road", "road, route", "rail road", "crossroad", "person"].map((name) => fit(name, " Road ")),
    [0, 1, 2, 3, -1],
  );
  assert.equal(fit("road", ""), -1);
});

test("the best comes first, from all sets", () => {
  const names = (typed) => search(ROWS, typed, 9).map(({ key, name }) => `${key}:${name}`);
  assert.deepEqual(names("road"), ["a:road", "b:road, route", "a:crossroad"]);
  assert.deepEqual(names("PERSON"), ["a:person", "b:Person"]);
  assert.deepEqual(names("light"), ["a:traffic light"]);
  assert.equal(search(ROWS, "r", 2).length, 2);
});

test("bins hold every value once", () => {
  assert.deepEqual(bins([0, 1, 1, 3], 14), [
    [0, 1, 1],
    [1, 2, 2],
    [2, 3, 0],
    [3, 4, 1],
  ]);
  const values = Array.from({ length: 100 }, (_, n) => n);
  const found = bins(values, 14);
  assert.ok(found.length <= 14);
  assert.equal(
    found.reduce((sum, [, , count]) => sum + count, 0),
    100,
  );
  assert.deepEqual(bins([], 14), []);
});

test("the checksum is the published one", () => {
  assert.equal(checksum(new TextEncoder().encode("123456789")), 0xcbf43926);
});

test("a zip file ends with the record of its files", () => {
  const parts = zipped([{ name: "a", bytes: new Uint8Array([1]) }]);
  assert.equal(new DataView(parts.at(-1).buffer).getUint32(0, true), 0x06054b50);
  assert.equal(new DataView(parts.at(-1).buffer).getUint16(10, true), 1);
});
