// A lesson's own part of the page. Its script and style come when its tab is first opened; if they cannot be had, the
// part says so and offers another try, and the rest of the page works.
//
// demos/<lesson>/board.js exports functions (context) → {take(value), chosen?(text), recall?()}; `context` is
// {root, settings, lesson, choose(text), selection(), adopt(settings), again(), behind(), remember(key, text),
// remembered(key)}; `adopt` sets several widgets of the lesson at once, `again` asks Python once more, `behind` says
// whether what came last answers older settings. What a board remembers is in the
// address alone, empty where it is as usual; a link may have brought anything, so the board checks it. `recall` is
// called when Back or Forward has brought something else.
import { adopt, lessonOf, remember, remembered, set } from "./asking.js";
import { make } from "./nodes.js";
import { none, read } from "./packed.js";

const loads = new Map();

const style = (href) =>
  new Promise((done, fail) => {
    document.head.append(Object.assign(make("link", { rel: "stylesheet", href }), { onload: done, onerror: fail }));
  });

// The module of a lesson, and its style if it has one.
const load = (lesson, styled) => {
  if (!loads.has(lesson)) {
    const address = (file) => new URL(`../${lesson}/${file}`, import.meta.url).href;
    const both = Promise.all([import(address("board.js")), styled ? style(address("board.css")) : null]);
    loads.set(lesson, both);
    both.catch(() => loads.delete(lesson));
  }
  return loads.get(lesson).then(([module]) => module);
};

const hide = (root, value) => root.toggleAttribute("data-nothing", !root.dataset.run && none(value));

const failed = (root, again) =>
  root.replaceChildren(
    make(
      "p",
      { class: "ww-failed", role: "alert", text: "This part of the lesson could not be loaded. " },
      make("button", { type: "button", text: "Try again", onclick: again }),
    ),
  );

// What a board is given: its place, its fixed settings, and a way to choose something.
const contextOf = (root, props) => {
  const { lesson, key } = root.dataset;
  return {
    root,
    lesson,
    settings: JSON.parse(root.dataset.settings),
    adopt: (values) => adopt(lesson, values),
    again: () => lessonOf(lesson).ask(),
    behind: () => lessonOf(lesson).behind,
    remember: (name, text) => remember(lesson, name, text),
    remembered: (name) => remembered(lesson, name),
    selection: () => (key ? props.value || "" : ""),
    choose: (text) => {
      if (text === (props.value || "")) return;
      props.value = text;
      set(lesson, key, text);
    },
  };
};

export const board = (element, props, watch) => {
  const root = element.querySelector(".ww-board");
  const { lesson, output, script, key, run, styled } = root.dataset;
  root.toggleAttribute("data-waiting", !run);
  hide(root, null);
  const begin = async () => {
    try {
      const module = await load(lesson, styled);
      root.replaceChildren();
      const drawn = module[script](contextOf(root, props));
      lessonOf(lesson).boards.push(drawn);
      const take = (value) => {
        hide(root, value);
        root.removeAttribute("data-waiting");
        if (!none(value)) drawn.take(value);
      };
      if (key) watch("value", () => drawn.chosen?.(props.value || ""));
      if (run && !key) return follow(props, watch, take);
      lessonOf(lesson).add(output, take); // with a key the component's value is the choice: an outlet brings the output
      if (!key) outlet(element, props, watch);
    } catch (error) {
      console.warn(error);
      for (const mark of ["data-waiting", "data-nothing"]) root.removeAttribute(mark);
      failed(root, begin);
      lessonOf(lesson).add(output, () => {}); // the rest of the lesson does not wait for it
    }
  };
  begin();
};

// A component of gradio that carries an output of its queue: its value is shown by whoever shows that output. One that
// comes to the page late, in a fold that was closed, may hold what was answered before the last quick answer.
export const outlet = (element, props, watch) => {
  const { lesson: name, output } = element.firstElementChild.dataset;
  const lesson = lessonOf(name);
  const stale = lesson.values.has(output) && !lesson.queued;
  follow(props, watch, (value) => lesson.show(output, value), stale);
};

const follow = (props, watch, take, stale = false) => {
  const now = () => take(read(props.value));
  watch("value", now);
  if (!stale && !none(props.value)) now();
};
