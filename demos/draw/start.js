// The start page: what this is, where to begin or to go on, and the lecture's map. It is drawn when it comes to sight,
// and anew whenever it comes back, since the learner has been somewhere meanwhile.
//
// `#ww-path-home` and `#ww-handout` are places for what other parts of the page put there: they take no room while
// empty, and are there from the first "whatwhere:shown" of the start page on.
import { counted } from "./answered.js";
import { bring } from "./cards.js";
import { copy } from "./copy.js";
import { stay } from "./header.js";
import { arrive } from "./lessons.js";
import { html, nothing, render } from "./markup.js";
import { recallNames } from "./memory.js";
import { things } from "./number.js";
import { following } from "./order.js";
import { pathHome } from "./path.js";
import { START, expected } from "./tabs.js";
import { KEY as VISITED_KEY } from "./visited.js";

const SAYS = "See how networks find things in a picture and give every pixel a label.";
const MORE = "an interactive lecture. Each lesson runs a real network or operator: predict, drag, look inside.";
const PRESENT = [
  ["present", "present=1&predict=0"],
  ["ask the class first", "present=1&predict=1"],
];

const titled = ({ number, title }) => `${number} ${title}`;
const address = (query) => new URL(`?${query}`, document.baseURI).href;

const first = (lessons, visited) => {
  const names = lessons.map(({ name }) => name);
  const lesson = lessons.find(({ name }) => name === following(names, visited));
  const been = names.filter((name) => visited.includes(name)).length;
  const word = !been ? "Begin" : been < names.length ? "Go on" : "Once more";
  return html`<a class="ww-begin" href=${address(`lesson=${lesson.name}`)}
    @click=${(event) => stay(event, lesson.name)}>${word}: ${titled(lesson)} <span aria-hidden="true">→</span></a>`;
};

const progress = (lessons, visited) => {
  const been = lessons.filter(({ name }) => visited.includes(name)).length;
  const answers = counted();
  if (!been && !answers) return html`or pick any card <span class="ww-by-key">· press <kbd>/</kbd> to search</span>`;
  const told = [`${been} of ${things(lessons.length, "lesson", "lessons")} visited`];
  if (answers) told.push(`predictions: ${answers}`);
  return told.join(" · ");
};

const VISITED = html`<i title="visited"><span class="ww-sr">, visited</span></i>`;
const card = (lesson, visited) =>
  html`<li class="ww-card">
  <a href=${address(`lesson=${lesson.name}`)} @click=${(event) => stay(event, lesson.name)}>
    <b><em>${lesson.number}</em> ${lesson.title}</b>${visited ? VISITED : nothing}
    <small>${lesson.asks}</small></a>
  <span class="ww-face" data-number=${lesson.number}>
    <img data-card=${lesson.name} alt="" width="256" height="160"></span></li>`;

const part = ({ letter, title, lessons }, visited) =>
  html`<section class="ww-part" style="--many: ${lessons.length}"
  aria-labelledby="ww-part-title-${letter}"><h3 id="ww-part-title-${letter}"><b>${letter}</b> <span>${title}</span></h3>
  <ul>${lessons.map((one) => card(one, visited.includes(one.name)))}</ul></section>`;

// ---- for the lecturer ------------------------------------------------------------------------------------------
const links = (lesson) => PRESENT.map(([text, query]) => [text, address(`lesson=${lesson.name}&${query}`)]);
const all = (lessons) => lessons.map((one) => `${titled(one)}\n  ${links(one)[0][1]}\n`).join("");

const row = (lesson) => {
  const linked = ([text, to]) =>
    html`<a href=${to}>${text}</a>
    <button type="button" aria-label="Copy the link: ${titled(lesson)}, ${text}"
      @click=${() => copy(to, "Link")}>copy</button>`;
  return html`<li><b>${titled(lesson)}</b><span>${links(lesson).map(linked)}</span></li>`;
};

const lecturer = (lessons) =>
  html`<details class="ww-lecturer"><summary>For the lecturer: order and links</summary>
  <p>Links open presenter mode, large enough for the back row: ← and → change the lesson, Page up and Page down the
    scene, Q asks the class first, Escape ends it.
    <button type="button" @click=${() => copy(all(lessons), "List of links")}>Copy all links</button></p>
  <ol>${lessons.map(row)}</ol></details>`;

// ---- the page --------------------------------------------------------------------------------------------------
const page = (parts) => {
  const lessons = parts.flatMap((one) => one.lessons);
  const visited = recallNames(VISITED_KEY);
  const most = Math.max(...parts.map((one) => one.lessons.length));
  const so = progress(lessons, visited);
  return html`<div class="ww-hero"><div><h2>${SAYS}</h2>
      <p><b>What &amp; Where</b> is ${MORE}</p>
      <p class="ww-first-step">${first(lessons, visited)} <span class="ww-so-far">${so}</span></p>
    </div></div>
    <div class="ww-map" style="--most: ${most}">${parts.map((one) => part(one, visited))}</div>
    <div class="ww-take"><div id="ww-handout"></div>${lecturer(lessons)}</div>
    <div id="ww-path-home"></div>`;
};

export const start = (element) => {
  const root = element.querySelector(".ww-start");
  const parts = JSON.parse(root.dataset.parts).filter(({ lessons }) => lessons.length);
  let drawn = false;
  const look = () => {
    if (root.offsetParent === null || !expected(START)) return;
    render(page(parts), root);
    if (!drawn) bring([...root.querySelectorAll("[data-card]")]);
    if (!drawn) pathHome(root.querySelector("#ww-path-home"));
    drawn = true;
    if (document.body.dataset.lesson === START) return;
    arrive(START);
    window.dispatchEvent(new CustomEvent("whatwhere:ready", { detail: START }));
  };
  new ResizeObserver(look).observe(root);
  window.addEventListener("whatwhere:look", look);
  window.addEventListener("storage", look); // another tab of this browser
  look();
};
