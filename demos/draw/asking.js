// What a lesson shows is asked here: one plain request for its settings, answered at once from what Python keeps.
//
// The newest settings win, and never are two requests on their way for one lesson; Python works on the next while the
// page draws an answer. What Python cannot answer at once (weights that must be fetched, a GPU that is lent by call)
// goes through gradio's queue, by the beacon's event.
import { ask, unfold } from "./answers.js";
import { come, reveal } from "./coming.js";
import { hush, say } from "./header.js";
import { notice } from "./notice.js";
import { START } from "./tabs.js";

const lessons = new Map();
const WORKING_AFTER = 300; // milliseconds until the page shows that it waits
const AT = "at."; // before the keys of what boards remember
const MOST_TEXT = 80;
const KEPT = "What you see is still the network chosen before.";
const USUAL = "The usual settings are shown.";
const OWN = "What you see is the lecture's own network.";

class Lesson {
  constructor(name) {
    Object.assign(this, { name, settings: {}, parts: new Map(), values: new Map(), strings: new Map() });
    Object.assign(this, { flying: false, again: false, queued: false, fetched: false, trigger: null });
    Object.assign(this, { at: {}, boards: [], drawn: null, defaults: {}, own: false, said: "" });
  }

  // A part of the page that shows the output `key`; it gets what is there already.
  add(key, take) {
    this.parts.set(key, take);
    if (this.values.has(key)) take(this.values.get(key));
    come(this);
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
    notice(this.name, "");
    this.tell();
    return true;
  }

  // Whether what is shown answers older settings: then what the learner has chosen since stays.
  get behind() {
    return !this.queued && JSON.stringify(this.settings) !== this.drawn;
  }

  // The address follows.
  tell() {
    window.dispatchEvent(new CustomEvent("whatwhere:changed", { detail: this.name }));
  }

  // gradio's widgets and the boards get the settings as they are now here, without asking anybody.
  recall() {
    this.late = !this.trigger; // its tab was never opened: then, when it is
    this.trigger?.("restore");
    for (const board of this.boards) board.recall?.();
  }

  async ask() {
    this.again = true;
    if (this.flying) return;
    this.flying = true;
    const wait = JSON.stringify(this.settings) === this.drawn ? Infinity : WORKING_AFTER; // else it only looks again
    const working = wait < Infinity && setTimeout(() => document.body.classList.add("ww-working"), wait);
    let answer = await this.once();
    while (answer) answer = (await this.draw(answer)) ?? (await this.once()); // what is shown may itself ask
    clearTimeout(working);
    document.body.classList.remove("ww-working");
    this.flying = false;
  }

  // One request for the settings as they are now, null if nothing has changed since the last.
  once() {
    if (!this.again) return null;
    this.again = false;
    this.asked = JSON.stringify(this.settings);
    return ask(this.name, this.settings, [...this.strings.keys()], this.fetched);
  }

  // Shows an answer, and comes to the next one, which it asks for before.
  async draw(answer) {
    const tried = this.fetched;
    this.fetched = false;
    if (answer.queue) await (tried || this.queue());
    else if (answer.missing) this.without(answer);
    else if (answer.error) this.refused(answer.error);
    const shown = answer.shown ? unfold(answer, this.strings) : {};
    if (answer.shown) [this.queued, this.drawn, this.said] = [false, this.asked, hush(this.said)];
    const next = this.once();
    for (const [key, value] of Object.entries(shown)) this.show(key, value);
    come(this);
    return next;
  }

  // Says why, once more with the view's own settings where nothing is shown yet: a link may have brought bad ones.
  refused(text) {
    const first = !this.values.size && !this.own;
    const said = say(first ? `${text} ${USUAL}` : text, true);
    reveal(this.name);
    if (!first) return void (this.said = said); // until there is an answer again
    const { picture, view } = this.settings;
    Object.assign(this.settings, this.defaults, { picture }, view === undefined ? {} : { view });
    this.own = this.again = true;
    this.recall();
    this.tell();
  }

  // The weights of a network cannot be had: the setting goes back to the one that made what is shown.
  without({ error, missing }) {
    const before = this.drawn ? JSON.parse(this.drawn) : this.defaults;
    this.settings[missing] = before[missing];
    this.recall();
    this.tell();
    notice(this.name, `${error} ${this.drawn ? KEPT : OWN}`);
    this.again = true; // the picture may be another one by now
  }

  // Through gradio's queue; `arrived` is called when its event has ended, with false where it has failed.
  queue() {
    this.queued = true;
    return new Promise((done) => {
      this.arrived = (well) => {
        if (well) this.drawn = this.asked;
        else this.fetched = this.again = true;
        done();
      };
      this.trigger("queue");
    });
  }
}

export const lessonOf = (name) => {
  if (!lessons.has(name)) lessons.set(name, new Lesson(name));
  return lessons.get(name);
};

// A control of a lesson has another value. Before the lesson has asked at all that is a link's, and others will follow.
export const set = (name, key, value) => {
  const lesson = lessonOf(name);
  if (lesson.set(key, value) && lesson.asked) lesson.ask();
};

// Several settings at once, their widgets with them: what a board proposes as a whole.
export const adopt = (name, settings) => {
  const lesson = lessonOf(name);
  Object.assign(lesson.settings, settings);
  lesson.recall();
  lesson.tell();
  lesson.ask();
};

export const arrived = (name, well) => lessonOf(name).arrived?.(well);

// The values of a lesson's widgets, for gradio.
export const recalled = (name, keys) => keys.map((key) => lessonOf(name).settings[key]);

// The link to exactly what a lesson shows: what is as usual is left out, and what others have put there stays.
export const link = (name) => {
  const { settings, defaults, at } = lessonOf(name);
  const plain = (value) => (value === true ? "1" : value === false ? "0" : String(value ?? ""));
  const query = new URLSearchParams(name === START ? {} : { lesson: name });
  for (const [key, value] of Object.entries(settings))
    if (plain(value) !== plain(defaults[key])) query.set(key, plain(value));
  for (const [key, text] of Object.entries(at)) query.set(AT + key, text);
  const ours = (key) =>
    key === "lesson" || key.startsWith(AT) || [...lessons.values()].some((one) => key in one.settings);
  for (const [key, text] of new URLSearchParams(location.search)) if (!ours(key)) query.append(key, text);
  return query;
};

// What a board remembers in the address beside its settings; Python never sees it. A link may bring any text: the board
// itself looks whether it can use one.
export const remember = (name, key, text) => {
  const lesson = lessonOf(name);
  if ((lesson.at[key] ?? "") === text) return;
  if (text) lesson.at[key] = text;
  else delete lesson.at[key];
  lesson.tell();
};
export const remembered = (name, key) => lessonOf(name).at[key] ?? "";

const linked = new URLSearchParams(location.search);
for (const [key, text] of linked)
  if (key.startsWith(AT) && text.length <= MOST_TEXT)
    lessonOf(linked.get("lesson") ?? "").at[key.slice(AT.length)] = text;
