// Below the four columns: one bin's arithmetic, the box moved by tenths of a pixel, RoIAlign as two matrices,
// and how the error grows with the stride.
(() => {
  const roi = (window.roiLesson = window.roiLesson || {});
  const { make, vector: draw } = window.whatwhere;
  const label = (x, y, text, anchor = "middle") => draw("text", { x, y, "text-anchor": anchor }, text);
  const part = (title, ...children) => make("section", { class: "roi-part roi-" + title.toLowerCase().split(" ")[0] }, make("h3", { text: title }), ...children);

  // ---- one bin, multiplied out ---------------------------------------------------------------------
  const listed = (values, limit) => values.slice(0, limit).map(roi.number).join(", ") + (values.length > limit ? ", …" : "");
  const multiplied = (board, state) => {
    const { row, column, operator } = board.selected;
    const plan = state.plans[operator], bin = plan.bin(row, column);
    const values = (plan.kind === "roi_pool" ? bin.cells : bin.points).map((one) => one.value);
    const what = plan.kind === "roi_pool" ? "cells" : "points";
    const sum = plan.reduce === "max" ? `max{${listed(values, 16)}}` : `(${listed(values, 16).replaceAll(", ", " + ")}) / ${values.length}`;
    const text = [`${board.props.names[operator]}, bin ${row + 1}, ${column + 1}: ${values.length ? sum : "no cell of the map"} = ${roi.number(bin.value)}   (${values.length} ${what})`];
    const point = bin.points[0];
    if (!point) return text;
    const terms = point.neighbours.map((cell) => `${cell.weight.toFixed(3)}·${roi.number(cell.value)}`).join(" + ");
    return [...text, `its first point, x ${point.x.toFixed(2)}, y ${point.y.toFixed(2)}: ${terms} = ${roi.number(point.value)}`];
  };
  roi.arithmetic = (board) => {
    const lines = make("div", { class: "roi-lines", "aria-live": "polite" });
    return { root: make("section", { class: "roi-part roi-arithmetic" }, lines), draw: (state) => lines.replaceChildren(...multiplied(board, state).map((text) => make("p", { text }))) };
  };
  // The same beside the pointer, while it is over a bin.
  roi.tip = (board) => {
    const root = make("div", { class: "roi-tip", "aria-hidden": "true" });
    const show = (state) => {
      root.hidden = !board.tip;
      if (!board.tip) return;
      root.replaceChildren(...multiplied(board, state).map((text) => make("p", { text })));
      const [x, y] = board.tip, { offsetWidth, offsetHeight } = root;
      root.style.left = `${Math.max(8, Math.min(x + 14, window.innerWidth - offsetWidth - 12))}px`;
      root.style.top = `${y + 18 + offsetHeight > window.innerHeight ? y - offsetHeight - 12 : y + 18}px`;
    };
    return { root, draw: show, always: true };
  };
  const legend = (board, numbers) => window.whatwhere.legend(numbers.map((number) => [board.props.names[number], board.props.colors[number]]));

  // ---- the box moved by tenths of a pixel ----------------------------------------------------------
  roi.sweep = (board) => {
    const slider = make("input", { type: "range", step: "0.1", "aria-label": "Left edge of the box, pixels" });
    const said = make("output", {});
    const chart = draw("svg", { viewBox: "0 0 420 210", role: "img", "aria-label": "Output of the selected bin against the box's left edge" });
    const jumps = make("p", { class: "roi-small" });
    const root = part("Move the box by tenths of a pixel", make("div", { class: "roi-slider" }, slider, said), chart, legend(board, [0, 1, 2, 3]), jumps);
    const width = () => board.box[2] - board.box[0];
    slider.addEventListener("input", () => {
      board.sliding = true;
      const left = Number(slider.value), wide = width();
      board.stage.setBox([left, board.box[1], left + wide, board.box[3]].map((side) => Math.round(side * 10) / 10));
    });
    slider.addEventListener("change", () => { board.stage.commitBox(); board.sliding = false; });
    const range = () => {
      const reach = Math.min(board.value.stride, 16), room = board.value.size[1] - width();
      const middle = board.centre[0];
      return [Math.max(0, middle - reach), Math.min(Math.max(room, 0), middle + reach)].map((side) => Math.round(side * 10) / 10);
    };
    // The curves depend on everything but the left edge itself: while the slider moves they stay.
    const curves = (low, high) => {
      const { row, column } = board.selected, wide = width();
      const key = JSON.stringify([low, high, row, column, wide, board.box[1], board.box[3], board.token]);
      if (key === board.sweepKey) return board.sweepCurves;
      const busy = board.stage?.editor?.drag;
      const count = busy ? 60 : Math.round((high - low) * 10);
      const lefts = Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / Math.max(count, 1));
      const values = [0, 1, 2, 3].map((number) => lefts.map((left) => board.crop(number, [left, board.box[1], left + wide, board.box[3]]).bin(row, column).value));
      board.sweepKey = busy ? "" : key;
      return (board.sweepCurves = { lefts, values });
    };
    const show = () => {
      const [low, high] = range();
      slider.min = low; slider.max = high; slider.value = board.box[0];
      slider.disabled = high <= low;
      said.textContent = `left edge ${board.box[0].toFixed(1)} px`;
      const { lefts, values } = curves(low, high);
      plot(chart, board, lefts, values);
      const largest = values.map((line) => line.slice(1).reduce((most, value, i) => Math.max(most, Math.abs(value - line[i])), 0));
      if (lefts.length > 1 && board.sweepKey) jumps.textContent = "Largest step for a tenth of a pixel: " +
        board.props.names.map((name, i) => `${name} ${largest[i].toFixed(largest[i] < 0.1 ? 4 : 2)}`).join(" · ") + ".";
    };
    return { root, draw: show };
  };
  const plot = (chart, board, lefts, values) => {
    const low = Math.min(...values.flat()), high = Math.max(...values.flat(), low + 1e-6);
    const first = lefts[0], span = Math.max(lefts.at(-1) - first, 1e-6);
    const x = (left) => 46 + (364 * (left - first)) / span, y = (value) => 12 + (150 * (high - value)) / (high - low);
    const path = (line) => "M" + line.map((value, i) => `${x(lefts[i]).toFixed(1)} ${y(value).toFixed(1)}`).join("L");
    const lines = values.map((line, i) => draw("path", { d: path(line), fill: "none", stroke: board.props.colors[i], "stroke-width": 2.2 }));
    const here = draw("path", { d: `M${x(board.box[0])} 8V166`, class: "roi-here" });
    const frame = draw("path", { d: "M46 8V166H412", class: "roi-axis" });
    const texts = [label(229, 204, "left edge of the box (px)"), label(46, 184, first.toFixed(1)), label(410, 184, lefts.at(-1).toFixed(1), "end"),
      label(42, 20, roi.number(high), "end"), label(42, 164, roi.number(low), "end")];
    chart.replaceChildren(frame, here, ...lines, ...texts);
  };

  // ---- RoIAlign as A_y · F · A_xᵀ ------------------------------------------------------------------
  roi.matrices = (board) => {
    const canvas = make("canvas", { class: "roi-product", role: "img", "aria-label": "The matrix A y left of the map, A x above it, hat functions averaged over each bin" });
    const said = make("p", { class: "roi-small" });
    const root = part("RoIAlign is a matrix product", canvas, said);
    root.firstChild.replaceChildren(make("span", {}, "RoIAlign is ", ...factor("y"), " · F · ", ...factor("x"), make("sup", { text: "T" })));
    const show = (state) => {
      const on = roi.pen(canvas);
      if (!on) return;
      const { ay, ax } = window.roiFeatures.matrices(board.map, board.box, board.settings(false));
      product(on, board, state, ay, ax);
      const off = difference(board, state, ay, ax);
      const equal = off == null ? "It takes the mean of a bin's points; their maximum is no matrix product." : `Multiplied out it differs from the sampled output by ${off.toExponential(0)} at most.`;
      said.replaceChildren("A bin is a row of ", ...factor("x"), " (above) and a row of ", ...factor("y"), ` (left): the hat functions of its points, averaged. ${equal}`);
    };
    return { root, draw: show };
  };
  const factor = (axis) => [make("i", { text: "A" }), make("sub", { text: axis })];
  const product = ({ pen, width }, board, state, ay, ax) => {
    const bins = board.value.bins, { row, column } = board.selected;
    const band = Math.max(40, width * 0.2), side = width - band - 8, { x, y, size } = state.window, zoom = side / size;
    const left = band + 8, top = band + 8, step = band / bins;
    pen.save();
    pen.beginPath(); pen.rect(left, top, side, side); pen.clip();
    pen.imageSmoothingEnabled = false;
    pen.drawImage(board.picture, left - x * zoom, top - y * zoom, board.map.width * zoom, board.map.height * zoom);
    // what the selected bin reads: the product of its two hats, cell by cell; the rest is dimmed
    pen.fillStyle = state.colors.shade;
    pen.fillRect(left, top, side, side);
    const most = Math.max(...ay[row]) * Math.max(...ax[column]) || 1;
    ay[row].forEach((down, i) => down && ax[column].forEach((across, j) => {
      if (!across) return;
      pen.globalAlpha = (down * across) / most;
      pen.fillStyle = board.color(board.map.data[i * board.map.width + j]);
      pen.fillRect(left + (j - x) * zoom, top + (i - y) * zoom, zoom, zoom);
      pen.globalAlpha = 1;
      roi.line(pen, state.colors.box, 1, (p) => p.rect(left + (j - x) * zoom, top + (i - y) * zoom, zoom, zoom));
    }));
    pen.restore();
    const hats = (rows, mine, place) => rows.forEach((weights, b) => {
      pen.fillStyle = b === mine ? board.props.colors[2] : state.colors.muted;
      weights.forEach((weight, i) => { if (weight) pen.fillRect(...place(i, b, weight)); });
    });
    pen.save();
    pen.beginPath(); pen.rect(left, 0, side, band); pen.clip();
    hats(ax, column, (i, b, weight) => [left + (i - x) * zoom + 0.5, (b + 1) * step - weight * (step - 3), Math.max(zoom - 1, 1), weight * (step - 3)]);
    pen.restore();
    pen.save();
    pen.beginPath(); pen.rect(0, top, band, side); pen.clip();
    hats(ay, row, (i, b, weight) => [(b + 1) * step - weight * (step - 3), top + (i - y) * zoom + 0.5, weight * (step - 3), Math.max(zoom - 1, 1)]);
    pen.restore();
    pen.fillStyle = state.colors.ink;
    for (const [axis, px, py] of [["y", band / 2 - 8, band], ["x", band - 14, band / 2]]) {
      pen.font = "italic 16px Georgia, serif";
      pen.fillText("A", px, py);
      pen.font = "12px system-ui, sans-serif";
      pen.fillText(axis, px + 11, py + 4);
    }
    pen.font = "italic 16px Georgia, serif";
    pen.fillStyle = state.colors.box;
    pen.fillText("F", left + 8, top + 20);
    roi.line(pen, state.colors.line, 1, (p) => { p.rect(left, top, side, side); for (let b = 1; b <= bins; b++) { p.moveTo(left, b * step + 0.5); p.lineTo(left + side, b * step + 0.5); p.moveTo(b * step + 0.5, top); p.lineTo(b * step + 0.5, top + side); } });
  };
  const difference = (board, state, ay, ax) => {
    if (board.value.reduce === "max") return null;
    const { width, data } = board.map, bins = board.value.bins, sampled = state.outputs[2];
    let most = 0;
    ay.forEach((down, i) => ax.forEach((across, j) => {
      let sum = 0;
      down.forEach((p, a) => p && across.forEach((q, b) => { if (q) sum += p * q * data[a * width + b]; }));
      most = Math.max(most, Math.abs(sum - sampled[i * bins + j]));
    }));
    return most;
  };

  // ---- the error against the stride ----------------------------------------------------------------
  roi.strides = (board) => {
    const chart = draw("svg", { viewBox: "0 0 420 228", role: "img" });
    const said = make("p", { class: "roi-small" });
    const root = part("The larger the stride, the worse", chart, legend(board, [0, 2, 3]), said);
    const show = () => {
      const { strides, curves, stride } = board.value;
      const own = strides.map((step) => [0, 2].map((number) => {
        const [kind, aligned] = roi.OPERATORS[number];
        return window.roiFeatures.iou(board.box, window.roiFeatures.pooledBox(kind, board.box, { ...board.settings(aligned), scale: 1 / step }, board.value.size.map((side) => Math.ceil(side / step))));
      }));
      const least = Math.min(0.55, ...own.map(([pool]) => pool - 0.03));
      const x = (i) => 96 + (290 * i) / (strides.length - 1), y = (value) => 14 + (170 * (1 - value)) / (1 - least);
      const keys = [["roi_pool", 0], ["roi_align", 2], ["roi_align_aligned", 3]];
      const lines = keys.map(([key, number]) => draw("path", { d: "M" + curves[key].map((value, i) => `${x(i)} ${y(value)}`).join("L"), fill: "none", stroke: board.props.colors[number], "stroke-width": 2.4 }));
      const points = keys.flatMap(([key, number]) => curves[key].map((value, i) => draw("circle", { cx: x(i), cy: y(value), r: 3.4, fill: board.props.colors[number] })));
      const values = curves.roi_pool.map((value, i) => label(x(i), 221, value.toFixed(3)));
      values.push(label(8, 205, "stride, px", "start"), label(8, 221, "RoIPool", "start"));
      const yours = own.map(([pool], i) => draw("path", { d: `M${x(i)} ${y(pool) - 6}l6 6l-6 6l-6 -6z`, class: "roi-yours", stroke: board.props.colors[0] }));
      const ticks = strides.map((step, i) => label(x(i), 205, `${step}`));
      const grid = [1, 0.8, 0.6, 0.4, 0.2].filter((value) => value > least).flatMap((value) => [draw("path", { d: `M72 ${y(value)}H404`, class: "roi-grid" }), label(66, y(value) + 4, value.toFixed(1), "end")]);
      chart.replaceChildren(...grid, ...lines, ...points, ...yours, ...values, ...ticks);
      const text = strides.map((step, i) => `${step}: ${curves.roi_pool[i].toFixed(3)}`).join(", ");
      chart.setAttribute("aria-label", `Mean IoU of 4,000 random boxes of 48 to 300 pixels with what RoIPool pools, by stride: ${text}`);
      said.textContent = `Mean IoU of 4,000 random boxes (48–300 px a side) with what is pooled. Diamonds: your box with RoIPool, ${own[strides.indexOf(stride)]?.[0].toFixed(2) ?? "–"} at this level.`;
    };
    return { root, draw: show };
  };
})();
