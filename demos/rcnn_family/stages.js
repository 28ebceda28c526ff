// The board rcnnStages: twelve stages of a detector on one picture, to be played and stepped through, and the
// obituaries of its anchors. Its value comes from demos/figures/rcnn_stages.py; its choice is a place "x,y".
(() => {
  const ww = (window.whatwhere = window.whatwhere || {});
  const rcs = (window.rcnnStagesParts = window.rcnnStagesParts || {});
  const { make } = ww;
  const DWELL = 2600; // milliseconds that a stage is shown while playing
  const MOST = 6; // levels that have a colour
  rcs.count = (number) => number.toLocaleString("en");
  rcs.dot = (level) => make("i", { class: `rcs-dot rcs-level-${level % MOST}` });
  const count = rcs.count;

  // A bar for each row [name, level or -1, count, out of].
  rcs.bars = (rows) =>
    make(
      "dl",
      { class: "rcs-bars" },
      ...rows.map(([name, level, now, before]) => {
        const bar = make("i", { class: `rcs-bar${level >= 0 ? ` rcs-level-${level % MOST}` : ""}` });
        bar.style.setProperty("--share", now / Math.max(before, 1));
        return make(
          "div",
          {},
          make("dt", { text: name }),
          make(
            "dd",
            {},
            bar,
            make("b", { text: count(now) }),
            now === before ? "" : make("small", { text: ` of ${count(before)}` }),
          ),
        );
      }),
    );
  const cells = (rows) =>
    make(
      "ul",
      { class: `rcs-cells${rows.length > 6 ? "" : " rcs-few"}` },
      ...rows.map(([name, picture, caption]) =>
        make(
          "li",
          {},
          make("img", { src: picture, alt: `${name}, ${caption}`, draggable: "false" }),
          make("b", { text: name }),
          make("small", { text: caption }),
        ),
      ),
    );

  class Board {
    constructor(root, props, select) {
      Object.assign(this, { root, props, commit: select, stage: 0, tab: "stage" });
      this.picture = new rcs.Picture(this);
      this.chips = make("ol", { class: "rcs-chips", "aria-label": "Stages" });
      const panel = (label) =>
        make("div", { class: "rcs-panel", role: "tabpanel", "aria-label": label, tabindex: "0" });
      this.panels = { stage: panel("This stage"), lives: panel("Obituaries") };
      this.lives = new rcs.Lives(this, this.panels.lives);
      this.fates = make("section", { class: "rcs-fates" });
      const side = make("div", { class: "rcs-side" }, this.transport(), this.tabs(), ...Object.values(this.panels));
      this.main = make("div", { class: "rcs-main" }, this.picture.root, side);
      root.replaceChildren(make("div", { class: "rcs-body" }, this.chips, this.main, this.fates));
      root.addEventListener("keydown", (event) => this.key(event));
      this.open("stage");
    }

    // ---- controls --------------------------------------------------------------------------------------------
    transport() {
      const button = (text, label, onclick) => make("button", { type: "button", text, "aria-label": label, onclick });
      this.back = button("‹ Back", "Step back", () => this.step(-1));
      this.play = button("▶ Play", "Play", () => this.toggle());
      this.next = button("Step ›", "Step", () => this.step(1));
      this.said = make("span", { class: "rcs-at", "aria-live": "polite" });
      return make(
        "div",
        { class: "rcs-transport", role: "group", "aria-label": "Play the stages" },
        this.back,
        this.play,
        this.next,
        this.said,
      );
    }

    tabs() {
      const names = { stage: "This stage", lives: "Obituaries: click the picture" };
      this.tabButtons = Object.entries(names).map(([name, text]) =>
        make("button", { type: "button", role: "tab", text, "data-tab": name, onclick: () => this.open(name) }),
      );
      return make(
        "div",
        { class: "rcs-tabs", role: "tablist", "aria-label": "Beside the picture" },
        ...this.tabButtons,
      );
    }

    open(name) {
      this.tab = this.root.dataset.tab = name;
      for (const button of this.tabButtons) {
        const on = button.dataset.tab === name;
        button.setAttribute("aria-selected", on);
        button.tabIndex = on ? 0 : -1;
        this.panels[button.dataset.tab].hidden = !on;
      }
      if (name !== "lives") this.picture.tell(null);
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const tab = event.target.closest("[role=tab]");
      if (tab && way) {
        this.open(this.tab === "stage" ? "lives" : "stage");
        this.tabButtons.find((button) => button.dataset.tab === this.tab).focus();
      } else if (event.target.closest(".rcs-chips, .rcs-transport") && way) {
        this.step(way);
        if (event.target.closest(".rcs-chips")) this.buttons[this.stage].focus();
      } else if (event.key === " " && event.target.closest(".rcs-chips")) this.toggle();
      else return;
      event.preventDefault();
    }

    // ---- playing -----------------------------------------------------------------------------------------------
    toggle(on = !this.timer) {
      clearTimeout(this.timer);
      this.timer = 0;
      if (on && this.value) {
        if (this.stage === this.value.stages.length - 1) this.go(0, false);
        const tick = () => {
          this.timer = 0;
          if (this.root.offsetParent !== null) this.go(this.stage + 1);
          if (this.stage < this.value.stages.length - 1) this.timer = setTimeout(tick, DWELL);
          this.playing();
        };
        this.timer = setTimeout(tick, this.stage ? 300 : DWELL / 2);
      }
      this.playing();
    }

    playing() {
      this.play.textContent = this.timer ? "❚❚ Pause" : "▶ Play";
      this.play.setAttribute("aria-label", this.timer ? "Pause" : "Play");
    }

    step(way) {
      this.toggle(false);
      this.go(this.stage + way);
    }

    go(stage, morph = true) {
      if (!this.value) return;
      this.stage = Math.min(Math.max(stage, 0), this.value.stages.length - 1);
      this.open("stage");
      this.picture.show(this.stage, morph);
      this.tell();
    }

    // ---- values --------------------------------------------------------------------------------------------------
    take(value) {
      const asked = this.asked || (!this.value && value.place); // by a click, or by a permalink
      if (asked && !this.value) this.stage = this.picture.stage = value.stages.length - 1; // who lived there: the end
      this.value = value;
      this.buttons = value.stages.map((one, i) =>
        make(
          "button",
          {
            type: "button",
            onclick: () => {
              this.toggle(false);
              this.go(i);
            },
          },
          make("span", { text: `${i + 1} ${one.title}` }),
          make("b", { text: this.funnel(one) }),
        ),
      );
      const focused = this.chips.contains(document.activeElement);
      this.chips.replaceChildren(...this.buttons.map((button) => make("li", {}, button)));
      this.picture.take(value);
      this.tell();
      if (focused) this.buttons[this.stage].focus();
      this.lives.take(value);
      this.fates.replaceChildren(...rcs.fates(value));
      if (value.place && asked) this.open("lives");
      this.asked = false;
      this.follow();
    }

    funnel({ before, after }) {
      return before === after ? count(after) : `${count(before)} → ${count(after)}`;
    }

    tell() {
      const { value, stage } = this,
        one = value.stages[stage];
      this.buttons.forEach((button, i) => {
        button.tabIndex = i === stage ? 0 : -1;
        button.setAttribute("aria-current", i === stage ? "step" : "false");
        button.classList.toggle("rcs-past", i < stage);
      });
      this.back.disabled = stage === 0;
      this.next.disabled = stage === value.stages.length - 1;
      this.said.textContent = `${stage + 1} of ${value.stages.length}: ${one.title}`;
      const gone = one.of !== "candidates" && one.before > one.after ? `, ${count(one.before - one.after)} fewer` : "";
      this.panels.stage.replaceChildren(
        make(
          "div",
          { class: "rcs-shown" },
          make("p", { class: "rcs-counts" }, make("strong", { text: this.funnel(one) }), ` ${one.of}${gone}`),
          make("p", { text: one.text }),
          one.figure.cells ? cells(one.figure.cells) : rcs.bars(one.figure.bars),
          one.figure.more ? make("p", { class: "rcs-more", text: one.figure.more }) : "",
        ),
        this.drawn(),
      );
    }

    // What of all that is drawn, and what the colours mean.
    drawn() {
      const { value, stage } = this,
        { dies, level, drawn } = value.tracks;
      const here = dies.filter((end, i) => end >= stage && (i < drawn || stage >= 8)).length;
      const rule =
        stage < 8
          ? ` of ${count(value.stages[stage].before)}, of each fate the 60 best.`
          : ", of each proposal the candidate that came farthest.";
      const { cells: few, anchor: even } = value.sample;
      const text =
        stage < 2
          ? `Drawn: the ${even.length} anchors of ${few} cells of each level.`
          : stage < 10
            ? `Drawn: ${count(here)}${rule}`
            : "";
      const seen = stage < 6 ? value.levels.map((_, i) => i) : stage < 8 ? value.roi_levels : [];
      const legend = seen.map((i) => make("li", {}, rcs.dot(i), value.levels[i]));
      const dying = dies.some((end) => end === stage)
        ? make("li", { class: "rcs-key-dying", text: "dashed: ends here" })
        : null;
      return make("div", { class: "rcs-drawn" }, make("ul", {}, ...legend, dying), make("p", { text }));
    }

    choose(point) {
      this.toggle(false);
      const text = point.map((side) => Math.round(side * 10) / 10).join(",");
      this.picture.mark(point);
      this.asked = true;
      this.open("lives");
      if (text !== this.props.selection) this.commit?.(text);
      else this.asked = false;
    }

    // The chosen place is the setting's: the learner's last click, or a permalink's.
    follow() {
      const point = String(this.props.selection || "")
        .split(",")
        .map(Number);
      this.picture.mark(point.length === 2 && point.every(Number.isFinite) ? point : this.value?.place?.point || null);
    }
  }

  ww.rcnnStages = (element, props, watch, select) => {
    const root = element.querySelector(".ww-board");
    const board = new Board(root, props, select);
    root.rcnnStages = board; // for the tests: {value, stage, go(i), picture}
    watch("selection", () => board.follow());
    ww.follow(props, watch, (value) => board.take(value));
  };
})();
