// Which term is looked up: one that the pointer rests on, that is pressed, or that Enter is pressed on; arrow keys go
// from term to term. The glossary itself comes with the first.

const REST = 350; // milliseconds that the pointer rests on a term
let later = 0;

const glossary = () => import("./glossary.js");
const termOf = ({ target }) => target.closest?.(".ww-term");

const open = async (event, pinned) => {
  const node = termOf(event);
  if (!node) return;
  event.preventDefault(); // a label would press its control
  event.stopPropagation();
  clearTimeout(later);
  (await glossary()).open(node, pinned);
};

document.addEventListener("pointerover", (event) => {
  clearTimeout(later);
  const node = event.pointerType === "mouse" && termOf(event);
  if (node) later = setTimeout(async () => (await glossary()).open(node, false), REST);
});
document.addEventListener("click", (event) => open(event, true), true);
// The term before or after one, of those in sight in its lesson.
const step = (event) => {
  const node = termOf(event);
  const all = [...(node?.closest("[role=tabpanel]")?.querySelectorAll(".ww-term") ?? [])];
  const near = all.filter((one) => one.checkVisibility());
  const next = near[near.indexOf(node) + (event.key === "ArrowRight" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  event.stopPropagation(); // a projector's arrow keys change the lesson
  next.focus();
};

const KEYS = {
  Enter: (event) => open(event, true),
  " ": (event) => open(event, true),
  ArrowRight: step,
  ArrowLeft: step,
};
document.addEventListener("keydown", (event) => KEYS[event.key]?.(event), true);

// The list of a lesson's words, once it is in sight.
export const words = async (element) => (await glossary()).list(element.querySelector(".ww-words"));
