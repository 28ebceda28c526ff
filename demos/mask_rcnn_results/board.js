// The boards of lesson mask_rcnn_results: errors by class with their sum, each error cut out with its truth, and for
// a measurement AP and its curve. Python sends numbers, texts and outlines; everything is drawn here, as text and SVG.
(() => {
  const ww = (window.whatwhere = window.whatwhere || {});
  const { make, vector: svg } = ww;
  const HEAD = ["AP, %", "AP", "AP50", "AP75", "small", "medium", "large"];
  const SERIES = ["AP", "AP50", "AP75"];
  const FIRST = 12; // cards shown before somebody asks for more
  const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

  // ---- errors by class: one bar each, which also filters the cards ---------------------------------------
  class Bars {
    constructor(changed) {
      Object.assign(this, { changed, only: "", rows: new Map() });
      this.list = make("div", { class: "mrr-bars", role: "group", "aria-label": "Errors by class; press one to see only its cards" });
      this.total = make("p", { class: "mrr-sum", "aria-live": "polite" });
      const key = (css, text) => make("span", { class: "mrr-key" }, make("i", { class: css }), text);
      this.legend = make("p", { class: "mrr-note" }, key("mrr-wrong", "false positives"), key("mrr-gone", "missed things"));
      this.root = make("div", {}, this.list, this.total, this.legend);
    }

    row(bar) {
      const parts = { wrong: make("i", { class: "mrr-wrong" }), gone: make("i", { class: "mrr-gone" }), count: make("b") };
      const press = () => { this.only = this.only === bar.kind ? "" : bar.kind; this.mark(); this.changed(); };
      parts.button = make("button", { type: "button", class: "mrr-bar", title: bar.rule, onclick: press },
        make("span", { text: bar.kind }), make("span", { class: "mrr-track" }, parts.wrong, parts.gone), parts.count);
      this.rows.set(bar.kind, parts);
      this.list.append(parts.button);
      return parts;
    }

    draw({ bars, hits }) {
      if (!bars.some((bar) => bar.kind === this.only && bar.wrong + bar.gone)) this.only = ""; // none of it here: all
      const most = Math.max(1, ...bars.map((bar) => bar.wrong + bar.gone));
      for (const bar of bars) {
        const { wrong, gone, count, button } = this.rows.get(bar.kind) || this.row(bar);
        wrong.style.width = `${(100 * bar.wrong) / most}%`;
        gone.style.width = `${(100 * bar.gone) / most}%`;
        count.textContent = String(bar.wrong + bar.gone);
        button.setAttribute("aria-label", `${bar.kind}: ${bar.wrong} false positives, ${bar.gone} missed. ${bar.rule}`);
      }
      const counts = bars.map((bar) => bar.wrong + bar.gone).filter(Boolean);
      const wrong = sum(bars.map((bar) => bar.wrong)), gone = sum(bars.map((bar) => bar.gone));
      const added = counts.length > 1 ? `${counts.join(" + ")} = ` : "";
      this.total.textContent = `${added}${sum(counts)} error${sum(counts) === 1 ? "" : "s"} = ${wrong} false positive${wrong === 1 ? "" : "s"} + ${gone} missed; ${hits} found.`;
      this.mark();
    }

    mark() {
      for (const [kind, { button }] of this.rows) button.setAttribute("aria-pressed", String(kind === this.only));
    }
  }

  // ---- one error, cut out of its picture -------------------------------------------------------------------
  const path = (polygons) => polygons.map((line) =>
    `M${line.map((value, i) => (i && i % 2 === 0 ? "L" : i % 2 ? " " : "") + value).join("")}Z`).join("");
  const picture = (card, colors) => {
    const [height, width] = card.size;
    const name = `${card.kind}: ${[card.title, ...card.lines].join(", ")}, scene ${card.seed}`;
    const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name, class: "mrr-cut" },
      svg("image", { href: card.image, width, height, preserveAspectRatio: "none" }));
    for (const part of ["other", "found", "true"]) {
      if (!card[part].length) continue;
      const d = path(card[part]);
      const line = svg("path", { d, class: "mrr-line" });
      line.style.stroke = colors[part];
      root.append(svg("path", { d, class: "mrr-halo" }), line);
    }
    return root;
  };
  const cardOf = (card, colors, open) => {
    const more = card.costs > 1 ? make("p", { class: "mrr-note", text: `counts ${card.costs} times: itself and ${card.costs - 1} missed` }) : null;
    const button = open && make("button", { type: "button", class: "mrr-open", text: `Show scene ${card.seed}`, onclick: () => open(card.key) });
    if (button) button.dataset.key = card.key;
    return make("li", { class: "mrr-card", "data-kind": card.kind }, picture(card, colors),
      make("p", { class: "mrr-kind", text: card.kind }), make("p", { class: "mrr-title", text: card.title }),
      ...card.lines.map((text) => make("p", { class: "mrr-note", text })), more,
      make("p", { class: "mrr-rule", text: card.rule }), button || null);
  };

  class Cards {
    constructor(colors, open) {
      Object.assign(this, { colors, open, cards: [], all: false });
      this.list = make("ul", { class: "mrr-cards" });
      this.none = make("p", { class: "mrr-note" });
      this.more = make("button", { type: "button", class: "mrr-more", onclick: () => { this.all = true; this.draw(this.only); } });
      const key = (part, text) => {
        const swatch = make("i");
        swatch.style.background = colors[part];
        return make("span", { class: "mrr-key" }, swatch, text);
      };
      this.legend = make("p", { class: "mrr-note" }, key("true", "true outline"), key("found", "the detection"), key("other", "others that have part in it"));
      this.root = make("div", {}, this.legend, this.none, this.list, this.more);
    }

    take(cards) {
      const text = typeof cards === "string" ? cards : JSON.stringify(cards);
      if (text === this.text) return false;
      this.text = text;
      this.cards = JSON.parse(text);
      return true;
    }

    draw(only) {
      this.only = only;
      const shown = this.cards.filter((card) => !only || card.kind === only);
      const first = this.all ? shown : shown.slice(0, FIRST);
      this.list.replaceChildren(...first.map((card) => cardOf(card, this.colors, this.open)));
      this.none.textContent = shown.length ? "" : only ? `No error of the class “${only}”.` : "No errors: everything was found, and nothing else.";
      this.more.hidden = first.length === shown.length;
      this.more.textContent = `Show all ${shown.length}`;
    }

  }

  // ---- AP of a measurement -----------------------------------------------------------------------------------
  const table = (rows) => make("table", { class: "mrr-table" },
    make("thead", {}, make("tr", {}, ...HEAD.map((text) => make("th", { text, scope: "col" })))),
    make("tbody", {}, ...rows.map((cells) => make("tr", { "data-kind": cells[0] },
      ...cells.map((text, i) => make(i ? "td" : "th", { text, scope: i ? null : "row" }))))));

  // Mask AP over the scenes so far: wide changes at first, then the curves settle.
  const WIDE = 440, HIGH = 150, LEFT = 34, RIGHT = 48, TOP = 22, FOOT = 32;
  const curve = ({ scenes, ...lines }, colors) => {
    const last = Math.max(2, scenes[scenes.length - 1] || 2);
    const x = (scene) => LEFT + ((WIDE - LEFT - RIGHT) * (scene - 1)) / (last - 1);
    const y = (value) => TOP + (HIGH - TOP - FOOT) * (1 - value / 100);
    const text = (content, props) => { const node = svg("text", props); node.textContent = content; return node; };
    const root = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "mrr-curve", role: "img",
      "aria-label": `Mask AP over ${scenes.length} steps up to ${last} scenes: ${SERIES.map((name) => `${name} ${lines[name].at(-1) ?? "undefined"}`).join(", ")}` });
    for (const value of [0, 25, 50, 75, 100]) {
      root.append(svg("path", { d: `M${LEFT} ${y(value)}H${WIDE - RIGHT}`, class: "mrr-grid" }));
      root.append(text(value, { x: LEFT - 5, y: y(value) + 4, "text-anchor": "end" }));
    }
    for (const scene of [...new Set([1, Math.round((1 + last) / 2), last])])
      root.append(text(scene, { x: x(scene), y: HIGH - FOOT + 14, "text-anchor": "middle" }));
    root.append(text("scenes measured", { x: (LEFT + WIDE - RIGHT) / 2, y: HIGH - 4, "text-anchor": "middle" }));
    root.append(text("mask AP, %", { x: 0, y: 11 }));
    let above = -Infinity;
    for (const [i, name] of SERIES.map((one, k) => [k, one]).sort((a, b) => (lines[b[1]].at(-1) ?? 0) - (lines[a[1]].at(-1) ?? 0))) {
      const known = lines[name].flatMap((value, k) => (value === null ? [] : [k])); // a gap where AP is undefined
      if (!known.length) continue;
      const at = known.at(-1), value = lines[name][at];
      const d = known.map((k) => `${lines[name][k - 1] == null ? "M" : "L"}${x(scenes[k])} ${y(lines[name][k])}`).join("");
      const line = svg("path", { d, class: "mrr-series" });
      const end = svg("circle", { cx: x(scenes[at]), cy: y(value), r: 3 });
      line.style.stroke = end.style.fill = colors.series[i];
      above = Math.max(above + 13, y(value) + 4);
      root.append(line, end, text(name, { x: x(scenes[at]) + 7, y: above, class: "mrr-name" }));
    }
    return root;
  };

  // ---- the board -----------------------------------------------------------------------------------------------
  class Board {
    constructor(root, props, select) {
      Object.assign(this, { root, props, select });
      const open = select && ((key) => this.open(key));
      this.cards = new Cards(props.colors, open);
      this.bars = new Bars(() => this.show());
      this.about = make("h3");
      this.errors = make("h4");
      this.precision = make("div", { class: "mrr-precision" });
      this.aside = make("p", { class: "mrr-note" });
      this.strongest = make("p", { class: "mrr-strongest" });
      const left = make("div", { class: "mrr-left" }, this.precision, this.errors, this.bars.root, this.aside);
      root.replaceChildren(this.about, this.strongest, make("div", { class: "mrr-columns" }, left, this.cards.root));
    }

    take(value) {
      this.value = value;
      if (value.context) this.root.dataset.context = value.context;
      this.about.textContent = value.about;
      this.errors.textContent = value.errors || "";
      this.aside.textContent = value.aside || "";
      this.precision.replaceChildren(...(value.rows ? [table(value.rows), curve(value.curve, this.props.colors)] : []));
      this.strongest.replaceChildren(...(value.strongest?.length ? ["Strongest so far: ", ...value.strongest.map((one) => this.link(one))] : []));
      this.bars.draw(value);
      if (this.cards.take(value.cards) || this.cards.only !== this.bars.only) this.show();
    }

    link({ title, seed, count, key }) {
      return make("button", { type: "button", class: "mrr-open", text: `${title}: scene ${seed} (${count})`, onclick: () => this.open(key), "data-key": key });
    }

    show() {
      this.cards.draw(this.bars.only);
      this.mark();
    }

    // Marks the cards of the scene that is on the stage.
    mark() {
      const selection = this.props.selection || "";
      for (const button of this.root.querySelectorAll(".mrr-open"))
        button.setAttribute("aria-pressed", String(selection.startsWith(`${button.dataset.key} `)));
    }

    // Shows a scene on the stage while gallery and picture stay; pressed again, the gallery's scene comes back.
    open(key) {
      const context = document.querySelector(`.ww-maskResults[data-lesson="${this.root.dataset.lesson}"][data-context]`)?.dataset.context;
      if (!context) return;
      const text = `${key} ${context}`;
      this.select(this.props.selection === text ? "" : text);
      this.mark();
      document.getElementById(`${this.root.dataset.lesson}-stage`)?.scrollIntoView({ block: "nearest" });
    }
  }

  ww.maskResults = (element, props, watch, select) => {
    const root = element.querySelector(".ww-board");
    const board = (root.maskResults = new Board(root, props, select)); // for the tests: {value, bars, cards}
    ww.follow(props, watch, (value) => board.take(value));
    watch("selection", () => board.mark());
  };
})();
