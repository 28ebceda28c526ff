// Boards rcnnLedgers and rcnnSlowLedger: one column for each member of the R-CNN family, side by side. Slow R-CNN has a
// board of its own, since it runs on its own; until then it shows the others' picture and what to press.
(() => {
  const ww = (window.whatwhere = window.whatwhere || {});
  const VIEWS = [
    ["proposals", "proposals"],
    ["boxes", "boxes"],
  ];
  const MACS_TICKS = ["0.1 G", "1 G", "10 G", "100 G", "1 T", "10 T"],
    MS_TICKS = ["10 ms", "0.1 s", "1 s", "10 s", "100 s", "1000 s"];
  const NAMES = { rpn: "RPN" };
  const LABEL_FROM = 0.15; // a box narrower than this share of the picture carries no label; it has a tooltip
  const STOPPED_AFTER = 3000; // ms without news, or four times the longest wait between two

  const svg = (tag, attributes, title) => ww.vector(tag, attributes, ...(title ? [ww.vector("title", {}, title)] : []));
  const key = (stage) => stage.replaceAll(" ", "-");
  const scaled = (number, unit) =>
    `${number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2)} ${unit}`;
  const macs = (n) => (n >= 1e12 ? scaled(n / 1e12, "T") : n >= 1e9 ? scaled(n / 1e9, "G") : scaled(n / 1e6, "M"));
  const time = (ms) => (ms >= 1000 ? scaled(ms / 1000, "s") : scaled(ms, "ms"));
  const things = (count, one, many = one + "s") => `${count} ${count === 1 ? one : many}`;
  // Where a total lies on a logarithmic axis, 0 to 1.
  const along = (total, [low, high]) =>
    Math.min(Math.max(Math.log(Math.max(total, 1e-9) / low) / Math.log(high / low), 0), 1);
  ww.rcnnLedgerAxis = along; // for the tests

  // ---- what is shown on the pictures: one choice for all columns of the page ----------------------
  const shown = { proposals: true, boxes: true };
  const toggles = () =>
    ww.make(
      "div",
      { class: "rcl-views", role: "group", "aria-label": "Shown on all pictures" },
      ...VIEWS.map(([name, text]) =>
        ww.make("button", {
          type: "button",
          text,
          "data-view": name,
          "aria-pressed": String(shown[name]),
          onclick: () => toggle(name),
        }),
      ),
    );
  const toggle = (name) => {
    shown[name] = !shown[name];
    for (const root of document.querySelectorAll(".rcl-board")) show(root);
  };
  const show = (root) => {
    for (const [name] of VIEWS) root.dataset[name] = shown[name] ? "shown" : "";
    for (const button of root.querySelectorAll("[data-view]"))
      button.setAttribute("aria-pressed", String(shown[button.dataset.view]));
  };

  // ---- one column ---------------------------------------------------------------------------------
  const picture = (value, column) => {
    const [width, height] = value.size;
    const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    const done = column.proposals.slice(0, 4 * column.done);
    let path = "";
    for (let i = 0; i < done.length; i += 4)
      path += `M${done[i]} ${done[i + 1]}H${done[i + 2]}V${done[i + 3]}H${done[i]}Z`;
    drawing.append(
      svg("path", { d: path, class: "rcl-proposals rcl-under" }),
      svg("path", { d: path, class: "rcl-proposals" }),
    );
    for (const box of column.missed) drawing.append(rectangle(box, "rcl-missed", "missed"));
    for (const { box, text, color } of column.boxes) {
      drawing.append(rectangle(box, "rcl-halo"));
      const line = rectangle(box, "rcl-final", text);
      line.style.stroke = color;
      drawing.append(line);
    }
    const chips = column.boxes
      .filter(({ box }) => box[2] - box[0] >= LABEL_FROM * width)
      .map(({ box, text, color }) => chip(box, text, color, value.size));
    const alt = `${value.of}, ${column.name}: ${things(column.done, "proposal")}, ${things(column.boxes.length, "box", "boxes")}: ${column.boxes.map((b) => b.text).join(", ")}`;
    const frame = ww.make(
      "div",
      { class: "rcl-frame" },
      ww.make("img", { src: value.picture, alt }),
      column.masks && ww.make("img", { src: column.masks, alt: "", class: "rcl-masks" }),
      drawing,
      ww.make("div", { class: "rcl-chips", "aria-hidden": "true" }, ...chips),
    );
    frame.style.setProperty("--ratio", String(width / height));
    return frame;
  };
  const rectangle = ([x0, y0, x1, y1], name, title) =>
    svg("rect", { x: x0, y: y0, width: Math.max(x1 - x0, 0), height: Math.max(y1 - y0, 0), class: name }, title);
  const chip = ([x0, y0, x1], text, color, [width, height]) => {
    const east = x0 > 0.6 * width; // ends at the box's right edge, so that it stays in the picture
    const node = ww.make("span", {
      class: "ww-chip" + (y0 < 0.06 * height ? " ww-under" : "") + (east ? " ww-east" : ""),
      text,
    });
    Object.assign(node.style, { left: `${(100 * (east ? x1 : x0)) / width}%`, top: `${(100 * y0) / height}%` });
    node.style.setProperty("--chip", color);
    return node;
  };

  const bar = (title, column, what, axis, ticks, words) => {
    const total = column[what];
    const parts = column.stages
      .filter((stage) => stage[what] > 0)
      .map((stage) => {
        const part = ww.make("i", {
          class: `rcl-${key(stage.name)}`,
          title: `${NAMES[stage.name] || stage.name}: ${words(stage[what])}`,
        });
        part.style.flexGrow = String(stage[what] / total);
        return part;
      });
    const filled = ww.make("span", { class: "rcl-filled" }, ...parts);
    filled.style.width = `${100 * along(total, axis)}%`;
    return ww.make(
      "div",
      { class: "rcl-measure" },
      ww.make("p", {}, title, ww.make("b", { text: total ? words(total) : "–" })),
      ww.make("div", { class: "rcl-bar", "aria-hidden": "true" }, filled),
      ww.make("p", { class: "rcl-ticks", "aria-hidden": "true" }, ...ticks.map((text) => ww.make("span", { text }))),
    );
  };
  const stages = (column) =>
    ww.make(
      "table",
      { class: "rcl-stages" },
      ww.make(
        "thead",
        {},
        ww.make("tr", {}, ...["stage", "multiply-adds", "time"].map((text) => ww.make("th", { text, scope: "col" }))),
      ),
      ww.make(
        "tbody",
        {},
        ...column.stages.map(({ name, macs: n, ms }) =>
          ww.make(
            "tr",
            {},
            ww.make("th", { scope: "row" }, ww.make("i", { class: `rcl-${key(name)}` }), NAMES[name] || name),
            ww.make("td", { text: n ? macs(n) : "none" }),
            ww.make("td", { text: ms ? time(ms) : "–" }),
          ),
        ),
      ),
    );

  const outcome = (value, column) => {
    const boxes = `${things(column.boxes.length, "box", "boxes")} of score ≥ ${Number(value.score.toFixed(2))}`;
    if (!column.found) return ww.make("p", { class: "rcl-found" }, boxes);
    return ww.make(
      "p",
      { class: "rcl-found" },
      ww.make("b", { text: `${column.found[0]} of ${column.found[1]}` }),
      ` things found · ${boxes}`,
    );
  };
  const paper = (column) =>
    column.paper &&
    ww.make("p", { class: "rcl-paper", text: `¶ reported: ${column.paper.time} (${column.paper.source})` });

  const draw = (value, column, note) =>
    ww.make(
      "section",
      { class: "rcl-column", "aria-label": column.name },
      ww.make(
        "header",
        {},
        ww.make("h3", { text: column.name }),
        ww.make("span", { class: "rcl-year", text: column.year }),
      ),
      ww.make("div", { class: "rcl-top" }, picture(value, column), toggles()),
      ww.make(
        "p",
        { class: "rcl-passes" },
        ww.make("strong", { text: String(column.passes) }),
        ww.make(
          "span",
          {},
          column.passes === 1 ? "backbone pass" : "backbone passes",
          ww.make("small", { text: note }),
        ),
      ),
      outcome(value, column),
      bar("Multiply-adds", column, "macs", value.axes.macs, MACS_TICKS, macs),
      bar("Time", column, "ms", value.axes.ms, MS_TICKS, time),
      stages(column),
      paper(column),
    );
  const proposed = (column) => `${things(column.total, "proposal")}: ${column.source}`;

  // ---- Fast, Faster, Mask --------------------------------------------------------------------------
  const NO_MASKS = "This network has no mask head, so there is no Mask R-CNN ledger.";
  const HOW =
    "A bar is as long as the total, on a logarithmic axis that all columns share, and is coloured by each stage's share of it. Multiply-adds: convolutions and matrix products, counted on the shapes that ran. Times: this machine, now; of a stage that columns share, the fastest of their runs. Dashed: true things that were missed.";
  ww.rcnnLedgers = (element, props, watch) => {
    const root = element.querySelector(".ww-board");
    root.classList.add("rcl-board");
    ww.follow(props, watch, (value) => {
      const columns = value.columns.map((column) => draw(value, column, proposed(column)));
      if (!value.columns.some((column) => column.name === "Mask R-CNN"))
        columns.push(ww.make("p", { class: "rcl-hint", text: NO_MASKS }));
      root.replaceChildren(...columns, ww.make("p", { class: "rcl-how", text: HOW }));
      show(root);
      ww.rcnnLedgersNow = value;
      document.dispatchEvent(new Event("whatwhere:ledgers"));
    });
  };

  const UNTRAINED = "These heads learned from whole pictures, not from warped crops: hence the false boxes.";

  // ---- Slow ------------------------------------------------------------------------------------------
  // Before it ran: the picture with the proposals that it would cut out, which Fast R-CNN has already.
  const waiting = () => {
    const value = ww.rcnnLedgersNow,
      fast = value?.columns.find((column) => column.source === "selective search");
    const head = ww.make(
      "header",
      {},
      ww.make("h3", { text: "Slow R-CNN" }),
      ww.make("span", { class: "rcl-year", text: "Girshick et al. 2014" }),
    );
    if (!fast)
      return ww.make(
        "section",
        { class: "rcl-column" },
        head,
        ww.make("p", { class: "rcl-hint", text: "Not run yet." }),
      );
    const column = { ...fast, name: "Slow R-CNN", boxes: [], missed: [], masks: null };
    return ww.make(
      "section",
      { class: "rcl-column" },
      head,
      ww.make("div", { class: "rcl-top" }, picture(value, column), toggles()),
      ww.make(
        "p",
        { class: "rcl-passes rcl-none" },
        ww.make("strong", { text: "?" }),
        ww.make("span", {}, "backbone passes", ww.make("small", { text: proposed(fast) })),
      ),
      ww.make("p", { class: "rcl-hint", text: value.hint }),
    );
  };
  ww.rcnnSlowLedger = (element, props, watch) => {
    const root = element.querySelector(".ww-board");
    root.classList.add("rcl-board");
    let value = null,
      news = 0,
      longest = 0,
      timer = 0,
      stopped = false;
    const render = () => {
      const column = value?.columns[0];
      const now = ww.rcnnLedgersNow,
        other = Boolean(value && now && now.of !== value.of);
      if (!column) root.replaceChildren(waiting());
      else {
        const left = column.done < column.total;
        const crops = `${column.done} of ${things(column.total, "crop")}`;
        const note = !left
          ? `one for each of ${things(column.total, "crop")}`
          : stopped
            ? `stopped after ${crops}`
            : `${crops} so far`;
        const of = `Measured on ${value.of}. Each crop is warped to ${column.warp} × ${column.warp} pixels. ${UNTRAINED}`;
        root.replaceChildren(
          draw(value, column, note),
          ww.make("p", { class: "rcl-of", text: other ? `Run it again for ${now.of}. ${of}` : of }),
        );
      }
      root.classList.toggle("rcl-stale", other);
      show(root);
    };
    ww.follow(props, watch, (next) => {
      const fresh = next.columns[0].done <= (value?.columns[0].done ?? 0);
      const at = performance.now();
      longest = fresh || !news ? 0 : Math.max(longest, at - news);
      [value, news, stopped] = [next, at, false];
      clearTimeout(timer);
      if (next.columns[0].done < next.columns[0].total)
        timer = setTimeout(
          () => {
            stopped = true;
            render();
          },
          Math.max(STOPPED_AFTER, 4 * longest),
        );
      render();
    });
    document.addEventListener("whatwhere:ledgers", render);
    if (!value) render();
  };
})();
