// Pure arithmetic of what follows the keys: which labels a search finds, and the bins of a chart.

const words = (text) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

// How well a name fits what was typed: 0 for the name itself, 1 for a beginning, 2 for a word's beginning, 3 for any
// other place, -1 for none.
export const fit = (name, typed) => {
  const [text, wanted] = [name.toLowerCase(), typed.trim().toLowerCase()];
  if (!wanted || !text.includes(wanted)) return -1;
  if (text === wanted) return 0;
  if (text.startsWith(wanted)) return 1;
  return words(text).some((word) => word.startsWith(wanted)) ? 2 : 3;
};

// Labels {key, name} of the rows that fit, best first, at most `most`.
export const search = (rows, typed, most) =>
  rows
    .flatMap(({ key, title, things, stuff }) =>
      [...things, ...stuff].map((name) => ({ key, title, name, rank: fit(name, typed) })),
    )
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank || a.name.length - b.name.length)
    .slice(0, most);

// Bins [from, to, count] of whole numbers, at most `most` of equal width.
export const bins = (values, most) => {
  if (!values.length) return [];
  const width = Math.max(1, Math.ceil((Math.max(...values) + 1) / most));
  const counts = [];
  for (const value of values) counts[Math.floor(value / width)] = (counts[Math.floor(value / width)] ?? 0) + 1;
  return Array.from(counts, (count, k) => [k * width, (k + 1) * width, count ?? 0]);
};
