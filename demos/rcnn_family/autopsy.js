// The autopsy of one pixel of a mask: six linked pictures, from the pixel back to the picture, and all sums.
// The parts (mask_autopsy_parts.js) draw; here is what they share: the value, what is lit, the chosen pixel and bin.
(() => {
  const ww = (window.whatwhere = window.whatwhere || {});
  const ma = (window.maskAutopsy = window.maskAutopsy || {});
  const { vector, clamp } = ww;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  ma.ORDER = ["picture", "mask", "logit", "crop", "map", "field"];

  // ---- drawing --------------------------------------------------------------------------------------
  ma.rect = (x, y, width, height, css) => vector("rect", { x, y, width, height, class: css });
  // A frame that shows on dark and on bright cells alike.
  ma.framed = (svg, place, css) => {
    const line = ma.rect(...place, css);
    svg.append(ma.rect(...place, "ma-halo"), line);
    return line;
  };
  // A map of one pixel a cell under shapes in the same coordinates.
  ma.drawing = ([x, y, width, height], image, place, label) => {
    const [left, top, wide, high] = place;
    const svg = vector("svg", { viewBox: `${x} ${y} ${width} ${height}`, role: "img", "aria-label": label });
    svg.style.setProperty("--ratio", width / height);
    if (image)
      svg.append(
        vector("image", {
          href: image,
          x: left,
          y: top,
          width: wide,
          height: high,
          preserveAspectRatio: "none",
          class: "ma-cells",
        }),
      );
    return svg;
  };
  ma.number = (value, digits = 3) => (Number.isFinite(value) ? value.toFixed(digits).replace("-", "−") : "–");
  ma.off = (value) => {
    if (value === 0) return "0";
    const [digits, power] = value.toExponential(0).split("e");
    return `${digits}e${power.replace("-", "−")}`;
  };
  ma.percent = (value) => `${(100 * value).toFixed(1)} %`;

  // ---- the board --------------------------------------------------------------------------------------
  class Board {
    constructor(root, props, select) {
      Object.assign(this, { root, props, commit: select, token: 0 });
      root.addEventListener("focusin", (event) => this.light(event.target));
      root.addEventListener("focusout", () => this.light(null));
      root.addEventListener("pointerover", (event) => this.light(event.target));
      root.addEventListener("pointerleave", () => this.light(null));
    }

    async take(value) {
      const token = ++this.token;
      const map = value.chain ? await ww.unpack(value.chain.map.values) : null;
      if (token !== this.token) return;
      const stale = !value.chain && this.keeps(value);
      Object.assign(this, stale ? { value: { ...value, chain: this.value.chain }, stale } : { value, map, stale });
      clearTimeout(this.later);
      const chosen = String(this.props.selection || "")
        .split(",")
        .map(Number);
      const there = chosen.length === 2 && chosen.every(Number.isFinite) ? chosen.map(Math.floor) : null;
      this.pixel = value.chain ? value.chain.pixel : there;
      if (!stale) this.bin = value.chain ? value.chain.crop.followed : null;
      this.root.classList.remove("ma-waiting");
      this.draw();
    }

    // A pixel outside all masks of the same picture: the last chain stays, dimmed, so that nothing moves under the pointer.
    keeps(value) {
      const same = ["base", "overlay"].every((key) => this.value?.[key] === value[key]);
      return Boolean(same && this.value.chain && JSON.stringify(this.value.boxes) === JSON.stringify(value.boxes));
    }

    draw() {
      const { chain } = this.value;
      const focused = this.root.contains(document.activeElement) && document.activeElement.dataset.part;
      this.root.classList.toggle("ma-empty", !chain);
      this.root.classList.toggle("ma-stale", this.stale);
      const names = chain ? ma.ORDER : ["picture"];
      this.cards = Object.fromEntries(names.map((name) => [name, ma[name](this)]));
      this.root.replaceChildren(...Object.values(this.cards));
      if (focused) this.root.querySelector(`[data-part="${focused}"]`)?.focus({ preventScroll: true });
    }

    // One card anew: the bin was chosen in the browser.
    redraw(...names) {
      const focused = document.activeElement?.dataset?.part;
      for (const name of names) {
        const fresh = ma[name](this);
        this.cards[name].replaceWith(fresh);
        this.cards[name] = fresh;
        if (focused) fresh.querySelector(`[data-part="${focused}"]`)?.focus({ preventScroll: true });
      }
    }

    // What an element is about (data-key) and what that is made of (data-from) light up together.
    light(target) {
      const node = target?.closest?.("[data-key]");
      const keys = node ? [node.dataset.key, ...(node.dataset.from || "").split(" ")] : [];
      for (const other of this.root.querySelectorAll("[data-key]"))
        other.classList.toggle("ma-lit", keys.includes(other.dataset.key));
    }

    // Another pixel: drawn at once, asked for when the arrow keys rest.
    choose([x, y], wait = 0) {
      const [height, width] = this.value.size;
      this.pixel = [clamp(Math.floor(x), 0, width - 1), clamp(Math.floor(y), 0, height - 1)];
      this.moved?.(this.pixel);
      clearTimeout(this.later);
      this.later = setTimeout(() => {
        this.root.classList.add("ma-waiting");
        this.commit?.(this.pixel.join(","));
      }, wait);
    }

    chooseBin([row, column]) {
      const [top, left, bottom, right] = this.value.chain.crop.field;
      this.bin = [clamp(row, top, bottom), clamp(column, left, right)];
      this.redraw("crop", "map");
    }
  }

  // A picture that is pointed at, by mouse, finger or arrow keys; `at` gives and takes (x, y).
  ma.pointing = (svg, { part, label, at, take, keys }) => {
    svg.setAttribute("tabindex", "0");
    svg.setAttribute("role", "application");
    svg.setAttribute("aria-label", label);
    svg.dataset.part = part;
    const place = (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      return [point.x, point.y];
    };
    svg.addEventListener("click", (event) => take(place(event), 0));
    svg.addEventListener("keydown", (event) => {
      const step = ARROWS[event.key];
      if (!step) return;
      event.preventDefault();
      const far = event.shiftKey ? keys : 1;
      take(
        at().map((value, axis) => value + far * step[axis]),
        300,
      );
    });
  };

  // ---- sums as text --------------------------------------------------------------------------------
  // value = term + term …; a term is {text, key, from} and lights up with its cell.
  ma.sum = (value, terms, after = "") => {
    const spans = terms.flatMap(({ text, key, from }, i) => {
      const props = { class: "ma-term", text, "data-key": key, "data-from": from, tabindex: key ? "0" : null };
      return [...(i ? [text.startsWith("−") ? " " : " + "] : []), ww.make("span", props)];
    });
    return ww.make("p", { class: "ma-sum" }, ww.make("b", { text: value }), " = ", ...spans, after);
  };
  ma.card = (board, name, title, ...children) => {
    const number = ma.ORDER.indexOf(name) + 1;
    const head = ww.make("h3", {}, number ? ww.make("i", { text: number }) : null, title);
    return ww.make("section", { class: `ma-card ma-${name}`, "aria-label": title }, head, ...children);
  };
  // "network 0.997, off by 3e−8" below a sum.
  ma.check = (board, key, digits = 4) => {
    const link = board.value.chain.links.find((one) => one.key === key);
    return ww.make("p", {
      class: "ma-check",
      text: `The network: ${ma.number(link.network, digits)}, off by ${ma.off(link.difference)}.`,
    });
  };

  ww.maskAutopsy = (element, props, watch, select) => {
    const root = element.querySelector(".ww-board");
    const board = new Board(root, props, select);
    root.maskAutopsy = board; // for the tests: {value, pixel, bin, choose, chooseBin}
    ww.follow(props, watch, (value) => board.take(value));
  };
})();
