// Terms in what gradio writes: labels, what stands below them, and its Markdown, which it may write anew.
//
// Its texts are replaced only where svelte will not look for them again: inside the paragraphs of Markdown, which it
// throws away as a whole, and in labels, which never change. Formulas are drawn first: a text is left until it rests.
import { render } from "./markup.js";
import { pieces, terms } from "./terms.js";

const REST = 200; // milliseconds without another change
const BLOCKS = ".prose :is(p, li, table, h1, h2, h3, h4), [data-testid=block-info], .info-text";
const NEVER = ".katex, a, button, code, pre, svg, input, .ww-term";
const done = new WeakSet();
const watched = new WeakSet();

const texts = (block) => {
  const all = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  const found = [];
  while (all.nextNode()) if (!all.currentNode.parentElement.closest(NEVER)) found.push(all.currentNode);
  return found;
};

// Whether a block, or one around it, has been marked.
const marked = (node) => node && (done.has(node) || marked(node.parentElement));

const mark = (block) => {
  if (marked(block)) return;
  done.add(block);
  const seen = new Set();
  for (const node of texts(block)) {
    if (!pieces(node.data).some((piece) => typeof piece !== "string")) continue;
    const parts = document.createDocumentFragment();
    render(terms(node.data, seen), parts);
    node.replaceWith(parts);
  }
};

const walk = (root) => {
  for (const block of root.querySelectorAll(BLOCKS)) mark(block);
};

const watch = (root) => {
  if (watched.has(root)) return;
  watched.add(root);
  let later = setTimeout(walk, REST, root);
  const changed = () => {
    clearTimeout(later);
    later = setTimeout(walk, REST, root);
  };
  new MutationObserver(changed).observe(root, { childList: true, subtree: true });
};

// A lesson is in sight: its own texts, and those of the picture's bar.
window.addEventListener("whatwhere:shown", () => {
  const here = document.getElementById(`ww-tab-${document.body.dataset.lesson}`);
  for (const root of [here, document.getElementById("ww-picture-bar")]) if (root) watch(root);
});
