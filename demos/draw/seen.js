// The end of a lesson: what was seen in this run, and the way to the next lesson.
import { html } from "./markup.js";

const press = (id) => [...document.querySelectorAll(`#${id}-button`)].at(-1); // gradio measures with a hidden twin

// Opens a lesson as its tabs would, and begins at its top.
const open = (part, lesson) => {
  press(`ww-part-${part}`)?.click();
  setTimeout(() => {
    const tab = press(`ww-tab-${lesson}`);
    tab?.click();
    tab?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, 0);
};

export const seen = (text, root) => {
  const { next, part, says } = root.dataset;
  return html`<h3>What you saw</h3><p>${text}</p>
    <button type="button" class="ww-next" @click=${() => open(part, next)}>${says}</button>`;
};
