// Progress on the path as a file: what is written can be read again, and of anything else nothing is taken.
import assert from "node:assert/strict";
import { test } from "node:test";
import { entries, read, written } from "../../demos/draw/report.js";

const DAY = "2026-11-27T08:00:00.000Z";
const PARTS = [
  { letter: "A", tasks: [{ name: "one", title: "A1 Tasks", text: "Do it." }] },
  { letter: "B", tasks: [{ name: "two", title: "B1 Others", text: "Do that." }] },
];
const KNOWN = { one: { reached: DAY, shown: false }, two: { reached: null, shown: true } };
const NAMES = Object.keys(KNOWN);
const file = (change) => JSON.stringify(change(JSON.parse(written(PARTS, (name) => KNOWN[name], new Date(DAY)))));

test("a file says title, date, and of each task what it is and whether it is reached", () => {
  const told = JSON.parse(written(PARTS, (name) => KNOWN[name], new Date(DAY)));
  assert.equal(told.saved, DAY);
  assert.match(told.title, /What & Where/);
  assert.deepEqual(told.tasks[0], {
    part: "A",
    lesson: "A1 Tasks",
    name: "one",
    text: "Do it.",
    reached: DAY,
    shown: false,
  });
  assert.equal(told.tasks.length, 2);
});

test("what was written is read again", () => {
  const found = read(
    file((told) => told),
    NAMES,
  );
  assert.deepEqual(
    [...found.values()],
    [
      { name: "one", reached: DAY, shown: false },
      { name: "two", reached: null, shown: true },
    ],
  );
});

test("what is no such file gets one sentence", () => {
  const bad = ["", "{", "[]", "null", '"x"', "5", "{}", file((told) => ({ ...told, title: "Other" }))];
  bad.push(
    file((told) => ({ ...told, tasks: { length: 1e9 } })),
    " ".repeat(200_001),
    "[".repeat(100_000),
  );
  for (const text of bad) assert.throws(() => read(text, NAMES), /^Error: [A-Z].*[.]$/);
});

test("of hostile entries nothing is taken but known names, dates and marks", () => {
  const evil = [
    { name: "__proto__", reached: DAY },
    { name: "constructor", reached: DAY },
    { name: "<img onerror=alert(1)>", reached: DAY },
    { name: "one", reached: "<b>", shown: "yes" },
    { name: "one", reached: DAY },
    { name: "two", reached: "9999-99-99T99:99:99Z", text: "<script>" },
    null,
    5,
    "one",
    [],
    { name: ["one"] },
  ];
  const found = read(
    file((told) => ({ ...told, tasks: evil })),
    NAMES,
  );
  assert.deepEqual(
    [...found.values()],
    [
      { name: "one", reached: null, shown: false },
      { name: "two", reached: null, shown: false },
    ],
  );
  assert.equal(Object.prototype.reached, undefined);
});

test("a list is read up to a limit", () => {
  const many = Array.from({ length: 600 }, (_, i) => ({ name: `task ${i}`, reached: DAY }));
  assert.equal(entries(many, 200).size, 200);
});
