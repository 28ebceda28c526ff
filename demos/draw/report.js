// A learner's progress on the path as a small file, and such a file read again. A file may hold anything: of it only
// names of tasks that there are, dates and one mark are taken, never its texts.

const FORM = "What & Where: the path, 1";
const LARGEST = 200_000; // letters
const MOST = 500; // tasks
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

const isDate = (text) => typeof text === "string" && DATE.test(text) && Number.isFinite(Date.parse(text));
const isPlain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

// Entries {name, reached, shown} of a list of anything, by their names; a name that occurs again is left out.
export const entries = (list, most = MOST) => {
  const found = new Map();
  for (const one of list.slice(0, most)) {
    if (!isPlain(one) || typeof one.name !== "string" || found.has(one.name)) continue;
    found.set(one.name, {
      name: one.name,
      reached: isDate(one.reached) ? one.reached : null,
      shown: one.shown === true,
    });
  }
  return found;
};

// The file's text: every task of some parts, reached or not; `entryOf` gives what is known of one by its name.
export const written = (parts, entryOf, now) => {
  const tasks = parts.flatMap(({ letter, tasks: some }) =>
    some.map(({ name, title, text }) => ({ part: letter, lesson: title, name, text, ...entryOf(name) })),
  );
  return `${JSON.stringify({ title: FORM, saved: now.toISOString(), tasks }, null, 2)}\n`;
};

// What a file's text says of the tasks of these names, as entries; an Error with one sentence where it says nothing.
export const read = (text, names) => {
  const other = "This is no saved progress of the path. Choose a file that its “Save my progress” has written.";
  if (text.length > LARGEST) throw new Error(other);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(other);
  }
  if (!isPlain(value) || value.title !== FORM || !Array.isArray(value.tasks)) throw new Error(other);
  const found = entries(value.tasks);
  for (const name of found.keys()) if (!names.includes(name)) found.delete(name);
  return found;
};
