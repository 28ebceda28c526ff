// The order of the lecture, as plain arithmetic.

// The lesson to go on with: the next that was not visited, after the one visited last; the first once all were.
export const following = (names, visited) => {
  const been = visited.filter((name) => names.includes(name));
  const after = names.indexOf(been.at(-1)) + 1;
  return [...names.slice(after), ...names.slice(0, after)].find((name) => !been.includes(name)) ?? names[0];
};
