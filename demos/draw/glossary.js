// The glossary: what the terms mean, one entry at a time in a popover beside the term, or all of a lesson as a list.
import { html, nothing, render } from "./markup.js";
import { make } from "./nodes.js";
import { clamp } from "./number.js";
import { unzoomed } from "./presenting.js";
import { SKETCHES } from "./sketches.js";
import { linked, terms } from "./terms.js";

const LEAVE = 250; // milliseconds until an entry closes that the pointer has left
const GAP = 6; // CSS pixels between a term and its entry
const RIM = 12; // and around the entry
const GONE = "The glossary could not be loaded. Open the word again.";

let loaded = null;
const load = () =>
  (loaded ??= fetch(new URL("../glossary.json", import.meta.url))
    .then((answer) => answer.json())
    .catch(() => {
      loaded = null; // another try next time
      return {};
    }));

// ---- an entry ----------------------------------------------------------------------------------------
const source = ({ paper, section }) =>
  paper
    ? html`<p class="ww-from">${linked(`${paper.cited}, ${paper.title}`, paper.link)}${section && `, ${section}`}</p>`
    : nothing;

const entry = (key, told) => {
  if (!told) return html`<p role="alert">${GONE}</p>`;
  const [name, ...others] = told.names;
  return html`<p class="ww-entry-name" id="ww-entry-name"><b>${name}</b>
      ${others.length ? html`<small>${others.join(", ")}</small>` : nothing}</p>
    <p>${terms(told.says, new Set([key]))}</p>
    ${told.formula ? html`<p class="ww-formula">${told.formula}</p>` : nothing}
    ${SKETCHES[told.sketch] ?? nothing}${source(told)}`;
};

// ---- the popover -------------------------------------------------------------------------------------
const root = make("div", { class: "ww-entry", popover: "manual", role: "dialog", tabindex: "-1" });
root.setAttribute("aria-labelledby", "ww-entry-name");
let anchor = null; // the term that it belongs to
let pinned = false; // pressed, not only pointed at
let leaving = 0;

// Below the term, or above where more room is; never beyond the screen.
const place = () => {
  if (!anchor?.isConnected) return close();
  const { left, top, bottom } = anchor.getClientRects()[0] ?? anchor.getBoundingClientRect();
  if (bottom < 0 || top > innerHeight) return close();
  const [above, below] = [top - GAP - RIM, innerHeight - bottom - GAP - RIM];
  root.style.maxHeight = "none";
  const { width, height } = root.getBoundingClientRect();
  const up = height > below && above > below;
  const high = Math.min(height, up ? above : below);
  root.style.maxHeight = `${unzoomed(high)}px`;
  root.style.left = `${unzoomed(clamp(left, RIM, Math.max(RIM, innerWidth - width - RIM)))}px`;
  root.style.top = `${unzoomed(up ? top - GAP - high : bottom + GAP)}px`;
};

const mark = (on) => anchor?.setAttribute("aria-expanded", on);

// Shows the entry of a term; one that was pressed stays and takes the focus, one inside an entry takes its place.
export const open = async (node, press) => {
  const inside = root.contains(node);
  if (press && node === anchor && pinned) return close(true);
  if (!press && anchor && (pinned || inside)) return;
  const key = node.dataset.term;
  const told = (await load())[key];
  if (!node.isConnected) return;
  clearTimeout(leaving);
  if (!inside) {
    mark(false);
    anchor = node;
  }
  pinned = press;
  render(entry(key, told), root);
  if (!root.isConnected) document.body.append(root);
  if (!root.matches(":popover-open")) root.showPopover();
  root.scrollTop = 0;
  mark(true);
  place();
  if (press) root.focus({ preventScroll: true });
};

const close = (back = false) => {
  clearTimeout(leaving);
  if (!anchor) return;
  const [node, had] = [anchor, root.contains(document.activeElement)];
  mark(false);
  anchor = null;
  root.hidePopover();
  if (back || had) node.focus({ preventScroll: true });
};

const leave = () => {
  clearTimeout(leaving);
  if (anchor && !pinned) leaving = setTimeout(close, LEAVE);
};

document.addEventListener("pointerover", ({ target }) => {
  if (!anchor || pinned) return;
  if (root.contains(target) || anchor.contains(target)) clearTimeout(leaving);
  else leave();
});
document.documentElement.addEventListener("pointerleave", leave);
document.addEventListener("pointerdown", ({ target }) => {
  if (anchor && !root.contains(target) && !anchor.contains(target)) close();
});
document.addEventListener("keydown", (event) => anchor && keys(event), true);
for (const name of ["scroll", "resize"])
  addEventListener(name, ({ target }) => anchor && target !== root && place(), { capture: true, passive: true });

// Escape closes this and nothing else; Tab past its ends goes on from the term.
const keys = (event) => {
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopImmediatePropagation();
    return close(pinned);
  }
  if (event.key !== "Tab" || !root.contains(document.activeElement)) return;
  const stops = [root, ...root.querySelectorAll("a, .ww-term")];
  const at = stops.indexOf(document.activeElement);
  if (event.shiftKey ? at > 0 : at < stops.length - 1) return;
  if (event.shiftKey) event.preventDefault(); // back to the term; forward to what comes after it
  close(true);
};

// ---- the list of a lesson ----------------------------------------------------------------------------
const row = ({ names, says, formula, ...told }) =>
  html`<dt>${names[0]}</dt><dd>${says} ${formula ? html`<span class="ww-formula">${formula}</span>` : nothing}
    ${source(told)}</dd>`;

export const list = async (node) => {
  const all = await load();
  const near = node.closest("[role=tabpanel]")?.querySelectorAll(".ww-term") ?? [];
  const keys = new Set([...node.dataset.keys.split(" "), ...[...near].map(({ dataset }) => dataset.term)]);
  const told = [...keys].map((key) => all[key]).filter(Boolean);
  const first = ({ names: [name] }) => name.toLowerCase();
  told.sort((one, other) => first(one).localeCompare(first(other)));
  render(html`<h3>Words of this lesson</h3><dl>${told.map(row)}</dl>`, node);
};
