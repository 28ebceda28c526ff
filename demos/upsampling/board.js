// The boards of upsampling: the bench (input and seven outputs), the kernel, and what follows from them.
import { bench } from "./bench.js";
import { cardOf, HOW } from "./cards.js";
import { inputOf } from "./input.js";
import { kernelOf } from "./kernel.js";
import { colors } from "../draw/canvas.js";
import { Live } from "../draw/live.js";
import { make } from "../draw/nodes.js";
import { terms } from "../draw/terms.js";
import { render } from "../draw/markup.js";
import { told } from "./told.js";
import { viewsOf } from "./views.js";

// Colours for a canvas: a table for numbers, and the ink of the style sheet.
const lookOf = (root, table) => {
  let kept = null;
  let dark = null;
  return () => {
    const now = document.body.classList.contains("dark");
    if (now !== dark) kept = { table, ...colors(root, "up", ["dark", "light", "shade", "line"]) };
    dark = now;
    return kept;
  };
};

// While a finger is on a number, what is out of sight waits: the finger needs the time.
const inSight = (root) => {
  const { top, bottom } = root.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
};

class Part extends Live {
  constructor({ root }) {
    super();
    this.root = root;
    bench.add(this);
    new ResizeObserver(() => this.ask()).observe(root);
  }

  draw() {
    if (!bench.cells || !this.ready || this.root.offsetParent === null) return;
    for (const part of this.drawn) if (!bench.held || inSight(part.root)) part.draw();
  }
}

class BenchBoard extends Part {
  constructor(context) {
    super(context);
    const { root, settings } = context;
    Object.assign(this, { context, look: lookOf(root, settings.table) });
    this.input = inputOf(settings, () => {
      bench.wanted = bench.cells.join(",");
      context.choose(bench.wanted);
    });
    this.told = told(settings.names);
    const choose = (place) => this.choose(place);
    const cards = Object.entries(settings.names).map(([kind, name]) =>
      cardOf(kind, name, HOW[kind], this.look, choose),
    );
    this.drawn = [this.input, ...cards, this.told];
    root.replaceChildren(
      make("div", { class: "up-bench" }, this.first(), ...cards.map((card) => card.root)),
      this.told.root,
    );
    root.upsampling = bench; // for the tests
  }

  first() {
    const title = make("h3", {});
    render(terms("The input, 4 × 4"), title);
    this.reset = make("button", { type: "button", class: "up-reset", text: "the scene's", onclick: () => this.own() });
    this.how = make("p", { class: "up-how" });
    const head = make("div", { class: "up-head" }, title, this.reset);
    return make("section", { class: "up-card up-first" }, head, this.how, this.input.root);
  }

  own() {
    bench.wanted = "";
    this.context.choose("");
  }

  choose(place) {
    bench.pin(place);
    const text = place.kind ? `${place.kind},${place.index}` : "";
    this.context.remember("place", text === `${bench.usual.kind},${bench.usual.index}` ? "" : text);
  }

  take(value) {
    this.input.show(value.picture);
    this.reset.hidden = !value.edited;
    render(terms(value.edited ? "yours: drag up and down" : "drag a number up and down"), this.how);
    bench.take(value);
    if (!this.ready) [this.ready] = [true, this.recall()];
    this.now();
  }

  // The output cell in the address, "kind,index".
  recall() {
    if (!bench.cells) return;
    const [kind, index] = this.context.remembered("place").split(",");
    const there = kind in this.context.settings.names && /^\d{1,3}$/.test(index ?? "");
    bench.pin(there ? { kind, index: Number(index) } : bench.usual);
  }
}

class KernelBoard extends Part {
  constructor(context) {
    super(context);
    const kernel = kernelOf(context);
    this.drawn = [kernel];
    context.root.replaceChildren(kernel.root);
    this.ready = true;
  }

  // The bench has the weights; this is told that they are new.
  take() {
    this.ask();
  }
}

class ViewsBoard extends Part {
  constructor(context) {
    super(context);
    const look = lookOf(context.root, context.settings.table);
    this.drawn = viewsOf(context.settings, look);
    context.root.replaceChildren(make("div", { class: "up-views" }, ...this.drawn.map((part) => part.root)));
  }

  take(value) {
    this.ready = true;
    for (const part of this.drawn) part.take?.(value);
    this.ask();
  }
}

export const upsamplingBench = (context) => new BenchBoard(context);
export const upsamplingKernel = (context) => new KernelBoard(context);
export const upsamplingViews = (context) => new ViewsBoard(context);
