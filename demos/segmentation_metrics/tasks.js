// Paradoxes that the learner produces; each is checked whenever something changes, and keeps the numbers it came to.
import { html, nothing, render } from "../draw/markup.js";
import { number, percent } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { model } from "./model.js";
import { section } from "./more.js";

const TASKS = {
  accuracy: [
    "Pixel accuracy of at least 90 %, and a mean IoU below 0.5",
    "Begin with one class, or erase what is small.",
  ],
  edges: [
    "Two predictions of equal IoU (within 0.01) whose boundary IoU differs by 0.15",
    "Keep a moved mask as A; then start over with the truth and erase a hole in its middle.",
  ],
  pictures: [
    "A data set whose mean IoU is 0.02 from the mean of its pictures' mean IoUs",
    "Measure the network on the next scenes, at the end of the page, for one rare class or for all nine.",
  ],
  dice: [
    "Over two pictures A has the better mean IoU and B the better mean Dice",
    "Move the points on the curve: A very uneven, B even.",
  ],
};
const LEAST_ACCURACY = 0.9;
const MOST_MEAN = 0.5;
const SAME = 0.01;
const APART = 0.15;
export const MEANS_APART = 0.02;

const reached = new Map();
const drawn = [];

// A paradox is there, with these numbers.
export const reach = (key, told) => {
  if (reached.has(key)) return;
  reached.set(key, told);
  for (const draw of drawn) draw();
};

// What the prediction as it is reaches.
const check = () => {
  const { found, kept, class: mine, label } = model;
  if (found.accuracy >= LEAST_ACCURACY && found.miou < MOST_MEAN)
    reach("accuracy", `${percent(found.accuracy)} and ${number(found.miou, 2)}`);
  if (!kept || kept.label !== label || mine.iou === null) return;
  const [one, other] = [kept.class, mine];
  if (Math.abs(one.iou - other.iou) <= SAME && Math.abs(one.boundary - other.boundary) >= APART)
    reach(
      "edges",
      `IoU ${number(one.iou, 3)} and ${number(other.iou, 3)}, boundary IoU ${number(one.boundary, 2)} and
      ${number(other.boundary, 2)}`,
    );
};

export const tasks = () => {
  const root = section("", "tasks");
  const item = ([key, [text, hint]], seen) => {
    const told = reached.get(key);
    const below = told ? `Reached: ${told}` : hint;
    return html`<li class=${told ? "met-done" : ""}><b aria-hidden="true">${told ? "✓" : "○"}</b>
      <span>${terms(text, seen)}<small>${below}</small></span></li>`;
  };
  const draw = () => {
    check();
    const seen = new Set();
    const done = reached.size ? html`<small>${reached.size} of ${Object.keys(TASKS).length} reached</small>` : nothing;
    render(
      html`<h3>Can you make these happen? ${done}</h3><ol>${Object.entries(TASKS).map((one) => item(one, seen))}</ol>`,
      root,
    );
  };
  drawn.push(() => model.class && draw());
  return { root, draw };
};
