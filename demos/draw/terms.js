// The terms and citations in a text of the page: a term opens its entry of the glossary (lookup.js), a citation its
// paper. What a term is was decided in Python (demos/ui/glossary.py), whose pattern comes with the page.
import { html } from "./markup.js";

const MOST = 500; // texts whose pieces are remembered: a board draws the same ones sixty times a second
const given = JSON.parse(document.getElementById("ww-terms")?.textContent ?? "{}");
const PATTERN = given.pattern ? new RegExp(given.pattern, "gu") : null;
const remembered = new Map();

const plain = (text) => text.replace(/\s+/g, " ");

// The key of a term, perhaps in the plural.
const keyOf = (term) => {
  const text = plain(term).toLowerCase();
  return [text, text.replace(/s$/, ""), text.replace(/es$/, "")].map((one) => given.names[one]).find(Boolean);
};

const split = (text) => {
  const pieces = [];
  let done = 0;
  for (const { 0: whole, 1: citation, index } of PATTERN ? text.matchAll(PATTERN) : []) {
    if (index > done) pieces.push(text.slice(done, index));
    pieces.push(citation ? { text: whole, link: given.links[plain(whole)] } : { text: whole, key: keyOf(whole) });
    done = index + whole.length;
  }
  if (done < text.length) pieces.push(text.slice(done));
  return pieces;
};

// A text as strings, {text, key} for terms and {text, link} for citations.
export const pieces = (text) => {
  if (!remembered.has(text)) {
    if (remembered.size >= MOST) remembered.clear();
    remembered.set(text, split(text));
  }
  return remembered.get(text);
};

export const linked = (text, link) => html`<a class="ww-paper" href=${link} target="_blank" rel="noopener">${text}</a>`;

const term = ({ text, key }, stop) =>
  html`<span class="ww-term" role="button" tabindex=${stop} aria-haspopup="dialog" data-term=${key}>${text}</span>`;

// A text as markup. Only the first place of a term is one: `seen` holds the keys that a larger block has had already.
// The Tab key stops at a block's first term; arrow keys go on from there (lookup.js). What is no text stays as it is.
export const terms = (text, seen = new Set()) => {
  if (typeof text !== "string") return text;
  return pieces(text).map((piece) => {
    if (typeof piece === "string") return piece;
    if (piece.link) return linked(piece.text, piece.link);
    if (seen.has(piece.key)) return piece.text;
    seen.add(piece.key);
    return term(piece, seen.size === 1 ? 0 : -1);
  });
};
