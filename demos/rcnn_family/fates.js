// The obituaries on the board rcnnStages: who lived and died at a place, how all anchors ended, and who was wronged.
(() => {
  const rcs = (window.rcnnStagesParts = window.rcnnStagesParts || {});
  const { make } = window.whatwhere;
  const KEYS = [
    ["anchor", "its anchor"],
    ["last", "its last box"],
    ["killer", "who suppressed it"],
    ["truth", "the missed thing"],
  ];
  const key = (names) =>
    make(
      "ul",
      { class: "rcs-keys" },
      ...KEYS.filter(([name]) => names.includes(name)).map(([name, text]) =>
        make("li", {}, make("i", { class: `rcs-line rcs-key-${name}` }), text),
      ),
    );

  rcs.Lives = class {
    constructor(board, root) {
      Object.assign(this, { board, root });
      this.wronged = make("button", {
        type: "button",
        class: "rcs-wronged",
        text: "Best box that was wrongly killed",
        onclick: () => this.accuse(),
      });
      this.text = make("p", { class: "rcs-place", "aria-live": "polite" });
      this.keys = make("div");
      this.list = make("div", { class: "rcs-list" });
      root.append(this.wronged, this.text, this.keys, this.list);
      root.addEventListener("pointerleave", () => this.tell(this.pinned));
    }

    take(value) {
      this.value = value;
      this.titles = new Map(value.fates.map(([name, title]) => [name, title]));
      this.pinned = null;
      const { place } = value;
      if (!place) {
        this.text.textContent = "Click any place of the picture: who lived there, and what ended each?";
        this.keys.replaceChildren();
        return this.list.replaceChildren();
      }
      const more =
        place.total > place.lives.length ? ` The ${place.lives.length} listed are the best of each fate.` : "";
      this.text.textContent = `${rcs.count(place.total)} anchors' last boxes contain the point ${place.point.map(Math.round).join(", ")}.${more}`;
      this.keys.replaceChildren(key(["anchor", "last", "killer"]));
      this.list.replaceChildren(...this.groups(place));
      this.list.scrollTop = 0;
    }

    groups(place) {
      return this.value.fates
        .map(([name, title], i) => ({
          name,
          title,
          lives: place.lives.filter((life) => life.fate === name),
          total: place.counts[i],
        }))
        .filter(({ lives }) => lives.length)
        .reverse()
        .map(({ title, lives, total }) =>
          make(
            "section",
            {},
            make(
              "h4",
              {},
              title,
              make("small", {
                text: lives.length < total ? ` ${lives.length} of ${rcs.count(total)}` : ` ${rcs.count(total)}`,
              }),
            ),
            make("ul", {}, ...lives.map((life) => make("li", {}, this.entry(life)))),
          ),
        );
    }

    entry(life) {
      const show = () => this.tell({ life });
      const button = make(
        "button",
        {
          type: "button",
          class: "rcs-entry",
          onpointerenter: show,
          onfocus: show,
          onclick: () => {
            this.pinned = { life };
            show();
          },
        },
        rcs.dot(life.level),
        make("span", {}, make("b", { text: `${this.value.levels[life.level]} ` }), life.sentence),
      );
      return button;
    }

    // Draw one life, or nothing.
    tell(told) {
      if (this.board.tab === "lives") this.board.picture.tell(told?.life || null, told?.truth);
    }

    accuse() {
      const { text, life, truth } = this.value.wronged;
      this.text.textContent = text;
      if (!life) return this.tell((this.pinned = null));
      this.pinned = { life, truth };
      const entry = this.entry(life);
      entry.addEventListener("focus", () => this.tell(this.pinned));
      entry.addEventListener("pointerenter", () => this.tell({ life, truth }));
      this.keys.replaceChildren(key(["anchor", "last", ...(life.killer ? ["killer"] : []), "truth"]));
      this.list.replaceChildren(make("section", {}, make("h4", { text: this.titles.get(life.fate) }), entry));
      this.tell(this.pinned);
    }
  };

  // How all anchors ended: bars whose counts add up.
  rcs.fates = (value) => {
    const most = Math.log10(1 + Math.max(...value.fates.map(([, , , number]) => number)));
    const rows = value.fates.map(([name, title, , number]) => {
      const bar = make("i", { class: `rcs-bar${name === "survived" ? " rcs-alive" : ""}` });
      bar.style.setProperty("--share", most ? Math.log10(1 + number) / most : 0);
      return make(
        "div",
        { class: number ? "" : "rcs-none" },
        make("dt", { text: title }),
        make("dd", {}, bar, make("b", { text: rcs.count(number) })),
      );
    });
    const sum = value.fates.reduce((all, [, , , number]) => all + number, 0);
    const [survived, found] = [value.fates.at(-1)[3], value.stages[9].after];
    const more =
      survived === found
        ? ""
        : ` ${rcs.count(survived)} survivors became ${rcs.count(found)} detections: one proposal can be found as several classes.`;
    return [
      make("h3", { text: "How all anchors ended" }),
      make("dl", { class: "rcs-bars rcs-columns" }, ...rows),
      make(
        "p",
        { class: "rcs-sum" },
        make("b", {
          text: `${value.fates
            .filter(([, , , number]) => number)
            .map(([, , , number]) => rcs.count(number))
            .join(" + ")} = ${rcs.count(sum)} anchors`,
        }),
        sum === value.total ? `, each with one end.${more}` : ` of ${rcs.count(value.total)}.`,
        make("small", { text: " Lengths of the bars are logarithmic." }),
      ),
    ];
  };
})();
