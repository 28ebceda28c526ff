// Which term is looked up: one that the pointer rests on, that is pressed, or that Enter is pressed on. The glossary
// itself comes with the first.

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
document.addEventListener(
  "keydown",
  (event) => (event.key === "Enter" || event.key === " ") && open(event, true),
  true,
);

// The list of a lesson's words, once it is in sight.
export const words = async (element) => (await glossary()).list(element.querySelector(".ww-words"));
