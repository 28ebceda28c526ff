// The stage: linked panels of one picture, a box to drag or a pixel to choose, and what each panel knows there.
//
// Python sends panels through the feed (see demos/ui/stage.py); the selection is the component's own value.
// While the pointer moves, nothing leaves the browser: one requestAnimationFrame draws crosshair, box and
// read-outs. On release the selection is set and `commit` asks Python once.
(() => {
  const ww = (window.whatwhere = window.whatwhere || {});
  const make = ww.make;
  const SVG = "http://www.w3.org/2000/svg";
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const round = (value) => Math.round(value * 10) / 10;
  const vector = (tag, props = {}) => {
    const node = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(props)) node.setAttribute(key, value);
    return node;
  };

  // ---- packed arrays: zlib-deflated little-endian numbers, base64 (demos/figures/encode.py) ----------
  const KINDS = { u8: Uint8Array, u16: Uint16Array, f32: Float32Array };
  ww.unpack = async (packed) => {
    const bytes = Uint8Array.from(atob(packed.data), (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return { shape: packed.shape, data: new KINDS[packed.kind](await new Response(stream).arrayBuffer()) };
  };
  const at = (map, [x, y], [height, width]) => {
    const [rows, cols] = map.shape;
    const row = clamp(Math.floor((y * rows) / height), 0, rows - 1);
    const col = clamp(Math.floor((x * cols) / width), 0, cols - 1);
    return map.data[row * cols + col];
  };

  const dark = (hex) => [0.299, 0.587, 0.114].reduce((sum, weight, i) => sum + weight * parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16), 0) < 110;
  const MARKS = { "+": "right", "-": "wrong" };

  // ---- one panel -------------------------------------------------------------------------------------
  class View {
    constructor(panel, stage) {
      Object.assign(this, { panel, stage, text: JSON.stringify(panel), chips: [] });
      const [height, width] = stage.size;
      this.frame = make("div", { class: "ww-frame" });
      this.frame.style.setProperty("--ratio", width / height);
      const picture = (src, css, alt) => make("img", { src, alt, class: css, draggable: "false" });
      this.frame.append(picture(panel.image || stage.base, panel.pixelated ? "ww-cells" : "", panel.alt));
      if (panel.overlay) this.frame.append(picture(panel.overlay, "ww-overlay", ""));
      this.svg = vector("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" });
      this.marks = vector("g", { class: "ww-boxes" });
      this.cross = vector("path", { class: "ww-cross" });
      this.ring = vector("ellipse", { class: "ww-ring" });
      this.svg.append(this.marks, this.cross, this.ring);
      this.frame.append(this.svg);
      this.drawBoxes();
      if (panel.tags?.length) this.frame.append(this.tags(panel.tags));
      this.knows = make("p", { class: "ww-knows" });
      const save = make("button", { type: "button", class: "ww-save-png", title: "Save this picture as PNG",
        "aria-label": `Save “${panel.title}” as PNG`, text: "PNG", onclick: () => this.save() });
      const caption = make("figcaption", {}, make("span", { text: panel.title }), save);
      this.root = make("figure", { class: "ww-panel" }, caption, this.frame, this.knows);
      if (panel.legend?.length) this.root.append(ww.legend(panel.legend));
      if (panel.note) this.root.append(make("p", { class: "ww-note", text: panel.note }));
      for (const name of ["index", "values"])
        if (panel[name]) ww.unpack(panel[name]).then((map) => { this[name] = map; stage.ask(); });
    }

    tags(tags) {
      return make("ul", { class: "ww-tags" }, ...tags.map(([text, color]) => {
        const tag = make("li", { text });
        tag.style.setProperty("--chip", color);
        return tag;
      }));
    }

    drawBoxes() {
      const [height, width] = this.stage.size;
      for (const { box, color, label, dashed } of this.panel.boxes || []) {
        const [x0, y0, x1, y1] = box;
        const shape = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
        this.marks.append(vector("rect", { ...shape, class: "ww-halo" + (dark(color) ? " ww-light" : "") }));
        const line = vector("rect", { ...shape, class: "ww-box-line" + (dashed ? " ww-dashed" : "") });
        line.style.stroke = color;
        this.marks.append(line);
        if (!label) continue;
        const east = x0 > 0.6 * width, under = y0 < 0.07 * height;
        const small = x1 - x0 < 0.17 * width;
        const chip = make("span", { class: `ww-chip${east ? " ww-east" : ""}${under ? " ww-under" : ""}${small ? " ww-small" : ""}`, text: label });
        chip.style.cssText = `left:${(100 * (east ? x1 : x0)) / width}%;top:${(100 * y0) / height}%;--chip:${color}`;
        this.frame.append(chip);
        this.chips.push({ chip, box });
      }
    }

    // Names of small boxes would cover each other: they show while the pointer is inside.
    nameBoxes(point) {
      for (const { chip, box: [x0, y0, x1, y1] } of this.chips)
        chip.classList.toggle("ww-on", Boolean(point) && x0 <= point[0] && point[0] < x1 && y0 <= point[1] && point[1] < y1);
    }

    // What this panel says at a point (null: nothing is pointed at).
    read(point) {
      const { panel } = this;
      let text = "", cannot = "", mark = "";
      if (point && this.index) {
        const index = at(this.index, point, this.stage.size);
        ({ text, cannot } = panel.texts[index] || { text: "" });
        if (this.stage.truth) mark = MARKS[panel.marks[index]?.[at(this.stage.truth, point, this.stage.size)]];
      }
      if (point && this.values) {
        const value = at(this.values, point, this.stage.size);
        text = [text, Number.isFinite(value) ? `${value.toPrecision(4)} ${panel.unit}`.trim() : "infinite"].filter(Boolean).join(" · ");
      }
      return { text, cannot: cannot || "", mark: mark || "" };
    }

    // `scale`: picture pixels per pixel of the screen, measured once for all panels, since each measuring lays out the page.
    draw(point, pinned, scale) {
      const [height, width] = this.stage.size;
      this.cross.setAttribute("d", point ? `M0 ${point[1]}H${width}M${point[0]} 0V${height}` : "");
      this.ring.setAttribute("rx", pinned ? 7 * scale : 0);
      this.ring.setAttribute("ry", pinned ? 7 * scale : 0);
      if (pinned) { this.ring.setAttribute("cx", pinned[0]); this.ring.setAttribute("cy", pinned[1]); }
      this.nameBoxes(point);
      const known = this.read(point);
      known.point = Boolean(point);
      if (this.said && known.point === this.said.point && known.text === this.said.text && known.mark === this.said.mark && known.cannot === this.said.cannot) return;
      this.said = known;
      this.root.dataset.mark = known.mark;
      this.knows.replaceChildren(...(point ? [make("b", { text: known.text || "\u00a0" }), make("small", { text: known.cannot })]
        : [make("span", { class: "ww-idle", text: this.panel.asks || "" })]));
    }

    // The panel as it is seen, at twice its size on the screen, saved by the browser.
    async save() {
      const [height, width] = this.stage.size;
      const zoom = Math.max(2, Math.round(1024 / Math.max(width, height)));
      const canvas = make("canvas", { width: width * zoom, height: height * zoom });
      const pen = canvas.getContext("2d");
      for (const image of this.frame.querySelectorAll("img")) {
        pen.imageSmoothingEnabled = !image.classList.contains("ww-cells") && !image.classList.contains("ww-overlay");
        pen.globalAlpha = Number(getComputedStyle(image).opacity);
        pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      }
      pen.globalAlpha = 1;
      pen.lineWidth = 2 * zoom * 0.75;
      for (const { box: [x0, y0, x1, y1], color } of this.panel.boxes || []) {
        pen.strokeStyle = color;
        pen.strokeRect(x0 * zoom, y0 * zoom, (x1 - x0) * zoom, (y1 - y0) * zoom);
      }
      ww.save(`${this.panel.title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.png`, canvas.toDataURL("image/png"));
    }
  }

  ww.legend = (entries) => make("ul", { class: "ww-legend" }, ...entries.map(([name, color]) => {
    const swatch = make("i");
    swatch.style.background = color;
    return make("li", {}, swatch, make("span", { text: name }));
  }));

  // ---- the box that a learner drags ----------------------------------------------------------------
  const HANDLES = { nw: [0, 1], ne: [2, 1], sw: [0, 3], se: [2, 3], n: [-1, 1], s: [-1, 3], w: [0, -1], e: [2, -1] };
  class Editor {
    constructor(stage, view) {
      Object.assign(this, { stage, view });
      this.root = make("div", { class: "ww-editor", tabindex: "0", role: "application" });
      this.handles = Object.keys(HANDLES).map((name) =>
        make("span", { class: `ww-handle ww-${name}`, "data-handle": name, "aria-hidden": "true" }));
      this.root.append(...this.handles);
      view.frame.append(this.root);
      this.root.addEventListener("pointerdown", (event) => this.down(event));
      this.root.addEventListener("pointermove", (event) => this.move(event));
      for (const name of ["pointerup", "pointercancel"]) this.root.addEventListener(name, (event) => this.up(event));
      this.root.addEventListener("keydown", (event) => this.key(event));
      this.root.addEventListener("blur", () => this.settle());
    }

    down(event) {
      if (event.button) return;
      this.root.setPointerCapture(event.pointerId);
      this.drag = { from: this.stage.locate(this.view, event), box: [...this.stage.box], handle: event.target.dataset.handle || "" };
      event.preventDefault();
      this.root.focus({ preventScroll: true });
    }

    move(event) {
      if (!this.drag) return;
      const [x, y] = this.stage.locate(this.view, event, false);
      const { from, box, handle } = this.drag;
      this.stage.setBox(this.changed(box, handle, x - from[0], y - from[1]));
    }

    up() {
      if (!this.drag) return;
      this.drag = null;
      this.stage.commitBox();
    }

    // Arrow keys move the box by a pixel, ten with Shift; with Alt or Ctrl they move its lower right corner.
    key(event) {
      const step = event.shiftKey ? 10 : 1;
      const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (event.key === "Enter") return this.settle();
      if (!by) return;
      event.preventDefault();
      const handle = event.altKey || event.ctrlKey ? "se" : "";
      this.stage.setBox(this.changed(this.stage.box, handle, ...by));
      this.stage.tell(this.stage.describeBox());
      clearTimeout(this.later);
      this.later = setTimeout(() => this.settle(), 350);
      this.unsettled = true;
    }

    settle() {
      clearTimeout(this.later);
      if (this.unsettled) { this.unsettled = false; this.stage.commitBox(); }
    }

    changed(box, handle, dx, dy) {
      const [height, width] = this.stage.size;
      const least = 1;
      if (!handle) {
        dx = clamp(dx, -box[0], width - box[2]);
        dy = clamp(dy, -box[1], height - box[3]);
        return [box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy].map(round);
      }
      const moved = [...box], [column, row] = HANDLES[handle];
      if (column === 0) moved[0] = clamp(box[0] + dx, 0, box[2] - least);
      if (column === 2) moved[2] = clamp(box[2] + dx, box[0] + least, width);
      if (row === 1) moved[1] = clamp(box[1] + dy, 0, box[3] - least);
      if (row === 3) moved[3] = clamp(box[3] + dy, box[1] + least, height);
      return moved.map(round);
    }

    draw(box) {
      const [height, width] = this.stage.size;
      const style = this.root.style;
      style.left = `${(100 * box[0]) / width}%`;
      style.top = `${(100 * box[1]) / height}%`;
      style.width = `${(100 * (box[2] - box[0])) / width}%`;
      style.height = `${(100 * (box[3] - box[1])) / height}%`;
      this.root.setAttribute("aria-label",
        `${this.stage.label}: ${this.stage.describeBox()}. Arrow keys move it, with Alt they resize it, Shift makes the step ten pixels.`);
    }
  }

  // ---- the stage -----------------------------------------------------------------------------------
  class Stage {
    constructor(root, props, trigger) {
      Object.assign(this, { root, props, trigger, views: [], box: null, pin: null, hover: null, frame: 0 });
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
      this.hint = make("p", { class: "ww-hint", text: hint });
      root.replaceChildren(this.message, this.grid, this.wait, this.shared, this.hint, this.live);
      this.select(props.value);
      document.addEventListener("whatwhere:point", (event) => this.heard(event.detail));
      new ResizeObserver(() => this.ask()).observe(this.grid);
    }

    // Panels from Python.
    show(panels) {
      if (!panels?.panels) return;
      if (panels.selection != null) this.select(panels.selection);
      const seen = JSON.stringify({ ...panels, selection: null });
      if (seen === this.seen) return this.ask();
      this.seen = seen;
      const focused = this.grid.contains(document.activeElement);
      // what did not change keeps its panel
      const kept = String(panels.size) === String(this.size) && panels.base === this.base ? this.views : [];
      this.size = panels.size;
      this.base = panels.base;
      this.wait.remove();
      this.root.style.setProperty("--rows", Math.ceil(panels.panels.length / this.columns));
      this.root.style.setProperty("--ratio", this.size[1] / this.size[0]);
      this.message.textContent = panels.message || "";
      if (this.kind === "point" && this.pin && (this.pin[0] > this.size[1] || this.pin[1] > this.size[0])) this.pin = null;
      this.truth = null;
      if (panels.truth) ww.unpack(panels.truth).then((map) => { this.truth = map; this.ask(); });
      this.views = panels.panels.map((panel, i) => (kept[i]?.text === JSON.stringify(panel) ? kept[i] : new View(panel, this)));
      this.arrange();
      this.shared.replaceChildren(panels.legend?.length ? ww.legend(panels.legend) : "");
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
        if (there !== root) there ? there.replaceWith(root) : this.grid.append(root);
      });
      while (this.grid.children.length > this.views.length) this.grid.lastChild.remove();
    }

    edit(fresh) {
      const [height, width] = this.size;
      this.box = this.box || [width * 0.3, height * 0.3, width * 0.6, height * 0.6].map(Math.round);
      const [x0, y0, x1, y1] = this.box;
      this.box = [clamp(x0, 0, width - 1), clamp(y0, 0, height - 1), clamp(x1, 1, width), clamp(y1, 1, height)];
      if (fresh.includes(this.views[0])) this.editor = new Editor(this, this.views[0]);
      this.focusable = this.editor.root;
      fresh.filter((view) => view !== this.views[0]).forEach((view) => {
        view.ghost = make("div", { class: "ww-ghost" });
        view.frame.append(view.ghost);
      });
    }

    listen(view) {
      const surface = view.frame;
      surface.addEventListener("pointermove", (event) => { this.hover = this.locate(view, event); this.point(false); });
      surface.addEventListener("pointerleave", () => { this.hover = null; this.point(false); });
      if (this.kind !== "point") return;
      surface.classList.add("ww-pointing");
      surface.addEventListener("click", (event) => {
        this.pin = this.locate(view, event);
        this.commitPoint();
      });
      if (view !== this.views[0]) return;
      this.focusable = surface;
      surface.tabIndex = 0;
      surface.setAttribute("role", "application");
      surface.setAttribute("aria-label", `${this.label}. Arrow keys move the pixel, Shift makes the step ten, Escape lets it go.`);
      surface.addEventListener("keydown", (event) => this.key(event));
    }

    key(event) {
      const step = event.shiftKey ? 10 : 1;
      const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      const [height, width] = this.size;
      if (event.key === "Escape" && this.pin) { this.pin = null; event.stopPropagation(); return this.commitPoint(); }
      if (!by) return;
      event.preventDefault();
      const [x, y] = this.pin || [Math.floor(width / 2) + 0.5, Math.floor(height / 2) + 0.5];
      this.pin = [clamp(x + by[0], 0.5, width - 0.5), clamp(y + by[1], 0.5, height - 0.5)];
      this.hover = null;
      this.point(false);
      clearTimeout(this.later);
      this.later = setTimeout(() => { this.tell(this.describePoint()); this.commitPoint(); }, 350);
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

    get pointed() { return this.hover || this.pin; }

    point(final) {
      const detail = { lesson: this.lesson, stage: this.id, size: this.size, point: this.pointed, pin: this.pin, final };
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
      const numbers = String(text ?? "").split(",").filter((part) => part.trim()).map(Number);
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
      const detail = { lesson: this.lesson, stage: this.id, size: this.size, box: [...this.box], final };
      document.dispatchEvent(new CustomEvent("whatwhere:box", { detail }));
    }

    commitBox() {
      this.dispatchBox(true);
      this.commit(this.box.map(round).join(","));
      this.tell(this.describeBox());
    }

    commitPoint() {
      this.point(true);
      this.commit(this.pin ? this.pin.map(Math.floor).join(",") : "");
    }

    commit(text) {
      if (text === this.props.value) return;
      this.props.value = text;
      setTimeout(() => this.trigger("commit"), 0);
    }

    describeBox() {
      const [x0, y0, x1, y1] = this.box.map((value) => value.toFixed(1));
      return `box ${x0}, ${y0} to ${x1}, ${y1}`;
    }

    describePoint() {
      if (!this.pin) return "no pixel";
      const known = this.views.map((view) => [view.panel.title, view.read(this.pin).text]).filter(([, text]) => text);
      return `pixel ${this.pin.map(Math.floor).join(", ")}. ` + known.map((pair) => pair.join(": ")).join(". ");
    }

    tell(text) { this.live.textContent = text; }

    ask() { this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.draw(); }); }

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

  // ---- what gradio calls ---------------------------------------------------------------------------
  const stages = {};
  ww.stage = (element, props, trigger, watch) => {
    const root = element.querySelector(".ww-stage");
    const stage = (stages[root.dataset.stage] = new Stage(root, props, trigger));
    watch("value", () => stage.select(props.value));
    ww.fed(stage.id, (panels) => stage.show(panels));
  };
  // The stage of a name, for a lesson's own script: {box, pin, size, setBox(box), commitBox()}.
  ww.stageOf = (id) => stages[id];
})();
