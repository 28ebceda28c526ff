// The race of three stacks: the time that each has taken so far, as it comes in.
import { lessonOf } from "../draw/asking.js";
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
  constructor({ root, lesson }) {
    Object.assign(this, { root, lesson });
    root.fieldMeasured = this; // for the tests
    window.addEventListener(
      "whatwhere:changed",
      ({ detail }) => detail === lesson && this.value && this.take(this.value),
    );
  }

  // Whether the settings are those that were measured.
  get now() {
    const { stack, padded, channels, side } = lessonOf(this.lesson).settings;
    return String([stack, padded, channels, side]) === String(this.value.about);
  }

  take(value) {
    this.value = value;
    const which = this.now ? "" : ", for what was chosen before";
    render(html`<h3>Measured on this machine${which}</h3>${bars(value.runners.map(row), "field-race")}`, this.root);
  }
}

export const fieldMeasured = (context) => new Measured(context);
