// The lecture as a file: a button on the start page, which presses gradio's own and says how long it takes.
import { html, render } from "./markup.js";
import { save } from "./save.js";

const BUTTON = "#ww-handout-start";
const SAYS = "All lessons on this picture as one file: figures, numbers, theory, links.";
const state = { says: SAYS, busy: false };

const draw = () => {
  const place = document.querySelector("#ww-handout");
  if (!place) return;
  const press = () => {
    if (state.busy) return;
    tell("Being written: lesson by lesson, about a minute …", true);
    document.querySelector(BUTTON).click();
  };
  render(
    html`<button type="button" aria-disabled=${state.busy} @click=${press}>Handout (HTML)</button>
      <output aria-live="polite">${state.says}</output>`,
    place,
  );
};

const tell = (says, busy = false) => {
  Object.assign(state, { says, busy });
  draw();
};

// The file that was written; null where it could not be.
export const handout = (file) => {
  tell(file ? "Saved: open it in a browser; printing makes a PDF." : "It could not be written: see the message.");
  if (file) save(file.orig_name, file.url);
};

window.addEventListener("whatwhere:ready", draw);
