// A lesson comes to sight as a whole: its parts have their sizes then, and nothing jumps under the pointer. What it
// looks like until then is in style.css.
const LONGEST = 6000; // milliseconds that a lesson waits for all of its parts

const reveal = (name) => document.getElementById(`ww-tab-${name}`)?.setAttribute("data-come", "");

// Whether all is there that an answer has; the next frame but one has drawn it.
export const come = ({ name, parts, values }) => {
  if (!values.size || ![...values.keys()].every((key) => parts.has(key))) return;
  requestAnimationFrame(() => requestAnimationFrame(() => reveal(name)));
};

window.addEventListener("whatwhere:shown", ({ detail }) => setTimeout(reveal, LONGEST, detail));
