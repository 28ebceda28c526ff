// The stage: linked panels of one picture, a box to drag or a pixel to choose, and what each panel knows there.
//
// Panels are an output of the lesson; the selection is the component's own value (see demos/ui/stage.py). While the
// pointer moves, nothing leaves the browser: one requestAnimationFrame draws crosshair, box and read-outs. On release
// the selection becomes a setting of the lesson, which asks Python once.
import { lessonOf, set } from "./asking.js";
import { Box } from "./box.js";
import { render } from "./markup.js";
import { make } from "./nodes.js";
import { clamp, tenth } from "./number.js";
import { unpack } from "./packed.js";
import { Panel, legend } from "./panel.js";
import { presenting } from "./presenting.js";
import { terms } from "./terms.js";

class Stage {
  constructor(root, props) {
    Object.assign(this, { root, props, views: [], box: null, pin: null, hover: null, frame: 0 });
    this.kind = root.dataset.kind || "none";
    this.lesson = root.dataset.lesson;
    this.id = root.dataset.stage;
    const { label, columns, height, hint } = root.dataset;
    this.label = label;
    this.columns = Number(columns);
    root.style.setProperty("--columns", columns);
    root.style.setProperty("--height", height);
    this.grid = make("div", { class: "ww-panels" });
    this.message = make("p", { class: "ww-message", role: "status" });
    this.wait = make("p", { class: "ww-wait", text: "The network is looking at the picture…" });
    this.shared = make("div", { class: "ww-shared" });
    this.live = make("output", { class: "ww-sr", "aria-live": "polite" });
    this.hint = make("p", { class: "ww-hint" });
    render(terms(hint), this.hint);
    root.replaceChildren(this.message, this.grid, this.wait, this.shared, this.hint, this.live);
    this.select(props.value);
    document.addEventListener("whatwhere:point", (event) => this.heard(event.detail));
    new ResizeObserver(() => this.ask()).observe(this.grid);
  }

  // Panels from Python.
  show(panels) {
    if (!panels?.panels) return;
    if (panels.selection != null && !lessonOf(this.lesson).behind) this.select(panels.selection);
    const seen = JSON.stringify({ ...panels, selection: null });
    if (seen === this.seen) return this.ask();
    this.seen = seen;
    const focused = this.grid.contains(document.activeElement);
    // what did not change keeps its panel
    const kept = String(panels.size) === String(this.size) && panels.base === this.base ? this.views : [];
    this.size = panels.size;
    this.base = panels.base;
    Object.assign(this, { legend: panels.legend, picture: panels.picture });
    this.wait.remove();
    this.root.style.setProperty("--rows", Math.ceil(panels.panels.length / this.columns));
    this.root.style.setProperty("--ratio", this.size[1] / this.size[0]);
    render(terms(panels.message || ""), this.message);
    if (this.kind === "point" && this.pin && (this.pin[0] > this.size[1] || this.pin[1] > this.size[0]))
      this.pin = null;
    this.truth = null;
    if (panels.truth)
      unpack(panels.truth).then((map) => {
        this.truth = map;
        this.ask();
      });
    this.views = panels.panels.map((panel, i) =>
      kept[i]?.text === JSON.stringify(panel) ? kept[i] : new Panel(panel, this),
    );
    this.arrange();
    this.shared.replaceChildren(panels.legend?.length ? legend(panels.legend) : "");
    const fresh = this.views.filter((view) => !kept.includes(view));
    if (this.kind === "box") this.edit(fresh);
    for (const view of fresh) this.listen(view);
    if (focused) this.focusable?.focus({ preventScroll: true });
    this.draw();
  }

  // Panels in their order; one that is there already stays untouched.
  arrange() {
    this.views.forEach(({ root }, i) => {
      const there = this.grid.children[i];
      if (there === root) return;
      if (there) there.replaceWith(root);
      else this.grid.append(root);
    });
    while (this.grid.children.length > this.views.length) this.grid.lastChild.remove();
  }

  edit(fresh) {
    const [height, width] = this.size;
    this.box = this.box || [width * 0.3, height * 0.3, width * 0.6, height * 0.6].map(Math.round);
    const [x0, y0, x1, y1] = this.box;
    this.box = [clamp(x0, 0, width - 1), clamp(y0, 0, height - 1), clamp(x1, 1, width), clamp(y1, 1, height)];
    if (fresh.includes(this.views[0])) this.editor = new Box(this, this.views[0]);
    this.focusable = this.editor.root;
    fresh
      .filter((view) => view !== this.views[0])
      .forEach((view) => {
        view.ghost = make("div", { class: "ww-ghost" });
        view.frame.append(view.ghost);
      });
  }

  listen(view) {
    const surface = view.frame;
    surface.addEventListener("pointermove", (event) => {
      this.hover = this.locate(view, event);
      this.point(false);
    });
    surface.addEventListener("pointerleave", () => {
      this.hover = null;
      this.point(false);
    });
    if (this.kind !== "point") return;
    surface.classList.add("ww-pointing");
    surface.addEventListener("click", (event) => {
      this.pin = this.locate(view, event);
      if (!presenting()) this.focusable?.focus({ preventScroll: true }); // arrow keys go on from here
      this.commitPoint();
    });
    if (view !== this.views[0]) return;
    this.focusable = surface;
    surface.tabIndex = 0;
    surface.setAttribute("role", "application");
    surface.setAttribute(
      "aria-label",
      `${this.label}. Arrow keys move the pixel, Shift makes the step ten, Escape lets it go.`,
    );
    surface.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const step = event.shiftKey ? 10 : 1;
    const by = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    }[event.key];
    const [height, width] = this.size;
    if (event.key === "Escape" && this.pin) {
      this.pin = null;
      event.stopPropagation();
      return this.commitPoint();
    }
    if (!by) return;
    event.preventDefault();
    const [x, y] = this.pin || [Math.floor(width / 2) + 0.5, Math.floor(height / 2) + 0.5];
    this.pin = [clamp(x + by[0], 0.5, width - 0.5), clamp(y + by[1], 0.5, height - 0.5)];
    this.hover = null;
    this.point(false);
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      this.tell(this.describePoint());
      this.commitPoint();
    }, 350);
  }

  // Picture coordinates of a pointer event; whole pixels are addressed by their centres.
  locate(view, event, inside = true) {
    const frame = view.frame.getBoundingClientRect();
    const [height, width] = this.size;
    const x = ((event.clientX - frame.left) / frame.width) * width;
    const y = ((event.clientY - frame.top) / frame.height) * height;
    if (this.kind === "box" || !inside) return [x, y];
    return [clamp(Math.floor(x), 0, width - 1) + 0.5, clamp(Math.floor(y), 0, height - 1) + 0.5];
  }

  get pointed() {
    return this.hover || this.pin;
  }

  point(final) {
    const detail = {
      lesson: this.lesson,
      stage: this.id,
      size: this.size,
      point: this.pointed,
      pin: this.pin,
      final,
    };
    document.dispatchEvent(new CustomEvent("whatwhere:point", { detail }));
    this.ask();
  }

  // Stages of one lesson that show pictures of one size share their crosshair.
  heard({ lesson, stage, size, point, pin }) {
    if (lesson !== this.lesson || stage === this.id || !this.size || String(size) !== String(this.size)) return;
    this.hover = point;
    if (this.kind === "none") this.pin = pin;
    this.ask();
  }

  select(text) {
    const numbers = String(text ?? "")
      .split(",")
      .filter((part) => part.trim())
      .map(Number);
    if (this.kind === "point") this.pin = numbers.length === 2 ? numbers.map((value) => Math.floor(value) + 0.5) : null;
    if (this.kind === "box" && numbers.length === 4 && !this.editor?.drag) this.box = numbers;
    this.ask();
  }

  setBox(box) {
    this.box = box;
    this.dispatchBox(false);
    this.ask();
  }

  dispatchBox(final) {
    const detail = {
      lesson: this.lesson,
      stage: this.id,
      size: this.size,
      box: [...this.box],
      final,
    };
    document.dispatchEvent(new CustomEvent("whatwhere:box", { detail }));
  }

  commitBox() {
    this.dispatchBox(true);
    this.commit(this.box.map(tenth).join(","));
    this.tell(this.describeBox());
  }

  commitPoint() {
    this.point(true);
    this.commit(this.pin ? this.pin.map(Math.floor).join(",") : "");
  }

  commit(text) {
    if (text === this.props.value) return;
    this.props.value = text;
    set(this.lesson, this.root.dataset.key, text);
  }

  describeBox() {
    const [x0, y0, x1, y1] = this.box.map((value) => value.toFixed(1));
    return `box ${x0}, ${y0} to ${x1}, ${y1}`;
  }

  describePoint() {
    if (!this.pin) return "no pixel";
    const open = this.views.filter(({ root }) => !root.inert); // the others are veiled
    const known = open.map((view) => [view.panel.title, view.read(this.pin).text]).filter(([, text]) => text);
    return `pixel ${this.pin.map(Math.floor).join(", ")}. ` + known.map((pair) => pair.join(": ")).join(". ");
  }

  tell(text) {
    this.live.textContent = text;
  }

  ask() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  draw() {
    if (!this.size) return;
    const scale = this.pin ? this.size[1] / (this.views[0].frame.clientWidth || this.size[1]) : 1;
    for (const view of this.views) view.draw(this.pointed, this.pin, scale);
    if (!this.editor) return;
    this.editor.draw(this.box);
    const { left, top, width, height } = this.editor.root.style;
    for (const view of this.views) if (view.ghost) Object.assign(view.ghost.style, { left, top, width, height });
  }
}

// ---- what gradio calls -----------------------------------------------------------------------------
const stages = new Map();

export const stage = (element, props, watch) => {
  const root = element.querySelector(".ww-stage");
  const made = new Stage(root, props);
  stages.set(made.id, made);
  watch("value", () => made.select(props.value));
  lessonOf(made.lesson).add(root.dataset.output, (panels) => made.show(panels));
};

// The stage of a name, for a lesson's own script: {box, pin, size, setBox(box), commitBox()}.
export const stageOf = (id) => stages.get(id);
