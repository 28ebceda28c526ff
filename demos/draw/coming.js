// A lesson comes to sight as a whole: its parts have their sizes then, and nothing jumps under the pointer. What it
// looks like until then is in style.css.
const LONGEST = 20000; // milliseconds that a lesson waits for all of its parts
const REST = 120; // milliseconds without another height: then its boards have drawn
const begun = new Set();

const panelOf = (name) => document.getElementById(`ww-tab-${name}`);

// What there is of a lesson is shown.
export const reveal = (name) => panelOf(name)?.setAttribute("data-come", "");

const settle = (name, height, since) =>
  requestAnimationFrame((now) => {
    const high = panelOf(name)?.offsetHeight;
    if (high !== height) settle(name, high, now);
    else if (now - since < REST) settle(name, height, since);
    else reveal(name);
  });

// Once all is there that an answer has.
export const come = ({ name, parts, values }) => {
  if (begun.has(name) || !values.size || ![...values.keys()].every((key) => parts.has(key))) return;
  begun.add(name);
  settle(name, 0, 0);
};

window.addEventListener("whatwhere:shown", ({ detail }) => setTimeout(reveal, LONGEST, detail));
