// Presenter mode: one layout, HIGH pixels high, enlarged to whatever the projector has. So a sentence takes the same
// share of every screen. A slim bar keeps the lessons and the scenes in reach; all of it works by key and by touch.
import { make } from "./nodes.js";

const HIGH = 630; // with the smallest text at 14 px: one forty-fifth
const WIDE = 1080;
const KEYS = [
  ["← →", "lesson before, lesson after"],
  ["Page up, Page down", "scene before, scene after"],
  ["P", "presenter mode on or off"],
  ["/", "search"],
  ["?", "these keys"],
  ["Esc", "back to the page"],
];
const SCENES = { PageDown: "ww-next", PageUp: "ww-previous" };

export const presenting = () => document.body.classList.contains("ww-present");

export const present = (on = !presenting()) => {
  document.body.classList.toggle("ww-present", on);
  fit();
  window.dispatchEvent(new Event("resize"));
};

const fit = () => {
  const zoom = presenting() ? Math.max(1, Math.min(window.innerHeight / HIGH, window.innerWidth / WIDE)) : 1;
  document.body.style.setProperty("--ww-zoom", zoom.toFixed(4));
};

// Pixels of the window in the page's own, for what is placed by hand.
export const unzoomed = (pixels) => pixels / (Number(document.body.style.getPropertyValue("--ww-zoom")) || 1);

// The lesson `step` further on, through the menu that stands in the header.
const turn = (step) => {
  const menu = document.querySelector(".ww-menu");
  const next = menu.selectedIndex + step;
  if (next < 0 || next >= menu.options.length) return;
  menu.selectedIndex = next;
  menu.dispatchEvent(new Event("change"));
};

const help = () => {
  const entry = ([key, does]) => [make("dt", { text: key }), make("dd", { text: does })];
  const close = make("button", { type: "button", text: "Close", onclick: () => dialog.close() });
  const dialog = make("dialog", { class: "ww-keys", "aria-label": "Keys", onclose: () => dialog.remove() });
  dialog.append(make("dl", {}, ...KEYS.flatMap(entry)), close);
  document.querySelector(".gradio-container").append(dialog);
  dialog.showModal();
};

// What a key does outside of fields; true if it did something.
export const pressed = (key) => {
  if (key === "p" || key === "P") present();
  else if (key === "?") help();
  else if (!presenting()) return false;
  else if (key === "ArrowLeft" || key === "ArrowRight") turn(key === "ArrowRight" ? 1 : -1);
  else if (key in SCENES) document.getElementById(SCENES[key])?.click();
  else return false;
  return true;
};

window.addEventListener("resize", fit);
// Escape leaves from fields and boards too, which may not let it through: it is heard before them.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Escape" && presenting() && !document.querySelector("dialog[open], :popover-open"))
      present(false);
  },
  true,
);
