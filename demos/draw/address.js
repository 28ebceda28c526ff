// The address follows the lesson in sight: its settings where they are not the usual ones, and what its boards remember
// (`at.stage=3`). While somebody acts, the entry of the history is replaced; another lesson makes a new one.
//
// An entry keeps the settings themselves, so that Back and Forward need neither the server nor a new page.
import { link, lessonOf } from "./asking.js";
import { reset } from "./bar.js";
import { expect, shown } from "./lessons.js";
import { START, open } from "./tabs.js";

const REST = 500; // milliseconds between two changes; browsers refuse more than a hundred in half a minute
let [last, going, timer] = ["", "", 0];

// A query as people read it: a colon, a comma or a question mark needs no escape there.
const READABLE = { "%3A": ":", "%2C": ",", "%3F": "?", "%3D": "=" };
export const readable = (query) => `?${String(query).replace(/%3A|%2C|%3F|%3D/g, (code) => READABLE[code])}`;

const write = (name, how) => {
  clearTimeout(timer);
  timer = 0;
  const { settings, at } = lessonOf(name);
  try {
    const query = link(name);
    const address = query.size ? readable(query) : location.pathname; // the start page's is the bare one
    history[how]({ lesson: name, settings: { ...settings }, at: { ...at } }, "", address);
  } catch {
    // a frame without an address of its own, or too many changes: the link can still be copied
  }
};

// A lesson is in sight, perhaps another one than before.
const follow = ({ detail: name }) => {
  if (going && name !== going) return; // a tab that flashes by on the way back
  going = "";
  if (name === last) return;
  if (timer) write(last, "replaceState");
  write(name, last ? "pushState" : "replaceState");
  last = name;
};

const changed = ({ detail: name }) => {
  if (name === last && !timer) timer = setTimeout(() => write(last, "replaceState"), REST);
};

// Back or Forward: the lesson and its settings as they were.
const back = ({ state }) => {
  if (!state?.lesson) return;
  clearTimeout(timer);
  [timer, going, last] = [0, state.lesson, state.lesson];
  if (state.lesson === START) return open(START);
  const lesson = lessonOf(state.lesson);
  const before = JSON.stringify(lesson.settings);
  Object.assign(lesson, { settings: { ...lesson.settings, ...state.settings }, at: { ...state.at } });
  lesson.recall();
  expect(state.settings.picture);
  reset(state.settings.picture);
  if (shown() !== state.lesson) open(state.lesson);
  if (lesson.trigger && JSON.stringify(lesson.settings) !== before) lesson.ask();
};

window.addEventListener("whatwhere:ready", follow);
window.addEventListener("whatwhere:changed", changed);
window.addEventListener("popstate", back);
