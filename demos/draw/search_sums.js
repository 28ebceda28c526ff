// What a search finds, best first, as plain arithmetic: see tests/js/search.test.mjs.
//
// Texts are compared by their letters and digits alone, without case and accents, so that "roi align" finds RoIAlign. A
// match that begins a word may go on over the next ones; one inside of a word ends with it.

export const KINDS = ["lessons", "terms", "operators", "papers"];
const MOST = 6; // shown of a kind
const SHORT = { inside: 2, text: 3 }; // letters from which it is looked inside of words, and inside of a text's words
const [EXACT, PREFIX, BEGINS, INSIDE, TEXT, DEEP] = [0, 1, 2, 3, 4, 5];
const OTHER = 0.5; // of another name than the title

const LETTER = /[\p{L}\p{N}]/u;
const upper = (sign) => sign !== sign.toLowerCase();
const plain = (sign) => sign.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// Whether a word begins at a sign: after a space, or at a capital as in RoI|Align.
const begins = (signs, i) => {
  if (i === 0 || !LETTER.test(signs[i - 1])) return true;
  if (!upper(signs[i])) return false;
  return !upper(signs[i - 1]) || (i + 1 < signs.length && LETTER.test(signs[i + 1]) && !upper(signs[i + 1]));
};

// The letters of a text; for each its place, whether a word begins with it, and which word it is of.
export const folded = (text) => {
  const [signs, all] = [[...text.normalize("NFC")], { letters: "", at: [], begins: [], word: [] }];
  let [word, place] = [0, 0];
  signs.forEach((sign, i) => {
    if (!LETTER.test(sign)) word += 1;
    else
      for (const letter of plain(sign)) {
        all.begins.push(begins(signs, i) && all.at.at(-1) !== place);
        all.letters += letter;
        all.at.push(place);
        all.word.push(word);
      }
    place += sign.length;
  });
  return all;
};

// Where letters are best found in a folded text: {level, from, to} in places of the text, or null.
export const place = (letters, { letters: all, at, begins: first, word }) => {
  let best = null;
  for (let i = all.indexOf(letters); letters && i >= 0; i = all.indexOf(letters, i + 1)) {
    const end = i + letters.length - 1;
    const within = letters.length >= SHORT.inside && word[i] === word[end];
    const level = i === 0 ? (end === all.length - 1 ? EXACT : PREFIX) : first[i] ? BEGINS : within ? INSIDE : null;
    if (level === null || (best && best.level <= level)) continue;
    best = { level, from: at[i], to: at[end] + 1 };
  }
  return best;
};

const parts = ({ title, also = [], text = "" }) => [title, ...also, text];

// What an entry is to some letters: {score, marks}, with a list of [from, to] for each of its texts, or null.
const one = (letters, texts) => {
  let best = null;
  const marks = texts.map((text, i) => {
    const found = place(letters, text);
    const inText = i === texts.length - 1;
    if (!found || (inText && found.level === INSIDE && letters.length < SHORT.text)) return [];
    const named = found.level + (i ? OTHER : 0);
    const score = inText ? (found.level === INSIDE ? DEEP : TEXT) : named;
    best = Math.min(best ?? score, score);
    return [[found.from, found.to]];
  });
  return best === null ? null : { score: best, marks };
};

// The same for a query: as a whole, else word by word, all of which must be there.
const match = (query, texts) => {
  const whole = one(folded(query).letters, texts);
  if (whole) return whole;
  const words = query.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const each = words.map((word) => one(folded(word).letters, texts));
  if (words.length < 2 || each.includes(null)) return null;
  const marks = texts.map((_, i) => each.flatMap((found) => found.marks[i]));
  return { score: Math.max(...each.map(({ score }) => score)) + OTHER / 2, marks };
};

// A text in pieces, every second of which is marked.
export const pieces = (text, marks) => {
  const [found, rest] = [[], [...marks].sort((a, b) => a[0] - b[0] || b[1] - a[1])];
  let done = 0;
  for (const [from, to] of rest) {
    if (from < done) continue;
    found.push(text.slice(done, from), text.slice(from, to));
    done = to;
  }
  return [...found, text.slice(done)];
};

// Entries by their kinds, ready to be searched; folding takes longer than searching.
export const prepared = (index) =>
  KINDS.flatMap((kind) => (index[kind] ?? []).map((entry) => ({ kind, entry, texts: parts(entry).map(folded) })));

const shown = ({ entry, marks, score }) => {
  const cut = parts(entry).map((text, i) => pieces(text.normalize("NFC"), marks[i]));
  return { entry, score, title: cut[0], also: cut.slice(1, -1), text: cut.at(-1) };
};

// All entries of a kind, with nothing marked: before anything is searched for.
export const listed = (kind, all) => {
  const found = all.filter((it) => it.kind === kind);
  return { kind, total: found.length, found: found.map((it) => shown({ ...it, marks: it.texts.map(() => []) })) };
};

const ranked = (query, all) =>
  all
    .map(({ kind, entry, texts }) => ({ kind, entry, ...match(query, texts) }))
    .filter(({ score }) => score !== undefined)
    .sort((a, b) => a.score - b.score || a.entry.title.length - b.entry.title.length);

// The groups of what is found for a query, the best group and in it the best first: {kind, total, found}.
export const find = (query, all) => {
  if (!folded(query).letters) return [];
  const without = query.replace(/s\s*$/i, ""); // a plural
  const found = ranked(query, all);
  const best = found.length || without === query ? found : ranked(without, all);
  const kinds = [...new Set(best.map(({ kind }) => kind))].sort((a, b) => {
    const first = (kind) => best.find((it) => it.kind === kind).score;
    return first(a) - first(b) || KINDS.indexOf(a) - KINDS.indexOf(b);
  });
  return kinds.map((kind) => {
    const mine = best.filter((it) => it.kind === kind);
    return { kind, total: mine.length, found: mine.slice(0, MOST).map(shown) };
  });
};
