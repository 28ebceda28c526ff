// A panel as a picture of its own: images and boxes as they are seen with their names, and below them a strip with the
// title, what the colours mean, names that had no room on the picture, and which picture it is.
const TYPE = 0.021; // of the picture's width: height of the strip's letters
const LINE = 1.45; // lines of the strip, of its letters
const LEAST = 1024; // pixels of the picture's longer side

// A text in lines that are no wider than `room`; a word that is wider alone is divided. `wide` measures a text.
export const wrap = (text, room, wide) => {
  const lines = [""];
  const put = (longer, alone) => {
    if (wide(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(alone);
  };
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (wide(word) <= room) put(`${lines.at(-1)} ${word}`.trim(), word);
    else for (const letter of lines.push("") && word) put(lines.at(-1) + letter, letter);
  }
  return lines.filter(Boolean);
};

// Names with their colours in rows: [{text, color, x, row}], as wide as `gap` and its text; long names are wrapped.
export const flow = (entries, room, gap, wide) => {
  let [x, row] = [0, 0];
  const placed = [];
  for (const [text, color] of entries) {
    const lines = wrap(text, room - gap, wide);
    if (x && x + gap + wide(lines[0]) > room) [x, row] = [0, row + 1];
    lines.forEach((line, i) => {
      if (i) [x, row] = [0, row + 1];
      placed.push({ text: line, color: i ? null : color, x, row });
    });
    x += gap + wide(lines.at(-1)) + gap;
  }
  return { placed, rows: placed.length ? row + 1 : 0 };
};

const seen = (node) => node.getClientRects().length > 0;
const unlike = (entries) => [...new Map(entries.map((one) => [one.join(" "), one])).values()];

// What a panel's strip says; names that are seen on the picture are not said again.
const told = ({ panel, stage, chips }, about) => {
  const hidden = chips.filter(({ chip }) => !seen(chip)).map(({ chip, color }) => [chip.textContent, color]);
  const legend = unlike([...(panel.tags || []), ...(panel.legend || []), ...(stage.legend || []), ...hidden]);
  return { title: panel.title, legend, small: [panel.note, about].filter(Boolean) };
};

// The picture with its strip, as a canvas.
export const drawn = (view, about) => {
  const [height, width] = view.stage.size;
  const zoom = Math.max(2, Math.round(LEAST / Math.max(width, height)));
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const look = getComputedStyle(view.root);
  const size = Math.max(14, Math.round(TYPE * width * zoom));
  const strip = measured(pen, told(view, about), [width * zoom, size, look.fontFamily]);
  Object.assign(canvas, { width: width * zoom, height: height * zoom + strip.height });
  pen.fillStyle = look.getPropertyValue("--save-paper");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  paint(pen, view, zoom, look.fontFamily);
  write(pen, strip, height * zoom, look.getPropertyValue("--save-ink"));
  return canvas;
};

// Where each line of the strip stands; nothing is cut, so a long strip is high.
const measured = (pen, { title, legend, small }, [width, size, family]) => {
  const [edge, plain, bold] = [size, `${size}px ${family}`, `600 ${size}px ${family}`];
  const [room, line] = [width - 2 * edge, LINE * size];
  const wide = (font) => (text) => {
    pen.font = font;
    return pen.measureText(text).width;
  };
  const titles = wrap(title, room, wide(bold)).map((text) => ({ text, font: bold }));
  const { placed, rows } = flow(legend, room, LINE * size, wide(plain));
  const notes = small.flatMap((text) => wrap(text, room, wide(plain))).map((text) => ({ text, font: plain }));
  const count = titles.length + rows + notes.length;
  const names = placed.map((one) => ({ ...one, font: plain, row: one.row + titles.length }));
  const below = (texts, first) => texts.map((one, i) => ({ ...one, x: 0, row: first + i, color: null, flush: true }));
  const lines = [...below(titles, 0), ...names, ...below(notes, titles.length + rows)];
  return { lines, height: Math.ceil(count * line + 1.6 * edge), size, edge, line };
};

const write = (pen, { lines, size, edge, line }, top, ink) => {
  pen.textBaseline = "middle";
  for (const { text, font, color, x, row, flush } of lines) {
    const [left, middle] = [edge + x, top + 0.8 * edge + (row + 0.5) * line];
    Object.assign(pen, { font, fillStyle: ink, strokeStyle: ink, lineWidth: Math.max(1, size / 14) });
    pen.fillText(text, left + (flush ? 0 : LINE * size), middle);
    if (!color) continue;
    pen.fillStyle = color;
    pen.fillRect(left, middle - size / 2, size, size);
    pen.strokeRect(left, middle - size / 2, size, size);
  }
};

const paint = (pen, { frame, panel, stage, chips }, zoom, family) => {
  const [height, width] = stage.size.map((side) => side * zoom);
  pen.save();
  pen.rect(0, 0, width, height);
  pen.clip();
  for (const image of frame.querySelectorAll("img")) {
    pen.imageSmoothingEnabled = !image.classList.contains("ww-cells") && !image.classList.contains("ww-overlay");
    pen.globalAlpha = Number(getComputedStyle(image).opacity);
    pen.drawImage(image, 0, 0, width, height);
  }
  pen.globalAlpha = 1;
  for (const { box, color, dashed } of panel.boxes || []) {
    const [x0, y0, x1, y1] = box.map((side) => side * zoom);
    Object.assign(pen, { strokeStyle: color, lineWidth: 1.5 * zoom });
    pen.setLineDash(dashed ? [6 * zoom, 2.25 * zoom] : []);
    pen.strokeRect(x0, y0, x1 - x0, y1 - y0);
  }
  pen.setLineDash([]);
  for (const { chip } of chips) if (seen(chip)) name(pen, chip, frame, width, family);
  pen.restore();
};

// A name where and as it stands on the picture.
const name = (pen, chip, frame, width, family) => {
  const [own, whole] = [chip.getBoundingClientRect(), frame.getBoundingClientRect()];
  const [scale, look] = [width / whole.width, getComputedStyle(chip)];
  const [left, top] = [(own.left - whole.left) * scale, (own.top - whole.top) * scale];
  pen.fillStyle = look.backgroundColor;
  pen.fillRect(left, top, own.width * scale, own.height * scale);
  pen.font = `600 ${parseFloat(look.fontSize) * scale}px ${family}`;
  pen.fillStyle = look.color;
  pen.textBaseline = "middle";
  pen.fillText(chip.textContent, left + parseFloat(look.paddingLeft) * scale, top + (own.height * scale) / 2);
};
