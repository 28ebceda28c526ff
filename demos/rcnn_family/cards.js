// The cards of the autopsy: what each draws of board.value.chain (see demos/figures/mask_autopsy.py).
(() => {
  const ma = (window.maskAutopsy = window.maskAutopsy || {});
  const { make, vector } = window.whatwhere;
  const text = (css, words) => make("p", { class: css, text: words });
  const LISTED = 8; // cells of a bin that are written out
  const place = ([row, column]) => `(${row + 1}, ${column + 1})`; // rows and columns count from 1 on the page
  const keyed = (node, key, from = "") => {
    node.dataset.key = key;
    if (from) node.dataset.from = from;
    return node;
  };

  // ---- every link multiplied back ----------------------------------------------------------------------
  const links = (chain) => {
    const row = ({ name, by, value, network, difference }) =>
      make(
        "tr",
        {},
        make("th", { scope: "row", text: name }, make("small", { text: ` ${by}` })),
        ...[ma.number(value, 4), ma.number(network, 4), ma.off(difference)].map((cell) => make("td", { text: cell })),
      );
    const head = make(
      "tr",
      {},
      ...["each link", "product", "network", "off by"].map((name) => make("th", { scope: "col", text: name })),
    );
    return make("table", { class: "ma-table" }, make("thead", {}, head), make("tbody", {}, ...chain.links.map(row)));
  };

  // ---- 1 the picture with all masks ------------------------------------------------------------------
  ma.picture = (board) => {
    const {
      size: [height, width],
      base,
      overlay,
      boxes,
      message,
      chain,
    } = board.value;
    const svg = ma.drawing([0, 0, width, height], base, [0, 0, width, height], "");
    svg.firstChild.setAttribute("class", "");
    svg.append(vector("image", { href: overlay, x: 0, y: 0, width, height, class: "ma-cells ma-masks" }));
    boxes.forEach(({ box: [x0, y0, x1, y1], color }, i) => {
      const mine = chain && i === chain.detection;
      const place = [x0, y0, x1 - x0, y1 - y0];
      if (mine) return ma.framed(svg, place, "ma-mine");
      const line = ma.rect(...place, "ma-box");
      line.style.stroke = color;
      svg.append(line);
    });
    const cross = vector("path", { class: "ma-cross" });
    const ring = vector("circle", { class: "ma-ring", r: width / 50 });
    svg.append(cross, ring);
    board.moved = ([x, y]) => {
      cross.setAttribute("d", `M0 ${y + 0.5}H${width}M${x + 0.5} 0V${height}`);
      ring.setAttribute("cx", x + 0.5);
      ring.setAttribute("cy", y + 0.5);
    };
    board.pixel ? board.moved(board.pixel) : ring.remove();
    if (chain && !board.stale) keyed(ring, "pixel", chain.mask.cells.map((_, i) => `cell-${i}`).join(" "));
    ma.pointing(svg, {
      part: "pixel",
      label: "All final masks. Click a pixel, or move it with the arrow keys.",
      keys: 10,
      at: () => board.pixel || [width / 2, height / 2],
      take: (point, wait) => board.choose(point, wait),
    });
    const told = message ? [text("ma-message", message)] : [];
    const said = board.stale
      ? [
          ...told,
          text("ma-check", `Dimmed: the last chain, of ${chain.title} at pixel (${chain.pixel.join(", ")}).`),
          links(chain),
        ]
      : chain
        ? [
            ...told,
            make(
              "p",
              { class: "ma-result" },
              keyed(make("b", { text: ma.number(chain.value, 4) }), "pixel", ring.dataset.from),
              ` at pixel (${chain.pixel.join(", ")}) of `,
              make("span", { text: chain.title }),
            ),
            text(
              "ma-check",
              "How did this number come about? Follow it through 2 to 6; point at a term to see its place.",
            ),
            chain.resized ? text("ma-check", chain.resized) : null,
            links(chain),
          ]
        : [...told, text("ma-check", "Click a pixel of a mask, or move the cross with the arrow keys.")];
    return ma.card(board, "picture", "A pixel of a final mask", svg, ...said);
  };

  // ---- 2 the 28 × 28 cells ---------------------------------------------------------------------------
  // The cells that the pixel reads, enlarged, each with its weight.
  const zoomed = (mask, from) => {
    const [x, y] = mask.source.map((side) => Math.floor(side) - 1),
      n = mask.size;
    const svg = ma.drawing(
      [x, y, 4, 4],
      mask.image,
      [0, 0, n, n],
      "The cells that the pixel reads, with their weights",
    );
    mask.cells.forEach((cell, i) => {
      keyed(
        ma.framed(svg, [cell.column, cell.row, 1, 1], cell.followed ? "ma-cell ma-followed" : "ma-cell"),
        `cell-${i}`,
        from(cell),
      );
      svg.append(
        vector(
          "text",
          { x: cell.column + 0.5, y: cell.row + 0.62, "font-size": 0.34, "text-anchor": "middle", class: "ma-label" },
          ma.number(cell.weight, 2),
        ),
      );
    });
    svg.append(vector("circle", { cx: mask.source[0] + 0.5, cy: mask.source[1] + 0.5, r: 0.09, class: "ma-dot" }));
    return svg;
  };
  ma.mask = (board) => {
    const { mask, value } = board.value.chain;
    const n = mask.size;
    const svg = ma.drawing(
      [-1.2, -1.2, n + 2.4, n + 2.4],
      mask.image,
      [0, 0, n, n],
      "The 28 × 28 mask of the detection, white where the probability is 1",
    );
    svg.append(ma.rect(-1, -1, n + 2, n + 2, "ma-zeros"));
    const from = (cell) => (cell.followed ? "logit" : "");
    const columns = mask.cells.map((cell) => cell.column),
      rows = mask.cells.map((cell) => cell.row);
    const [left, top] = [Math.min(...columns), Math.min(...rows)];
    ma.framed(svg, [left, top, Math.max(...columns) - left + 1, Math.max(...rows) - top + 1], "ma-cell");
    const near = zoomed(mask, from);
    const terms = mask.cells.map((cell, i) => ({
      text: `${ma.number(cell.weight)}·${cell.inside ? ma.number(cell.prob, 4) : "0"}`,
      key: `cell-${i}`,
      from: from(cell),
    }));
    const outside = mask.cells.some((cell) => !cell.inside) ? " Cells in the ring around the mask are 0." : "";
    return ma.card(
      board,
      "mask",
      `Paste of the ${n} × ${n} mask`,
      make("div", { class: "ma-two" }, svg, near),
      ma.sum(ma.number(value, 4), terms),
      ma.check(board, "paste"),
      text(
        "ma-note",
        `The pixel's centre falls on the dot; each cell counts by its closeness, here in the cell (bilinear).${outside}`,
      ),
    );
  };

  // ---- 3 one cell's logit ----------------------------------------------------------------------------
  const bar = (name, value, most, key, from, title) => {
    const row = make(
      "div",
      { class: "ma-bar", title, tabindex: key ? "0" : null },
      make("span", { text: name }),
      make("i"),
      make("b", { text: ma.number(value) }),
    );
    const share = Math.min(Math.abs(value) / most, 1) * 50;
    row.style.setProperty("--from", `${value < 0 ? 50 - share : 50}%`);
    row.style.setProperty("--wide", `${share}%`);
    row.dataset.sign = value < 0 ? "minus" : "plus";
    return key ? keyed(row, key, from) : row;
  };
  ma.logit = (board) => {
    const { logit } = board.value.chain;
    const parts = [...logit.products.map((one) => one.value), logit.rest, logit.bias, logit.value];
    const most = Math.max(...parts.map(Math.abs), 1e-9);
    const bars = logit.products.map((one, i) =>
      bar(
        `channel ${one.channel}`,
        one.value,
        most,
        i ? `product-${i}` : "product-0",
        i ? "" : "deconv",
        `feature ${ma.number(one.feature)} · weight ${ma.number(one.weight)}`,
      ),
    );
    bars.push(bar(`${logit.count - logit.products.length} others`, logit.rest, most), bar("bias", logit.bias, most));
    const total = keyed(
      bar("sum: the logit", logit.value, most),
      "logit",
      "product-0 product-1 product-2 product-3 product-4 product-5",
    );
    total.classList.add("ma-total");
    const { deconv, conv } = logit;
    const made = keyed(
      make(
        "p",
        { class: "ma-sum", tabindex: "0" },
        make("b", { text: ma.number(deconv.value) }),
        ` = max(0, ${ma.number(deconv.sum)} ${deconv.bias < 0 ? "−" : "+"} ${ma.number(Math.abs(deconv.bias))})`,
        make("small", {
          text: ` channel ${deconv.channel} of the 2 × 2 deconvolution: ${deconv.count} products at bin ${place(deconv.bin)}, tap ${place(deconv.tap)}`,
        }),
      ),
      "deconv",
      "straight conv",
    );
    const scaled = conv.scale === 1 && conv.shift === 0 ? "" : " and batch normalisation";
    const nine = make(
      "table",
      { class: "ma-nine" },
      ...conv.places.map((row) => make("tr", {}, ...row.map((value) => make("td", { text: ma.number(value, 2) })))),
    );
    const below = keyed(
      make(
        "div",
        { class: "ma-conv", tabindex: "0" },
        nine,
        make("small", {
          text: `Its largest input there, channel ${conv.channel}, is ${ma.number(conv.value)}: nine bins of the last 3 × 3 convolution, bias ${ma.number(conv.bias)}${scaled}, ReLU.`,
        }),
      ),
      "conv",
      "around",
    );
    return ma.card(
      board,
      "logit",
      `Logit of row ${logit.cell[0] + 1}, column ${logit.cell[1] + 1}`,
      make("div", { class: "ma-bars" }, ...bars, total),
      make("p", { class: "ma-sum" }, make("b", { text: ma.number(logit.prob, 4) }), ` = σ(${ma.number(logit.value)})`),
      made,
      below,
    );
  };

  // ---- 4 the 14 × 14 bins ----------------------------------------------------------------------------
  ma.crop = (board) => {
    const { crop } = board.value.chain;
    const n = crop.values.length,
      [top, left, bottom, right] = crop.field,
      [row, column] = board.bin;
    const svg = ma.drawing([-0.2, -0.2, n + 0.4, n + 0.4], "", [0, 0, n, n], "");
    const most = Math.max(...crop.values.flat().map(Math.abs), 1e-12);
    crop.values.forEach((line, i) =>
      line.forEach((value, j) => {
        const cell = ma.rect(j, i, 1, 1, value < 0 ? "ma-minus" : "ma-plus");
        cell.style.fillOpacity = Math.abs(value) / most;
        svg.append(cell);
      }),
    );
    svg.append(ma.rect(left, top, right - left + 1, bottom - top + 1, "ma-field"));
    const [r, c] = crop.straight;
    const low = [Math.max(r - 1, 0), Math.max(c - 1, 0)],
      high = [Math.min(r + 2, n), Math.min(c + 2, n)];
    svg.append(keyed(ma.rect(low[1], low[0], high[1] - low[1], high[0] - low[0], "ma-hint"), "around"));
    svg.append(keyed(ma.rect(c, r, 1, 1, "ma-hint"), "straight"));
    keyed(ma.framed(svg, [column, row, 1, 1], "ma-cell ma-followed"), "bin", "points");
    ma.pointing(svg, {
      part: "bin",
      label: "The crop of 14 × 14 bins. Choose a bin inside the receptive field, by click or arrow keys.",
      keys: 3,
      at: () => [board.bin[1], board.bin[0]],
      take: ([x, y]) => board.chooseBin([Math.floor(y), Math.floor(x)]),
    });
    const bins = (bottom - top + 1) * (right - left + 1);
    const terms = [
      { text: `${ma.number(crop.sum)} from ${bins} bins`, key: "bins", from: "bin" },
      { text: `${ma.number(crop.constant)} from the biases` },
    ];
    return ma.card(
      board,
      "crop",
      "Bins that reach this logit",
      svg,
      ma.sum(ma.number(crop.value), terms),
      ma.check(board, "head"),
      keyed(
        make(
          "p",
          { class: "ma-sum", tabindex: "0" },
          "Bin ",
          place(board.bin),
          " gives ",
          make("b", { text: ma.number(crop.values[row][column]) }),
        ),
        "bin",
        "points",
      ),
      text(
        "ma-note",
        `Orange bins raise the logit, blue ones lower it: gradient · value, exact while no ReLU switches. Gradient outside the frame: ${ma.off(crop.outside)}.`,
      ),
    );
  };

  // ---- 5 RoIAlign on the pyramid's map -----------------------------------------------------------------
  const neighbours = (point, length) => {
    const counts = point >= -1 && point <= length ? 1 : 0,
      inside = Math.min(Math.max(point, 0), length - 1);
    const low = Math.floor(inside),
      part = inside - low;
    return [
      [low, (1 - part) * counts],
      [Math.min(low + 1, length - 1), part * counts],
    ];
  };
  // The cells that a bin reads, with their weights in its mean, as lecture_models/ops/bilinear.py has it.
  ma.binCells = (map, values, [row, column]) => {
    const [top, left, , wide] = map.window,
      [height, width] = map.shape;
    const total = new Map(),
      ys = map.rows[row],
      xs = map.columns[column];
    for (const y of ys)
      for (const x of xs)
        for (const [i, u] of neighbours(y, height))
          for (const [j, v] of neighbours(x, width)) {
            if (u * v <= 0) continue;
            const key = `${i},${j}`,
              one = total.get(key) || { row: i, column: j, weight: 0, value: values[(i - top) * wide + (j - left)] };
            one.weight += (u * v) / (ys.length * xs.length);
            total.set(key, one);
          }
    return [...total.values()].sort((a, b) => b.weight - a.weight);
  };
  ma.map = (board) => {
    const { map } = board.value.chain,
      [row, column] = board.bin;
    const [top, left, high, wide] = map.window,
      [x0, y0, x1, y1] = map.box;
    const cells = ma.binCells(map, board.map.data, board.bin);
    const svg = ma.drawing(
      [left, top, wide, high],
      map.image,
      [left, top, wide, high],
      `Part of ${map.level}, channel ${map.channel}, with the box and the bin's sampling points`,
    );
    // index coordinates: cell j is drawn from j to j + 1 and its value sits in the middle, at j + ½
    ma.framed(svg, [x0, y0, x1 - x0, y1 - y0], "ma-mine");
    svg.append(ma.rect(x0 + 0.5, y0 + 0.5, x1 - x0, y1 - y0, "ma-region"));
    const bin = [(x1 - x0) / map.columns.length, (y1 - y0) / map.rows.length];
    svg.append(keyed(ma.rect(x0 + 0.5 + column * bin[0], y0 + 0.5 + row * bin[1], ...bin, "ma-bin"), "points"));
    cells.forEach((cell, i) => keyed(ma.framed(svg, [cell.column, cell.row, 1, 1], "ma-cell"), `part-${i}`));
    for (const y of map.rows[row])
      for (const x of map.columns[column])
        svg.append(keyed(vector("circle", { cx: x + 0.5, cy: y + 0.5, r: wide / 110, class: "ma-dot" }), "points"));
    const value = cells.reduce((sum, cell) => sum + cell.weight * cell.value, 0);
    const own = map.crop[row][column];
    const terms = cells
      .slice(0, LISTED)
      .map((cell, i) => ({
        text: `${ma.number(cell.weight)}·${cell.value < 0 ? `(${ma.number(cell.value)})` : ma.number(cell.value)}`,
        key: `part-${i}`,
      }));
    const rest = cells.slice(LISTED).reduce((sum, cell) => sum + cell.weight * cell.value, 0);
    if (cells.length > LISTED) terms.push({ text: `${ma.number(rest)} from ${cells.length - LISTED} more` });
    return ma.card(
      board,
      "map",
      `RoIAlign from ${map.level}, stride ${Number(map.stride.toFixed(2))}`,
      svg,
      ma.sum(ma.number(value), terms),
      text(
        "ma-check",
        `Bin ${place(board.bin)}, channel ${map.channel}. The network: ${ma.number(own)}, off by ${ma.off(Math.abs(value - own))}.`,
      ),
      text(
        "ma-note",
        `${map.rows[row].length * map.columns[column].length} points a bin. Dashed: where they really lie, half a cell off the box (aligned=False).`,
      ),
    );
  };

  // ---- 6 back on the picture ----------------------------------------------------------------------------
  ma.field = (board) => {
    const {
        picture,
        box: [bx, by, bx1, by1],
      } = board.value.chain,
      [height, width] = board.value.size;
    const svg = ma.drawing(
      [0, 0, width, height],
      board.value.base,
      [0, 0, width, height],
      "The picture, bright where a pixel changes the logit most, with the receptive fields of each stage",
    );
    svg.firstChild.setAttribute("class", "ma-dim");
    if (picture.heat) svg.append(vector("image", { href: picture.heat, x: 0, y: 0, width, height, class: "ma-cells" }));
    svg.append(ma.rect(bx, by, bx1 - bx, by1 - by, "ma-mine"));
    picture.fields.forEach(({ stage, box: [x0, y0, x1, y1] }, i) => {
      const inset = width / 250,
        east = i % 2,
        low = i < 2; // names in different corners, lest they meet
      svg.append(keyed(ma.rect(x0 + inset / 2, y0 + inset / 2, x1 - x0 - inset, y1 - y0 - inset, "ma-stage"), stage));
      svg.append(
        vector(
          "text",
          {
            x: east ? x1 - width / 60 : x0 + width / 60,
            y: low ? y1 - width / 50 : y0 + width / 17,
            "font-size": width / 20,
            "text-anchor": east ? "end" : "start",
            class: "ma-label",
          },
          stage,
        ),
      );
    });
    const rows = picture.fields.map(({ stage, box: [x0, y0, x1, y1], share }) =>
      keyed(
        make("span", {
          class: "ma-term",
          tabindex: "0",
          text: `${stage}: ${Math.round(x1 - x0)} × ${Math.round(y1 - y0)} px${share === null ? "" : `, ${ma.percent(share)}`}`,
        }),
        stage,
      ),
    );
    const { exact, outside } = picture;
    const sure = exact
      ? "No pixel outside the largest frame can change the logit."
      : `Group normalisation averages over whole maps, so every pixel counts a little anyway${outside ? ` (outside the frames up to ${ma.off(outside)})` : ""}.`;
    return ma.card(
      board,
      "field",
      "Receptive field on the picture",
      svg,
      make("p", { class: "ma-fields" }, ...rows),
      picture.box_share === null
        ? null
        : text(
            "ma-check",
            `Percent: share of the logit's gradient inside; ${ma.percent(picture.box_share)} lie in the box.`,
          ),
      text(
        "ma-note",
        `Frames: what the kernels allow, by stage. Bright: the gradient, a linear view, box held fixed. ${sure}`,
      ),
    );
  };
})();
