// Opening a lesson by its name, as a click on its tab would; a link's lesson is opened before the server has answered.

const PATIENCE = 20; // seconds until the page is expected to have its tabs
const button = (id) => [...document.querySelectorAll(`#${id}-button`)].at(-1); // gradio measures with a hidden twin
const optionOf = (name) => [...document.querySelectorAll(".ww-menu option")].find(({ value }) => value === name);

// The lesson that a link names, until it is in sight or the learner has chosen a tab.
let wanted = new URLSearchParams(location.search).get("lesson") ?? "";

// Whether a lesson may ask: not one that only flashes by before the link's is open.
export const expected = (name) => !wanted || wanted === name;

const press = (id, then, until) => {
  const tab = button(id);
  if (tab) {
    if (tab.getAttribute("aria-selected") !== "true") tab.click();
    then();
  } else if (performance.now() < until) requestAnimationFrame(() => press(id, then, until));
};

export const open = (name) => {
  const part = optionOf(name)?.dataset.part;
  const until = performance.now() + 1000 * PATIENCE;
  if (part) press(`ww-part-${part}`, () => press(`ww-tab-${name}`, () => {}, until), until);
};

// The link's lesson, once the header is there; `look` is called where nothing more is expected.
export const openLinked = (look) => {
  const free = () => {
    if (!wanted) return;
    wanted = "";
    look();
  };
  if (!optionOf(wanted)) return free();
  window.addEventListener("whatwhere:shown", ({ detail }) => detail === wanted && free());
  for (const name of ["pointerdown", "keydown"])
    document.addEventListener(name, ({ target }) => target.closest?.("[role=tab], .ww-menu") && free(), true);
  open(wanted);
};
