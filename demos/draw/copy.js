// Copying a text, and saying so. Where no clipboard is, in a frame or over plain http, the text is shown, to be copied
// by hand.
import { say } from "./header.js";
import { make } from "./nodes.js";

let shown = null;
const close = () => {
  const from = shown?.from;
  shown?.remove();
  shown = null;
  from?.focus();
};

const show = (text, what) => {
  const from = document.activeElement;
  close();
  const field = make("textarea", { readonly: true, rows: text.includes("\n") ? 8 : 2, "aria-label": what });
  field.value = text;
  const said = `${what} could not be copied here. It is selected: press Ctrl+C, or ⌘C.`;
  const button = make("button", { type: "button", text: "Close", onclick: close });
  shown = make(
    "div",
    { class: "ww-copied", role: "dialog", "aria-label": said },
    make("p", { text: said }),
    field,
    button,
  );
  shown.from = from;
  shown.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  (document.querySelector(".gradio-container") ?? document.body).append(shown);
  field.focus();
  field.select();
};

// `what` is its name at the beginning of a sentence, such as "Link".
export const copy = async (text, what) => {
  try {
    await navigator.clipboard.writeText(text);
    close();
    say(`${what} copied`);
  } catch {
    show(text, what);
  }
};
