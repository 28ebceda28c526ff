// One panel of a stage (stage.js): the picture, what is laid over it, its boxes, and what it knows at a pixel.
import { lessonOf } from "./asking.js";
import { render } from "./markup.js";
import { make, vector } from "./nodes.js";
import { clamp } from "./number.js";
import { unpack } from "./packed.js";
import { save } from "./save.js";
import { drawn } from "./saved.js";
import { terms } from "./terms.js";

const at = (map, [x, y], [height, width]) => {
  const [rows, cols] = map.shape;
  const row = clamp(Math.floor((y * rows) / height), 0, rows - 1);
  const col = clamp(Math.floor((x * cols) / width), 0, cols - 1);
  return map.data[row * cols + col];
};
const dark = (hex) =>
  [0.299, 0.587, 0.114].reduce((sum, weight, i) => sum + weight * parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16), 0) <
  110;
// A node of a text with its terms.
const said = (tag, css, text, seen) => {
  const node = make(tag, { class: css });
  render(terms(text, seen), node);
  return node;
};
const MARKS = { "+": "right", "-": "wrong" };

export class Panel {
  constructor(panel, stage) {
    Object.assign(this, { panel, stage, text: JSON.stringify(panel), chips: [] });
    const [height, width] = stage.size;
    this.frame = make("div", { class: "ww-frame" });
    this.frame.style.setProperty("--ratio", width / height);
    const picture = (src, css, alt) => make("img", { src, alt, class: css, draggable: "false" });
    this.frame.append(picture(panel.image || stage.base, panel.pixelated ? "ww-cells" : "", panel.alt));
    if (panel.overlay) this.frame.append(picture(panel.overlay, "ww-overlay", ""));
    this.svg = vector("svg", {
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    });
    this.marks = vector("g", { class: "ww-boxes" });
    this.cross = vector("path", { class: "ww-cross" });
    this.ring = vector("ellipse", { class: "ww-ring" });
    this.svg.append(this.marks, this.cross, this.ring);
    this.frame.append(this.svg);
    this.drawBoxes();
    if (panel.tags?.length) this.frame.append(this.tags(panel.tags));
    this.knows = make("p", { class: "ww-knows" });
    const save = make("button", {
      type: "button",
      class: "ww-save-png",
      title: "Save this picture as PNG",
      "aria-label": `Save “${panel.title}” as PNG`,
      text: "PNG",
      onclick: () => this.save(),
    });
    const caption = make("figcaption", {}, said("span", "", panel.title), save);
    this.root = make("figure", { class: "ww-panel", "data-shows": panel.title }, caption, this.frame, this.knows);
    if (panel.legend?.length) this.root.append(legend(panel.legend));
    if (panel.note) this.root.append(said("p", "ww-note", panel.note));
    for (const name of ["index", "values"])
      if (panel[name])
        unpack(panel[name]).then((map) => {
          this[name] = map;
          stage.ask();
        });
  }

  tags(tags) {
    return make(
      "ul",
      { class: "ww-tags" },
      ...tags.map(([text, color]) => {
        const tag = make("li", { text });
        tag.style.setProperty("--chip", color);
        return tag;
      }),
    );
  }

  drawBoxes() {
    const [height, width] = this.stage.size;
    for (const { box, color, label, dashed } of this.panel.boxes || []) {
      const [x0, y0, x1, y1] = box;
      const shape = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
      this.marks.append(vector("rect", { ...shape, class: "ww-halo" + (dark(color) ? " ww-light" : "") }));
      const line = vector("rect", {
        ...shape,
        class: "ww-box-line" + (dashed ? " ww-dashed" : ""),
      });
      line.style.stroke = color;
      this.marks.append(line);
      if (!label) continue;
      const east = x0 > 0.6 * width,
        under = y0 < 0.07 * height;
      const small = x1 - x0 < 0.17 * width;
      const chip = make("span", {
        class: `ww-chip${east ? " ww-east" : ""}${under ? " ww-under" : ""}${small ? " ww-small" : ""}`,
        text: label,
      });
      chip.style.cssText = `left:${(100 * (east ? x1 : x0)) / width}%;top:${(100 * y0) / height}%;--chip:${color}`;
      this.frame.append(chip);
      this.chips.push({ chip, box, color });
    }
  }

  // Names of small boxes would cover each other: they show while the pointer is inside.
  nameBoxes(point) {
    for (const {
      chip,
      box: [x0, y0, x1, y1],
    } of this.chips)
      chip.classList.toggle(
        "ww-on",
        Boolean(point) && x0 <= point[0] && point[0] < x1 && y0 <= point[1] && point[1] < y1,
      );
  }

  // What this panel says at a point (null: nothing is pointed at).
  read(point) {
    const { panel } = this;
    let text = "",
      cannot = "",
      mark = "";
    if (point && this.index) {
      const index = at(this.index, point, this.stage.size);
      ({ text, cannot } = panel.texts[index] || { text: "" });
      if (this.stage.truth) mark = MARKS[panel.marks[index]?.[at(this.stage.truth, point, this.stage.size)]];
    }
    if (point && this.values) {
      const value = at(this.values, point, this.stage.size);
      text = [text, Number.isFinite(value) ? `${Number(value.toPrecision(4))} ${panel.unit}`.trim() : "infinite"]
        .filter(Boolean)
        .join(" · ");
    }
    return { text, cannot: cannot || "", mark: mark || "" };
  }

  // `scale`: picture pixels per pixel of the screen, measured once for all panels: each measuring lays out the page.
  draw(point, pinned, scale) {
    const [height, width] = this.stage.size;
    this.cross.setAttribute("d", point ? `M0 ${point[1]}H${width}M${point[0]} 0V${height}` : "");
    this.ring.setAttribute("rx", pinned ? 7 * scale : 0);
    this.ring.setAttribute("ry", pinned ? 7 * scale : 0);
    if (pinned) {
      this.ring.setAttribute("cx", pinned[0]);
      this.ring.setAttribute("cy", pinned[1]);
    }
    this.nameBoxes(point);
    const known = this.read(point);
    known.point = Boolean(point);
    if (
      this.said &&
      known.point === this.said.point &&
      known.text === this.said.text &&
      known.mark === this.said.mark &&
      known.cannot === this.said.cannot
    )
      return;
    this.said = known;
    this.root.dataset.mark = known.mark;
    this.knows.replaceChildren(
      ...(point
        ? [make("b", { text: known.text || "\u00a0" }), make("small", { text: known.cannot })]
        : [said("span", "ww-idle", this.panel.asks || "")]),
    );
  }

  // The panel as it is seen, at twice its size on the screen or more, with what it says, saved by the browser.
  save() {
    const { lesson, picture } = this.stage;
    const taught = document.querySelector(`.ww-menu option[value="${lesson}"]`)?.textContent.trim() ?? "";
    const shown = picture || lessonOf(lesson).settings.picture || "";
    const about = [taught, shown.startsWith("upload:") ? "" : shown].filter(Boolean).join(", ");
    const file = `${this.panel.title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.png`;
    save(file, drawn(this, about).toDataURL("image/png"));
  }
}

export const legend = (entries) => {
  const seen = new Set();
  return make(
    "ul",
    { class: "ww-legend" },
    ...entries.map(([name, color]) => {
      const swatch = make("i");
      swatch.style.background = color;
      return make("li", {}, swatch, said("span", "", name, seen));
    }),
  );
};
