// The picture to paint on: what truth and prediction of a class share lies over it in three colours. A pointer drags,
// paints and erases; keys do the same.
import { html, nothing, render, svg } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { numbers } from "../draw/packed.js";
import { save } from "../draw/save.js";
import { terms } from "../draw/terms.js";
import { outline, tableOf } from "../draw/cells.js";
import { Acts, RADII, SCALE_STEP } from "./acts.js";
import { model } from "./model.js";
import { VOID } from "./sums.js";

const TOOLS = { move: "Move", brush: "Brush", erase: "Erase", fill: "Fill" };
const HINTS = {
  move: "Drag a region; arrow keys move it, wheel, + and − scale it.",
  brush: "Paint. By keys: arrows move the brush, Space puts it down or lifts it, [ and ] size it.",
  erase: "Take away. By keys: arrows move the eraser, Space puts it down or lifts it, [ and ] size it.",
  fill: "Press a region to fill or to erase it. By keys: arrows move, Space fills.",
};
const OPAQUE = 200; // of 255: how much an area covers

export class Easel extends Acts {
  constructor(context) {
    super(context);
    const { root, settings } = context;
    Object.assign(this, { root, view: "areas" });
    this.canvas = make("canvas", { class: "ww-cells" });
    this.areas = tableOf([settings.colors.truth, settings.colors.both, settings.colors.prediction]);
    root.metrics = model; // for the tests
    model.follow(() => this.draw());
  }

  async take(value) {
    this.labels = tableOf(value.colors);
    await model.take(value, () => this.ahead(value));
  }

  // Whether the learner has moved on since Python was asked.
  ahead({ move }) {
    return this.waiting || ![String(move), ""].includes(this.selection());
  }

  // ---- drawing ---------------------------------------------------------------------------------------------
  // The painted labels as a picture of one grey value a label.
  save() {
    const [height, width] = model.size;
    const canvas = make("canvas", { width, height });
    this.paint(canvas, (i) => [...Array(3).fill(model.prediction[i]), 255]);
    save(`prediction-${model.value.title.replace(/\W+/g, "-")}.png`, canvas.toDataURL("image/png"));
  }

  paint(canvas, colorOf) {
    const [height, width] = model.size;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      const color = colorOf(i);
      if (color) image.data.set(color, 4 * i);
    }
    pen.putImageData(image, 0, 0);
  }

  areaColor() {
    const colors = this.areas.map((color) => [...color, OPAQUE]);
    const hatched = [...this.areas[0].map(() => 255), 150];
    const { truth, prediction, label, size } = model;
    return (i) => {
      const said = prediction[i] === label;
      if (truth[i] === VOID) return (i + Math.floor(i / size[1])) % 3 ? null : hatched;
      if (truth[i] === label) return colors[said ? 1 : 0];
      return said ? colors[2] : null;
    };
  }

  labelColor(map) {
    const colors = this.labels.map((color) => [...color, OPAQUE]);
    return (i) => colors[map[i]] ?? null;
  }

  draw() {
    const views = { areas: () => this.areaColor(), said: () => this.labelColor(model.prediction) };
    const color = this.view === "truth" ? this.labelColor(model.truth) : views[this.view]();
    this.paint(this.canvas, color);
    render(this.markup(), this.root);
    const frame = this.root.querySelector(".met-frame");
    if (this.canvas.parentElement !== frame) frame.querySelector("img").after(this.canvas);
  }

  markup() {
    const { value, steps, many } = model;
    const tools = Object.entries(TOOLS).map(
      ([tool, text]) =>
        html`<button type="button" aria-pressed=${tool === this.tool} @click=${() => this.use(tool)}>${text}</button>`,
    );
    const message = value.message ? html`<p class="ww-message" role="status">${terms(value.message)}</p>` : nothing;
    return html`<div class="met-bar" role="toolbar" aria-label="Tools">
        <span class="met-tools" role="group" aria-label="What the pointer does">${tools}</span>${this.size()}
        <button type="button" ?disabled=${!steps.length} @click=${(event) => this.undo(event)}>Undo</button>
        <button type="button" @click=${() => this.reset()}>Reset</button></div>
      ${this.frame()}
      <div class="met-foot">${many > 2 ? this.views() : nothing}${this.legend()}
        <button type="button" class="met-save" @click=${() => this.save()}>Save PNG</button></div>
      <p class="ww-hint">${HINTS[this.tool]}</p>${message}
      <output class="ww-sr" aria-live="polite">${this.told ?? ""}</output>`;
  }

  size() {
    const [low, high] = RADII;
    const resize = (event) => this.resize(Number(event.target.value));
    if (this.tool === "move") {
      const button = (text, about, by) =>
        html`<button type="button" aria-label=${about} @click=${() => this.scale(by)}>${text}</button>`;
      return html`<span class="met-size">${button("−", "Smaller", 1 / SCALE_STEP ** 2)}<small>×
        ${model.move[2].toFixed(2)}</small>${button("+", "Larger", SCALE_STEP ** 2)}</span>`;
    }
    return html`<span class="met-size"><input type="range" min=${low} max=${high} .value=${String(this.radius)}
      aria-label="Radius of the brush, pixels" ?disabled=${this.tool === "fill"} @input=${resize}></span>`;
  }

  frame() {
    const { value, size } = model;
    const [height, width] = size;
    const { name } = model;
    const about = `${value.title} with truth and prediction of ${name}. ${HINTS[this.tool]}`;
    const shows = `${value.title}; IoU of ${name}`;
    const wheel = (event) => {
      if (this.tool !== "move" || document.activeElement !== event.currentTarget) return;
      event.preventDefault();
      this.scale(event.deltaY < 0 ? SCALE_STEP : 1 / SCALE_STEP);
    };
    return html`<div class="ww-frame met-frame met-${this.tool} met-view-${this.view}" style="--ratio:${width / height}"
      role="application" tabindex="0" aria-label=${about} @pointerdown=${(event) => this.press(event)}
      @pointermove=${(event) => this.drag(event)} @pointerup=${() => this.lift()} @pointercancel=${() => this.lift()}
      @pointerleave=${() => this.leave()} @keydown=${(event) => this.key(event)} @wheel=${wheel}
      @blur=${() => this.lift()}><img src=${value.picture} alt=${shows} draggable="false">
      <svg viewBox="0 0 ${width} ${height}" aria-hidden="true">${this.outlines()}${this.pointer()}</svg></div>`;
  }

  leave() {
    if (this.down) return;
    this.cursor = null;
    model.ask();
  }

  // The edges of truth and prediction, along the pixels.
  outlines() {
    if (this.view !== "areas") return nothing;
    const { truth, prediction, label, size } = model;
    const edge = (map) =>
      outline(
        map.map((one) => (one === label ? 1 : 0)),
        ...size,
        1,
      );
    return svg`<path class="met-edge" d=${edge(truth)}/><path class="met-edge met-said" d=${edge(prediction)}/>`;
  }

  pointer() {
    if (!this.cursor || !["brush", "erase", "fill"].includes(this.tool)) return nothing;
    const [x, y] = this.cursor;
    const radius = this.tool === "fill" ? 2 : this.radius;
    return svg`<circle class="ww-halo" cx=${x} cy=${y} r=${radius}/>
      <circle class="met-brush" cx=${x} cy=${y} r=${radius}/>`;
  }

  views() {
    const all = { areas: `IoU of ${model.name}`, said: "Predicted labels", truth: "True labels" };
    const button = ([view, text]) =>
      html`<button type="button" aria-pressed=${view === this.view} @click=${() => this.show(view)}>${text}</button>`;
    const buttons = Object.entries(all).map(button);
    return html`<span class="met-tools" role="group" aria-label="What is shown">${buttons}</span>`;
  }

  show(view) {
    this.view = view;
    model.ask();
  }

  legend() {
    const { colors } = this.settings;
    const areas = [
      [colors.truth, "missed"],
      [colors.both, "shared"],
      [colors.prediction, "too much"],
    ];
    const labels = model.value.names.map((name, k) => [model.value.colors[k], name]);
    const entry = ([color, text]) => html`<li><i style="background:${color}"></i><span>${text}</span></li>`;
    return html`<ul class="ww-legend">${(this.view === "areas" ? areas : labels).map(entry)}</ul>`;
  }

  // The setting was changed from elsewhere: Back, a link.
  chosen() {
    const move = numbers(this.selection());
    if (move.length === 3 && model.layer && !model.painted && !this.down) model.moveTo(move);
  }
}
