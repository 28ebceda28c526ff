// The board of lesson roi_features: what its parts share. It follows the stage's box without the server,
// computes the four crops with roi_features.js, and asks its parts to draw, once a frame.
(() => {
  const ww = (window.whatwhere = window.whatwhere || {});
  const roi = (window.roiLesson = window.roiLesson || {});
  roi.OPERATORS = [["roi_pool", false], ["roi_warp", false], ["roi_align", false], ["roi_align", true]];
  roi.PARTS = ["crops", "tip", "arithmetic", "sweep", "matrices", "strides"];
  roi.EDGES = ["left", "top", "right", "bottom"];

  // ---- drawing on canvases ---------------------------------------------------------------------
  // A canvas at the screen's own resolution; returns its pen and its size in CSS pixels, or null while hidden.
  roi.pen = (canvas) => {
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width || !height) return null;
    const ratio = window.devicePixelRatio || 1;
    const wide = Math.round(width * ratio), high = Math.round(height * ratio);
    if (canvas.width !== wide || canvas.height !== high) { canvas.width = wide; canvas.height = high; }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    return { pen, width, height };
  };
  roi.line = (pen, color, width, path) => {
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.beginPath();
    path(pen);
    pen.stroke();
  };
  // A line that shows on dark and on bright cells alike.
  roi.haloed = (pen, halo, color, width, path) => {
    roi.line(pen, halo, width + 2, path);
    roi.line(pen, color, width, path);
  };
  roi.number = (value) => (Number.isFinite(value) ? value.toFixed(3).replace("-", "−") : "–");
  roi.signed = (value) => `${value < -0.05 ? "−" : value > 0.05 ? "+" : "±"}${Math.abs(value).toFixed(1)}`;
  // The colours of roi_features.css and of the theme, read once a frame.
  roi.colors = (root) => {
    const style = getComputedStyle(root);
    const color = (name) => style.getPropertyValue(name).trim();
    const own = ["box", "box-edge", "halo", "grid", "bin", "bin-fill", "chosen", "chosen-fill", "weight", "shade"];
    return Object.fromEntries([...own.map((name) => [name, color(`--roi-${name}`)]), ...["ink", "muted", "line"].map((name) => [name, color(`--ww-${name}`)])]);
  };

  // ---- one board -----------------------------------------------------------------------------------
  class Board {
    constructor(root, props) {
      Object.assign(this, { root, props, selected: { row: 0, column: 0, operator: 0 }, fresh: true, token: 0, frame: 0 });
      this.parts = roi.PARTS.map((name) => roi[name](this));
      root.replaceChildren(...this.parts.map((part) => part.root));
      document.addEventListener("whatwhere:box", (event) => this.follow(event.detail));
      new ResizeObserver(() => this.ask()).observe(root);
      new MutationObserver(() => this.ask()).observe(document.body, { attributeFilter: ["class"] });
    }

    get stage() { return ww.stageOf?.(this.root.dataset.lesson + "-stage"); }

    // New values from Python. The learner may have dragged on meanwhile: then the box stays the learner's.
    async take(value) {
      const token = ++this.token;
      const map = await ww.unpack(value.map);
      if (token !== this.token) return;
      this.value = value;
      this.map = { data: map.data, height: map.shape[0], width: map.shape[1] };
      this.picture = this.cells(this.map, value.range);
      const dragged = this.stage?.editor?.drag;
      if (!dragged || !this.box) this.box = [...value.box];
      this.fresh = !dragged;
      const middle = Math.floor((value.bins - 1) / 2);
      if (this.bins !== value.bins) Object.assign(this.selected, { row: middle, column: middle });
      this.bins = value.bins;
      this.centre = [...this.box];
      for (const part of this.parts) part.take?.(value);
      this.ask();
    }

    follow({ lesson, box, final }) {
      if (lesson !== this.root.dataset.lesson || !this.value) return;
      this.box = [...box];
      this.fresh = final && box.every((side, i) => Math.abs(side - this.value.box[i]) < 0.05); // back where it was
      if (final && !this.sliding) this.centre = [...box];
      this.ask();
    }

    select(row, column, operator = this.selected.operator) {
      this.selected = { row, column, operator };
      this.ask();
    }

    settings(aligned) {
      const { bins, stride, reduce } = this.value;
      const scale = 1 / stride;
      return { bins: [bins, bins], scale, aligned, ratio: 2, reduce: reduce === "usual" ? undefined : reduce };
    }

    crop(number, box = this.box) {
      const [kind, aligned] = roi.OPERATORS[number];
      return window.roiFeatures.crop(kind, this.map, box, this.settings(aligned));
    }

    region(number, box = this.box) {
      const [kind, aligned] = roi.OPERATORS[number];
      return window.roiFeatures.pooledBox(kind, box, this.settings(aligned), [this.map.height, this.map.width]);
    }

    color(value) {
      const [low, high] = this.value.range;
      const at = Math.round((255 * (value - low)) / Math.max(high - low, 1e-12));
      return this.props.lut[Math.min(Math.max(at, 0), 255)];
    }

    // A map as a picture of one pixel a cell.
    cells(map, [low, high]) {
      const canvas = document.createElement("canvas");
      canvas.width = map.width;
      canvas.height = map.height;
      const pen = canvas.getContext("2d");
      const image = pen.createImageData(map.width, map.height);
      const lut = this.props.lut.map((color) => [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16)));
      map.data.forEach((value, i) => {
        const at = Math.round((255 * (value - low)) / Math.max(high - low, 1e-12));
        image.data.set(lut[Math.min(Math.max(at, 0), 255)], 4 * i);
        image.data[4 * i + 3] = 255;
      });
      pen.putImageData(image, 0, 0);
      return canvas;
    }

    // The part of the map that is drawn, in cells. It stays while a box moves inside it, so that the finger
    // moves the box and not the ground below.
    view() {
      const sides = this.box.map((side) => side / this.value.stride);
      const extent = Math.max(sides[2] - sides[0], sides[3] - sides[1], 1);
      const room = Math.max(1.2, 0.12 * extent);
      const old = this.window;
      const inside = old && sides[0] - room * 0.6 >= old.x && sides[1] - room * 0.6 >= old.y && sides[2] + room >= 0 &&
        sides[2] + room * 0.6 <= old.x + old.size && sides[3] + room * 0.6 <= old.y + old.size;
      if (inside && extent > old.size * 0.45 && old.stride === this.value.stride) return old;
      const size = extent * 1.3 + 2 * room;
      const x = (sides[0] + sides[2] - size) / 2 + 0.25, y = (sides[1] + sides[3] - size) / 2 + 0.25;
      return (this.window = { x, y, size, stride: this.value.stride });
    }

    ask() { this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.draw(); }); }

    draw() {
      if (!this.value || this.root.offsetParent === null) return;
      const plans = roi.OPERATORS.map((_, number) => this.crop(number));
      const state = {
        plans,
        outputs: plans.map((plan) => plan.output()),
        regions: roi.OPERATORS.map((_, number) => this.region(number)),
        window: this.view(),
        colors: roi.colors(this.root),
      };
      this.state = state;
      const moving = this.sliding || this.stage?.editor?.drag;
      this.root.classList.toggle("roi-stale", !this.fresh);
      for (const part of this.parts) if (part.always || !moving || this.seen(part.root)) part.draw(state);
    }

    // While a box moves, parts out of sight wait: the finger needs the time.
    seen(root) {
      const { top, bottom } = root.getBoundingClientRect();
      return bottom > -50 && top < window.innerHeight + 50;
    }
  }

  ww.roiBoard = (element, props, watch) => {
    const root = element.querySelector(".ww-board");
    const board = new Board(root, props);
    root.roiBoard = board; // for the tests: {value, map, box, state, crop(number)}
    ww.follow(props, watch, (value) => board.take(value));
  };
})();
