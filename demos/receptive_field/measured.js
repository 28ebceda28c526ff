// The race of three stacks: the time that each has taken so far, as it comes in.
import { bars } from "../draw/bars.js";
import { html, render } from "../draw/markup.js";
import { number } from "../draw/number.js";

const row = ({ name, text, color, field, layers, done, gmacs, mib, ms, share }) => ({
  name: `${name}, ${field} px`,
  share,
  text: `${number(ms, ms < 10 ? 1 : 0)} ms`,
  note: `${done} of ${layers} layers · ${number(gmacs, 1)} G · ${number(mib, 0)} MiB`,
  color,
  title: text,
});

class Measured {
  constructor({ root }) {
    this.root = root;
    root.fieldMeasured = this; // for the tests
  }

  take(value) {
    this.value = value;
    render(html`<h3>Measured on this machine</h3>${bars(value.runners.map(row), "field-race")}`, this.root);
  }
}

export const fieldMeasured = (context) => new Measured(context);
