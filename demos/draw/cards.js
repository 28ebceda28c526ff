// The pictures of the start page's cards. Python makes them one after another: those that are there come at once, and
// the next one that is to come is asked for again, until all are there.

const WAIT = 700; // milliseconds between two questions
const LONGEST = 10000;
const LATER = 202;
const GROWS = 1.3;

const ask = (name) => fetch(new URL(`../../card/${name}.webp`, import.meta.url));

// Whether no more is to be asked about an image; it is shown if there is one.
const shown = async (image) => {
  const answer = await ask(image.dataset.card).catch(() => null);
  if (!answer || answer.status === LATER) return false;
  if (answer.status !== 200) return true; // it has none: its place stays as it is
  image.alt = decodeURIComponent(answer.headers.get("Alt-Text") ?? "");
  image.src = URL.createObjectURL(await answer.blob());
  return true;
};

const rest = (wait) => new Promise((done) => setTimeout(done, wait));

// Brings the pictures of some images, which have the names of their lessons in `data-card`.
export const bring = async (images) => {
  const there = await Promise.all(images.map(shown));
  const left = images.filter((_, i) => !there[i]);
  for (let wait = WAIT; left.length; wait = Math.min(LONGEST, wait * GROWS)) {
    await rest(wait);
    while (left.length && (await shown(left[0]))) {
      left.shift();
      wait = WAIT;
    }
  }
};
