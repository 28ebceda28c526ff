// The picture bar: what it shows is called, scenes from its widgets, and sizes of which the smaller stays the smaller.
import { hush, say } from "./header.js";
import { clamp } from "./number.js";

const MOST_SEED = 999_999;
const LEAST = "_min"; // two settings NAME_min and NAME_max are a pair
const MEGA = 1 << 20;
let [place, samples, largest, trigger, wanted, current, refused] = [null, {}, 0, null, "", "", ""];

// Seed and settings of a scene's key; null for a photograph.
const parsed = (key) => {
  const [, seed, query] = /^scene:(\d+)\??(.*)$/.exec(key) ?? [];
  return seed === undefined ? null : { seed: Number(seed), settings: new URLSearchParams(query) };
};
const sampleOf = (key) => (key.startsWith("sample:") ? key.slice("sample:".length) : null);
const settingsOf = (key, defaults) => {
  const settings = parsed(key)?.settings;
  return Object.entries(defaults).map(([one, usual]) => (settings?.has(one) ? Number(settings.get(one)) : usual));
};

// The bar says what is shown: a scene by its seed, else this sentence. Returns what is chosen among the samples.
export const name = (key) => {
  if (key !== current) refused = hush(refused);
  const [, low, high] = /^upload:.*[?]values=([-+.\de]+),([-+.\de]+)$/.exec(key) ?? [];
  const ends = high ? `Of this file’s values, ${low} to ${high} are shown from black to white` : "";
  if (ends && key !== current) say(ends);
  current = key;
  const chosen = sampleOf(key);
  const own = ends ? "Photograph, stretched" : "Photograph";
  const text = parsed(key) ? "" : chosen ? `Sample: ${samples[chosen] ?? chosen}` : own;
  if (place) Object.assign(place, { textContent: text, title: ends });
  document.body.toggleAttribute("data-photograph", Boolean(text));
  return chosen;
};

// The moved one of two sizes stays where it is, the other follows.
const paired = (names, values, before) =>
  names.forEach((one, i) => {
    const other = one.endsWith(LEAST) ? names.indexOf(one.replace(LEAST, "_max")) : -1;
    if (other < 0 || values[i] <= values[other]) return;
    const kept = values[other] === before[other] ? i : other;
    values[i] = values[other] = values[kept];
    say(`The smallest size cannot exceed the largest: both are ${values[kept]} now`);
  });

// Seed, key and settings of the scene from the widgets of the bar, the seed `step` further.
export const scene = (defaults, [given, ...values], step) => {
  const names = Object.keys(defaults);
  const seed = clamp(Math.round(Number(given) || 0) + step, 0, MOST_SEED);
  paired(names, values, settingsOf(current, defaults));
  const changed = names.map((one, i) => [one, values[i]]).filter(([one, value]) => value !== defaults[one]);
  const settings = changed.map(([one, value]) => `${one}=${value}`).join("&");
  return [seed, `scene:${seed}${settings ? "?" + settings : ""}`, ...values];
};

// Back and Forward: the widgets of the bar show another picture; gradio asks for their values.
export const reset = (key) => {
  if (key === current) return;
  wanted = key;
  trigger?.("restore");
};
export const barRestored = (defaults, seed) => [parsed(wanted)?.seed ?? seed, wanted, ...settingsOf(wanted, defaults)];

// A file that the server would refuse is not sent.
const tooLarge = (event) => {
  const files = event.type === "drop" ? event.dataTransfer?.files : event.target.files;
  if (!event.target.closest?.("#ww-file") || !files?.length || files[0].size <= largest) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const size = (files[0].size / MEGA).toFixed(1);
  if (event.type === "change") event.target.value = "";
  refused = `A picture file may have at most ${largest / MEGA} MB; this one has ${size} MB. Choose a smaller one.`;
  say(refused, true);
};

export const bar = (element, props, fire) => {
  place = element.querySelector(".ww-pictured");
  trigger = fire;
  samples = JSON.parse(place.dataset.samples);
  largest = Number(place.dataset.largest);
  if (current) name(current);
  for (const event of ["change", "drop"]) document.addEventListener(event, tooLarge, true);
};
