// A file that the browser writes: from an address, or from data of its own. The buttons that ask for a figure.
import { say } from "./header.js";
import { html, render } from "./markup.js";
import { make } from "./nodes.js";

export const save = (name, url) => make("a", { href: url, download: name }).click();

// A button for each form; the one that is pressed is the value of gradio's component, which then asks Python.
export const figures = (element, props, trigger) => {
  const root = element.querySelector(".ww-figures");
  const ask = (form) => {
    props.value = form;
    say(`Drawing the figure as ${form.toUpperCase()} …`);
    trigger("save");
  };
  const button = (form) =>
    html`<button type="button" data-form=${form} aria-label="Save as figure, ${form.toUpperCase()}"
      @click=${() => ask(form)}>${form.toUpperCase()}</button>`;
  render(html`<span>Save as figure</span>${root.dataset.forms.split(" ").map(button)}`, root);
};
