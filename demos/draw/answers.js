// A request to Python and its answer, in which a long text that the page has already is only named.
//
// Pictures and packed arrays are most of an answer. Python writes {"$": name} in their place, and sends those whose
// names the page did not list; names are of the content, so what comes back is never stale.

const VISITOR = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
const MOST = 150; // texts that are remembered, newest last
const CROWDED = 429; // many others ask just now
const TRIES = 5;
const BROKEN = "That could not be computed, by a fault of this app. Choose another value.";
const SILENT = "The server does not answer. Check the connection, then move a control again.";

const rest = () => new Promise((done) => setTimeout(done, 1000 + 1000 * Math.random()));

const send = async (...asked) => {
  for (let left = TRIES; ; left -= 1) {
    const answer = await request(...asked);
    if (answer.status >= 500) return { error: BROKEN };
    if (answer.status !== CROWDED || !left) return answer.json().catch(() => ({ error: SILENT }));
    await rest();
  }
};

const request = (address, body) =>
  fetch(new URL(`../../${address}`, import.meta.url), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...body, visitor: VISITOR }),
  }).catch(() => Response.json({ error: SILENT }));

// A visitor has one request at a time: the lessons of a page take turns.
let last = Promise.resolve();
const inTurn = (address, body) => (last = last.then(() => send(address, body)));

// `fetched`: weights were looked for just now.
export const ask = (lesson, settings, have, fetched) => inTurn("ask", { lesson, settings, have, fetched });

// Whether a task of the path is reached with a lesson's settings: {done, said}, or {error}.
export const check = (task, settings) => inTurn("check", { task, settings });

// The outputs of an answer, with all texts in their places; `strings` (name → text) is kept up to date.
export const unfold = ({ shown, texts }, strings) => {
  const put = (value) => {
    if (Array.isArray(value)) return value.length && typeof value[0] !== "number" ? value.map(put) : value;
    if (value === null || typeof value !== "object") return value;
    if (value.$ !== undefined) return recall(value.$);
    for (const key in value) value[key] = put(value[key]);
    return value;
  };
  const recall = (name) => {
    const text = texts[name] ?? strings.get(name);
    strings.delete(name);
    strings.set(name, text);
    return text;
  };
  const found = put(shown);
  for (const name of strings.keys()) if (strings.size > MOST) strings.delete(name);
  return found;
};
