// The picture of the board rcnnStages: boxes that morph from stage to stage, the masks at the end, one life that
// is pointed at, and the place that the learner chooses. No request while anything moves.
(() => {
  const rcs = (window.rcnnStagesParts = window.rcnnStagesParts || {});
  const { make, vector, clamp } = window.whatwhere;
  const ease = (t) => (t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) * (1 - t));
  const place = (rect, [x0, y0, x1, y1]) => {
    rect.setAttribute("x", x0);
    rect.setAttribute("y", y0);
    rect.setAttribute("width", Math.max(0, x1 - x0));
    rect.setAttribute("height", Math.max(0, y1 - y0));
  };
  const LEVELS = ["p2", "p3", "p4", "p5", "p6", "p7"];
  const MORPH = 700; // milliseconds
  const POSES = [
    "anchor",
    "anchor",
    "anchor",
    "decoded",
    "clipped",
    "clipped",
    "clipped",
    "clipped",
    "refined",
    "refined",
    "refined",
    "refined",
  ];
  // Stages from 0: some anchors end, RoIs have a level, classes are known, only the found are left, masks are pasted.
  const TOP = 2,
    ROI = 6,
    CLASSES = 8,
    DETECTIONS = 9,
    PASTED = 11;
  rcs.calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  rcs.Picture = class {
    constructor(board) {
      Object.assign(this, { board, tracks: [], moving: [], stage: 0, frame: 0, at: 1 });
      this.image = make("img", { alt: "The picture, with the boxes of this stage", draggable: "false" });
      this.masks = make("img", { class: "rcs-masks", alt: "", draggable: "false" });
      this.canvas = make("canvas", { "aria-hidden": "true" }); // hundreds of boxes at 60 frames a second
      this.svg = vector("svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
      this.life = vector("g", { class: "rcs-life" });
      this.cross = vector("path", { class: "rcs-cross" });
      this.spot = vector("path", { class: "rcs-spot" });
      this.svg.append(this.life, this.cross, this.spot);
      this.chips = make("div", { class: "rcs-names", "aria-hidden": "true" });
      this.root = make(
        "div",
        {
          class: "rcs-frame",
          tabindex: "0",
          role: "application",
          "aria-label": "Picture. Arrow keys move a cross, Enter asks who lived and died there.",
        },
        this.image,
        this.masks,
        this.canvas,
        this.svg,
        this.chips,
      );
      new ResizeObserver(() => this.pose(this.at)).observe(this.root);
      this.listen();
    }

    // ---- the place ----------------------------------------------------------------------------------
    listen() {
      const { root } = this;
      root.addEventListener("pointermove", (event) => this.aim(this.under(event)));
      root.addEventListener("pointerleave", () => this.aim(null));
      root.addEventListener("blur", () => this.aim(null));
      root.addEventListener("click", (event) => this.board.choose(this.under(event)));
      root.addEventListener("keydown", (event) => this.key(event));
    }

    under(event) {
      const { left, top, width, height } = this.root.getBoundingClientRect();
      const [rows, columns] = this.size;
      return [
        clamp(((event.clientX - left) / width) * columns, 0, columns - 0.1),
        clamp(((event.clientY - top) / height) * rows, 0, rows - 0.1),
      ].map((side) => Math.round(side * 10) / 10);
    }

    key(event) {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      const [rows, columns] = this.size || [0, 0];
      const from = this.aimed || this.chosen || [columns / 2, rows / 2];
      if (way) {
        const step = Math.max(1, Math.round(Math.max(rows, columns) / (event.shiftKey ? 12 : 64)));
        this.aim([clamp(from[0] + way[0] * step, 0, columns - 1), clamp(from[1] + way[1] * step, 0, rows - 1)]);
      } else if (event.key === "Enter" || event.key === " ") this.board.choose(from);
      else return;
      event.preventDefault();
    }

    aim(point) {
      this.aimed = point;
      const [rows, columns] = this.size || [0, 0];
      [...this.chips.children].forEach((chip, i) => {
        const [x0, y0, x1, y1] = this.named[i];
        chip.classList.toggle(
          "ww-on",
          Boolean(point) && x0 <= point[0] && point[0] < x1 && y0 <= point[1] && point[1] < y1,
        );
      });
      this.cross.setAttribute("d", point ? `M0 ${point[1]}H${columns}M${point[0]} 0V${rows}` : "");
    }

    mark(point) {
      this.chosen = point;
      if (!point || !this.size) return this.spot.setAttribute("d", "");
      const r = Math.max(...this.size) / 45;
      this.spot.setAttribute(
        "d",
        `M${point[0] - r} ${point[1]}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0M${point[0]} ${point[1]}h.01`,
      );
    }

    // ---- new values --------------------------------------------------------------------------------------
    take(value) {
      this.value = value;
      this.size = value.size;
      const [rows, columns] = value.size;
      this.root.parentElement?.style.setProperty("--ratio", columns / rows);
      this.svg.setAttribute("viewBox", `0 0 ${columns} ${rows}`);
      if (this.image.src !== value.image) this.image.src = value.image;
      if (value.pasted) this.masks.src = value.pasted;
      this.masks.hidden = !value.pasted;
      const { level, dies, drawn } = value.tracks;
      this.tracks = level.map((_, i) => ({ i, dies: dies[i], twin: i >= drawn }));
      const style = getComputedStyle(this.root);
      this.colors = LEVELS.map((name) => style.getPropertyValue(`--rcs-${name}`).trim());
      this.show(this.stage, false);
    }

    box(track, stage) {
      return this.value.tracks[POSES[stage]][track.i];
    }

    strength(track, stage) {
      const { objectness, score } = this.value.tracks;
      return stage < CLASSES ? 0.25 + 0.75 * objectness[track.i] : 0.3 + 0.7 * score[track.i];
    }

    // While all anchors are alive: those of a few cells, evenly spread.
    sample(stage) {
      const { level, objectness, anchor } = this.value.sample;
      return anchor.map((box, i) => ({
        start: box,
        end: box,
        dying: false,
        width: 1.4,
        color: this.colors[level[i] % LEVELS.length],
        strength: stage ? 0.25 + 0.75 * objectness[i] : 0.7,
      }));
    }

    // The stage's boxes; `morph`: from where they are now, in 700 ms.
    show(stage, morph = true) {
      const from = this.stage,
        { tracks: t, classes, pasted } = this.value;
      this.stage = stage;
      this.moving = stage < TOP ? this.sample(stage) : [];
      if (stage >= TOP)
        for (const track of this.tracks) {
          const here = track.dies >= stage && !(track.twin && stage < CLASSES);
          if (!here) continue;
          const dying = track.dies === stage;
          const color =
            stage >= CLASSES
              ? classes[t.label[track.i]][1]
              : this.colors[(stage >= ROI ? t.roi : t.level)[track.i] % LEVELS.length];
          const look = {
            dying,
            color,
            width: stage >= DETECTIONS && !dying ? 2.6 : 1.4,
            strength: this.strength(track, stage),
          };
          this.moving.push({ start: this.box(track, from), end: this.box(track, stage), ...look });
        }
      this.root.classList.toggle("rcs-pasted", stage === PASTED && Boolean(pasted));
      this.name(stage);
      cancelAnimationFrame(this.frame);
      if (!morph || rcs.calm()) return this.pose(1);
      const begin = performance.now();
      const step = (now) => {
        const at = clamp((now - begin) / MORPH, 0, 1);
        this.pose(at);
        if (at < 1) this.frame = requestAnimationFrame(step);
      };
      this.frame = requestAnimationFrame(step);
    }

    pose(at) {
      this.at = at;
      const { clientWidth: wide, clientHeight: high } = this.root,
        ratio = window.devicePixelRatio || 1;
      if (!this.size || !wide) return;
      const pixels = [Math.round(wide * ratio), Math.round(high * ratio)];
      if (this.canvas.width !== pixels[0] || this.canvas.height !== pixels[1])
        [this.canvas.width, this.canvas.height] = pixels;
      const pen = this.canvas.getContext("2d"),
        move = ease(at),
        [y, x] = [pixels[1] / this.size[0], pixels[0] / this.size[1]];
      pen.clearRect(0, 0, ...pixels);
      for (const { start, end, dying, color, width, strength } of this.moving) {
        const [x0, y0, x1, y1] = end.map((side, k) => start[k] + (side - start[k]) * move);
        pen.globalAlpha = dying ? strength * (1 - 0.55 * at) : strength;
        pen.strokeStyle = color;
        pen.lineWidth = width * ratio;
        pen.setLineDash(dying ? [4 * ratio, 4 * ratio] : []);
        pen.strokeRect(x0 * x, y0 * y, (x1 - x0) * x, (y1 - y0) * y);
      }
    }

    // Names of what was found, once only they are left.
    name(stage) {
      const {
        tracks: t,
        classes,
        size: [rows, columns],
      } = this.value;
      const found = stage < DETECTIONS ? [] : this.tracks.filter((track) => track.dies > PASTED);
      found.sort((a, b) => t.score[b.i] - t.score[a.i]);
      const taken = [];
      this.named = found.map(({ i }) => t.refined[i]);
      this.chips.replaceChildren(
        ...found.map(({ i }) => {
          const [x0, y0, x1] = t.refined[i],
            [name, color] = classes[t.label[i]];
          const east = x0 > 0.6 * columns,
            low = y0 < 0.07 * rows;
          const text = `${name} ${t.score[i].toFixed(2)}`,
            hides = this.hides(i, east, low, text, taken);
          const chip = make("span", {
            class: `ww-chip${east ? " ww-east" : ""}${low ? " ww-under" : ""}${hides ? " ww-small" : ""}`,
            text,
          });
          chip.style.cssText = `left:${(100 * (east ? x1 : x0)) / columns}%;top:${(100 * y0) / rows}%;--chip:${color}`;
          return chip;
        }),
      );
    }

    // Whether a name would cover one of a better detection: then it shows while the pointer is in its box.
    hides(i, east, low, text, taken) {
      const [x0, y0, x1] = this.value.tracks.refined[i],
        scale = (this.root.clientWidth || 370) / this.size[1];
      const width = 6.6 * text.length + 8,
        left = east ? x1 * scale - width : x0 * scale,
        top = y0 * scale - (low ? 0 : 14);
      const covers = taken.some(([l, t, w]) => left < l + w && l < left + width && Math.abs(t - top) < 14);
      if (!covers) taken.push([left, top, width]);
      return covers;
    }

    // ---- one life ----------------------------------------------------------------------------------------
    tell(life, truth) {
      this.root.classList.toggle("rcs-telling", Boolean(life));
      if (!life) return this.life.replaceChildren();
      const kinds = [
        ["truth", truth],
        ["anchor", life.anchor],
        ["last", life.box],
        ["killer", life.killer],
      ];
      this.life.replaceChildren(
        ...kinds
          .filter(([, box]) => box)
          .flatMap(([kind, box]) =>
            (kind === "killer" || (kind === "last" && truth) ? [`rcs-${kind}`] : ["rcs-under", `rcs-${kind}`]).map(
              (css) => {
                const rect = vector("rect", { class: css });
                place(rect, box);
                return rect;
              },
            ),
          ),
      );
    }
  };
})();
