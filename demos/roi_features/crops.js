// Four columns, one an operator: its crop on the map, what it outputs, how far off it is; and, on release,
// the ghost and the mask that the network's own heads make of it.
(() => {
  const roi = (window.roiLesson = window.roiLesson || {});
  const { make } = window.whatwhere;
  const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  // ---- the map with one operator on it ----------------------------------------------------------
  const drawMap = (board, state, canvas, number) => {
    const on = roi.pen(canvas);
    if (!on) return;
    const { pen, width } = on;
    const { x, y, size } = state.window;
    const zoom = width / size;
    const at = (column, row) => [(column - x) * zoom, (row - y) * zoom];
    const rect = ([x0, y0, x1, y1], inset = 0) => (p) => {
      const [left, top] = at(x0, y0), [right, bottom] = at(x1, y1);
      p.rect(left + inset, top + inset, right - left - 2 * inset, bottom - top - 2 * inset);
    };
    pen.imageSmoothingEnabled = false;
    pen.drawImage(board.picture, ...at(0, 0), board.map.width * zoom, board.map.height * zoom);
    if (zoom > 7) drawGrid(pen, board.map, at, state.colors);
    const plan = state.plans[number], { colors } = state;
    plan.kind === "roi_pool" ? drawBins(pen, board, plan, rect, zoom, colors) : drawPoints(pen, board, plan, at, rect, zoom, colors);
    const stride = board.value.stride;
    roi.haloed(pen, colors.halo, board.props.colors[number], 2.5, rect(state.regions[number].map((side) => side / stride)));
    roi.line(pen, colors["box-edge"], 4, rect(board.box.map((side) => side / stride)));
    roi.line(pen, colors.box, 2, rect(board.box.map((side) => side / stride)));
  };
  const drawGrid = (pen, map, at, colors) =>
    roi.line(pen, colors.grid, 1, (p) => {
      for (let column = 0; column <= map.width; column++) { p.moveTo(...at(column, 0)); p.lineTo(...at(column, map.height)); }
      for (let row = 0; row <= map.height; row++) { p.moveTo(...at(0, row)); p.lineTo(...at(map.width, row)); }
    });
  // RoIPool's bins are whole cells and overlap; each is drawn a little smaller than the one before, to tell them apart.
  const drawBins = (pen, board, plan, rect, zoom, colors) => {
    const { selected } = board;
    plan.rowBins.forEach(([top, bottom], row) => plan.columnBins.forEach(([left, right], column) => {
      const inset = Math.min(0.08 + 0.1 * ((row % 2) + (column % 2)), 0.3) * Math.min(zoom, 24);
      const mine = row === selected.row && column === selected.column;
      pen.fillStyle = mine ? colors["chosen-fill"] : colors["bin-fill"];
      pen.beginPath();
      rect([left, top, right, bottom], inset)(pen);
      pen.fill();
      roi.line(pen, mine ? colors.chosen : colors.bin, mine ? 2.5 : 1.2, rect([left, top, right, bottom], inset));
    }));
  };
  const drawPoints = (pen, board, plan, at, rect, zoom, colors) => {
    const { selected } = board;
    const rows = plan.rowEdges.map((edge) => edge + 0.5), columns = plan.columnEdges.map((edge) => edge + 0.5);
    roi.line(pen, colors.bin, 1.2, (p) => {
      for (const row of rows) { p.moveTo(...at(columns[0], row)); p.lineTo(...at(columns.at(-1), row)); }
      for (const column of columns) { p.moveTo(...at(column, rows[0])); p.lineTo(...at(column, rows.at(-1))); }
    });
    const mine = [columns[selected.column], rows[selected.row], columns[selected.column + 1], rows[selected.row + 1]];
    pen.fillStyle = colors["chosen-fill"];
    pen.beginPath();
    rect(mine)(pen);
    pen.fill();
    const dot = Math.max(1.3, Math.min(3.2, zoom * 0.09));
    const all = (axis, edges) => edges.slice(1).map((_, index) => plan.points(axis, index));
    const allXs = all("x", columns), allYs = all("y", rows);
    const dots = (chosen) => (p) => allYs.forEach((ys, row) => allXs.forEach((xs, column) => {
      if ((row === selected.row && column === selected.column) !== chosen) return;
      for (const y of ys) for (const x of xs) { const [px, py] = at(x + 0.5, y + 0.5); p.moveTo(px + dot, py); p.arc(px, py, dot, 0, 7); }
    }));
    for (const chosen of [false, true]) {
      pen.fillStyle = colors.box;
      pen.strokeStyle = colors["box-edge"];
      pen.lineWidth = chosen ? 1.6 : 0.8;
      pen.beginPath();
      dots(chosen)(pen);
      pen.fill();
      pen.stroke();
    }
    drawNeighbours(pen, plan.bin(selected.row, selected.column).points[0], at, zoom, colors);
  };
  // The first point of the selected bin and the centres of the four cells that it is made of.
  const drawNeighbours = (pen, point, at, zoom, colors) => {
    if (!point || zoom < 9) return;
    const from = at(point.x + 0.5, point.y + 0.5);
    for (const cell of point.neighbours) {
      const to = at(cell.column + 0.5, cell.row + 0.5);
      roi.line(pen, colors["box-edge"], 1 + 3 * cell.weight, (p) => { p.moveTo(...from); p.lineTo(...to); });
      roi.line(pen, colors.weight, 0.6 + 2 * cell.weight, (p) => { p.moveTo(...from); p.lineTo(...to); });
    }
  };

  // ---- the output, bins × bins -------------------------------------------------------------------
  const drawOutput = (board, state, canvas, number) => {
    const on = roi.pen(canvas);
    if (!on) return;
    const { pen, width } = on;
    const bins = board.value.bins, cell = width / bins;
    state.outputs[number].forEach((value, i) => {
      pen.fillStyle = board.color(value);
      pen.fillRect((i % bins) * cell, Math.floor(i / bins) * cell, cell + 0.5, cell + 0.5);
    });
    const { row, column } = board.selected;
    roi.line(pen, state.colors["box-edge"], 3.5, (p) => p.rect(column * cell + 2, row * cell + 2, cell - 4, cell - 4));
    roi.line(pen, state.colors.box, 2, (p) => p.rect(column * cell + 2, row * cell + 2, cell - 4, cell - 4));
  };

  // ---- one column ----------------------------------------------------------------------------------
  class Column {
    constructor(board, number) {
      Object.assign(this, { board, number });
      const name = board.props.names[number];
      const surface = (css) => make("canvas", { class: css, role: "img" });
      this.map = surface("roi-map");
      this.output = surface("roi-output");
      this.listen(this.map, (event) => this.binOnMap(event));
      this.listen(this.output, (event) => this.binOnOutput(event));
      this.map.tabIndex = 0;
      this.map.setAttribute("role", "application");
      this.overlap = make("strong", {});
      this.edges = make("dl", { class: "roi-edges" });
      const shifts = make("p", { class: "roi-small", text: "off by, px" });
      const head = make("h3", {}, make("i", { class: "roi-swatch" }), make("span", { text: name }));
      head.firstChild.style.background = board.props.colors[number];
      const how = make("p", { class: "roi-how", text: board.props.how[number] });
      const side = make("div", { class: "roi-side" }, make("p", { class: "roi-small", text: "output" }), this.output,
        make("p", { class: "roi-overlap" }, "IoU ", this.overlap), shifts, this.edges);
      this.ghost = make("img", { class: "roi-ghost", alt: "" });
      this.mask = make("img", { class: "roi-mask ww-cells", alt: "" });
      this.verdict = make("p", { class: "roi-verdict" });
      this.heads = make("div", { class: "roi-heads" }, this.ghost, this.mask, this.verdict);
      this.root = make("section", { class: "roi-column" }, head, how, make("div", { class: "roi-live" }, this.map, side), this.heads);
    }

    listen(canvas, binAt) {
      const point = (event) => {
        const bin = binAt(event);
        if (bin) this.board.select(...bin, this.number);
        this.board.tip = bin ? [event.clientX, event.clientY] : null;
      };
      canvas.addEventListener("pointermove", point);
      canvas.addEventListener("pointerdown", point);
      canvas.addEventListener("pointerleave", () => { this.board.tip = null; this.board.ask(); });
      canvas.addEventListener("focus", () => this.board.select(this.board.selected.row, this.board.selected.column, this.number));
      canvas.addEventListener("keydown", (event) => {
        const by = KEYS[event.key];
        if (!by) return;
        event.preventDefault();
        const { row, column } = this.board.selected, last = this.board.value.bins - 1;
        const clamp = (value) => Math.min(Math.max(value, 0), last);
        this.board.select(clamp(row + by[0]), clamp(column + by[1]), this.number);
      });
    }

    binOnOutput(event) {
      const bins = this.board.value?.bins;
      if (!bins) return null;
      const frame = this.output.getBoundingClientRect();
      const at = (part, whole) => Math.min(Math.max(Math.floor((bins * part) / whole), 0), bins - 1);
      return [at(event.clientY - frame.top, frame.height), at(event.clientX - frame.left, frame.width)];
    }

    // The bin below the pointer; where RoIPool's overlap, the one whose exact bin it would be.
    binOnMap(event) {
      const { state } = this.board;
      if (!state) return null;
      const frame = this.map.getBoundingClientRect();
      const zoom = state.window.size / frame.width;
      const plan = state.plans[this.number];
      const half = plan.kind === "roi_pool" ? 0 : 0.5;
      const find = (edges, place) => edges.slice(1).findIndex((edge, i) => place >= edges[i] + half && place < edge + half);
      const column = find(plan.columnEdges, state.window.x + (event.clientX - frame.left) * zoom);
      const row = find(plan.rowEdges, state.window.y + (event.clientY - frame.top) * zoom);
      return row < 0 || column < 0 ? null : [row, column];
    }

    // What Python found on release.
    take(value) {
      const found = value.operators[this.number];
      const name = this.board.props.names[this.number];
      this.ghost.src = found.ghost;
      this.ghost.alt = `The part of the picture that ${name} pooled, pasted half transparent into the box`;
      this.mask.hidden = !found.mask;
      if (found.mask) this.mask.src = found.mask;
      const score = `${found.label} ${found.score.toFixed(2)}`;
      const quality = found.mask_iou == null ? "no truth here" : `mask IoU ${found.mask_iou.toFixed(2)}`;
      this.mask.alt = `28 by 28 mask from ${name}'s crop, ${quality}`;
      const all = found.mean_iou == null ? "" : `all ${value.averaged} things ${found.mean_iou.toFixed(2)}`;
      this.verdict.replaceChildren(make("b", { text: score }), make("span", { text: quality }), make("small", { text: all }));
    }

    draw(state) {
      drawMap(this.board, state, this.map, this.number);
      drawOutput(this.board, state, this.output, this.number);
      const region = state.regions[this.number], box = this.board.box;
      const overlap = window.roiFeatures.iou(box, region);
      this.overlap.textContent = overlap.toFixed(2);
      const moved = region.map((side, i) => side - box[i]);
      this.edges.replaceChildren(...roi.EDGES.map((edge, i) => make("div", { class: Math.abs(moved[i]) > 0.05 ? "roi-off" : "" },
        make("dt", {}, make("span", { role: "img", "aria-label": edge, text: "←↑→↓"[i] })), make("dd", { text: roi.signed(moved[i]) }))));
      const { row, column } = this.board.selected;
      this.map.setAttribute("aria-label", `${this.board.props.names[this.number]} on the feature map, overlap ${overlap.toFixed(2)}. ` +
        `Bin row ${row + 1}, column ${column + 1}; arrow keys choose another bin.`);
      this.output.setAttribute("aria-label", `Output of ${this.board.props.names[this.number]}, ${this.board.value.bins} by ${this.board.value.bins} numbers`);
    }
  }

  roi.crops = (board) => {
    const columns = roi.OPERATORS.map((_, number) => new Column(board, number));
    const jump = make("button", { type: "button", class: "roi-jump", text: "Next thing ›", onclick: () => next(board) });
    const note = make("p", { class: "roi-note" });
    const root = make("div", { class: "roi-part" }, make("div", { class: "roi-columns" }, ...columns.map((one) => one.root)), make("div", { class: "roi-bar" }, note, jump));
    const take = (value) => {
      jump.hidden = !value.things.length;
      note.textContent = "White: your box. In colour: what is really pooled. Below each map: that part of the picture pasted into your box, then the 28 × 28 mask " +
        "and class that the network's own heads make of the crop (green: true outline), then the mean mask IoU over all true boxes of the scene. The network was trained with RoIAlign, not aligned, and would itself take " +
        `this box from ${value.native}. So the swap illustrates; an ablation, as in the paper's tables below, trains each network anew.`;
      for (const column of columns) column.take(value);
    };
    return { root, take, draw: (state) => columns.forEach((column) => column.draw(state)) };
  };
  // The box jumps to the next thing of the scene, as its true box.
  const next = (board) => {
    const { things } = board.value;
    board.thing = ((board.thing ?? -1) + 1) % things.length;
    board.stage.setBox(things[board.thing].map((side) => Math.round(side * 10) / 10));
    board.stage.commitBox();
  };
})();
