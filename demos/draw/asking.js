// What a lesson shows is asked here: one plain request for its settings, answered at once from what Python keeps.
//
// The newest settings win, and never are two requests on their way for one lesson; Python works on the next while the
// page draws an answer. What Python cannot answer at once (weights that must be fetched, a GPU that is lent by call)
// goes through gradio's queue, by the beacon's event.
import { ask, unfold } from "./answers.js";
import { say } from "./header.js";

const lessons = new Map();
const WORKING_AFTER = 300; // milliseconds until the page shows that it waits

class Lesson {
  constructor(name) {
    Object.assign(this, { name, settings: {}, parts: new Map(), values: new Map(), strings: new Map() });
    Object.assign(this, { flying: false, again: false, queued: false, trigger: null });
  }

  // A part of the page that shows the output `key`; it gets what is there already.
  add(key, take) {
    this.parts.set(key, take);
    if (this.values.has(key)) take(this.values.get(key));
  }

  show(key, value) {
    this.values.set(key, value);
    try {
      this.parts.get(key)?.(value);
    } catch (error) {
      reportError(error); // the other parts are shown all the same
    }
  }

  set(key, value) {
    if (this.settings[key] === value) return false;
    this.settings[key] = value;
    return true;
  }

  async ask() {
    this.again = true;
    if (this.flying) return;
    this.flying = true;
    const working = setTimeout(() => document.body.classList.add("ww-working"), WORKING_AFTER);
    let answer = await this.once();
    while (answer) answer = await this.draw(answer);
    clearTimeout(working);
    document.body.classList.remove("ww-working");
    this.flying = false;
  }

  // One request for the settings as they are now, null if nothing has changed since the last.
  once() {
    if (!this.again) return null;
    this.again = false;
    return ask(this.name, this.settings, [...this.strings.keys()]);
  }

  // Shows an answer, and comes to the next one, which it asks for before.
  async draw(answer) {
    if (answer.queue) await this.queue();
    else if (answer.error) this.refused(answer.error);
    const shown = answer.shown ? unfold(answer, this.strings) : {};
    if (answer.shown) this.queued = false;
    const next = this.once();
    for (const [key, value] of Object.entries(shown)) this.show(key, value);
    return next;
  }

  // Says why, once more with the lesson's own settings where nothing is shown yet: a link may have brought bad ones.
  refused(text) {
    say(text, true);
    if (this.values.size || !this.defaults) return;
    Object.assign(this.settings, this.defaults, { picture: this.settings.picture });
    [this.defaults, this.again] = [null, true];
  }

  // Through gradio's queue; `arrived` is called when its event has ended.
  queue() {
    this.queued = true;
    return new Promise((done) => {
      this.arrived = done;
      this.trigger("queue");
    });
  }
}

export const lessonOf = (name) => {
  if (!lessons.has(name)) lessons.set(name, new Lesson(name));
  return lessons.get(name);
};

// A control of a lesson has another value.
export const set = (name, key, value) => {
  const lesson = lessonOf(name);
  if (lesson.set(key, value) && lesson.trigger) lesson.ask();
};

export const arrived = (name) => lessonOf(name).arrived?.();

// The link to exactly what a lesson shows.
export const link = (name) => {
  const query = new URLSearchParams({ lesson: name });
  const plain = (value) => (value === true ? "1" : value === false ? "0" : String(value ?? ""));
  for (const [key, value] of Object.entries(lessonOf(name).settings)) query.set(key, plain(value));
  return query;
};
