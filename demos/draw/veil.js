// What would give an answer away is veiled: blurred, and out of reach of pointer, keys and screen readers. Its place
// stays as it is, so that nothing shifts when the veil goes; the rest of the lesson stays alive.

const TEXT = "Predict first";

// The nodes of "output" or "output/part": a part is a panel of a stage, or what a board marks with data-shows.
const nodes = (lesson, name) => {
  const [output, ...rest] = name.split("/");
  const whole = document.getElementById(`${lesson}-${output}`);
  if (!whole || !rest.length) return whole ? [whole] : [];
  return [...whole.querySelectorAll("[data-shows]")].filter(({ dataset }) => dataset.shows === rest.join("/"));
};

const lower = (node) => {
  node.inert = true;
  node.dataset.veil = TEXT;
};
const lift = (node) => {
  node.inert = false;
  delete node.dataset.veil;
};

export class Veil {
  // `place` holds all of the lesson.
  constructor(lesson, place) {
    Object.assign(this, { lesson, place, names: [], down: new Set() });
    this.watch = new MutationObserver(() => this.lay()); // boards draw late, and anew
  }

  // Veils these and nothing else.
  set(names) {
    this.names = names;
    this.watch.disconnect();
    this.lay();
    if (names.length) this.watch.observe(this.place, { childList: true, subtree: true });
  }

  lay() {
    const wanted = new Set(this.names.flatMap((name) => nodes(this.lesson, name)));
    for (const node of this.down) if (!wanted.has(node)) lift(node);
    for (const node of wanted) if (!this.down.has(node)) lower(node);
    this.down = wanted;
  }
}
