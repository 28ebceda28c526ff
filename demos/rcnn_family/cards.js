// The six cards of the autopsy: what each draws of the chain (Chain in autopsy.py). What a shape or a term is about is
// its data-key, what that is made of its data-from.
import { html, nothing, svg } from "../draw/markup.js";
import { number, percent, sum, tiny } from "../draw/number.js";
import { boxed, cross, rectangle } from "../draw/picture.js";
import { arrows, inside } from "../draw/pointer.js";
import { terms } from "../draw/terms.js";
import { table } from "../draw/widgets.js";
import { binCells } from "./sums.js";

const LISTED = 8; // cells of a bin that are written out
const REST = 300; // milliseconds that arrow keys rest before another pixel is asked for

const place = ([row, column]) => `(${row + 1}, ${column + 1})`; // rows and columns count from 1 on the page
const cell = ([row, column]) => [column, row, column + 1, row + 1]; // its box
const note = (text) => (text ? html`<p class="ww-note">${terms(text)}</p>` : nothing);
const keyed = (key, from, inner) => svg`<g data-key=${key} data-from=${from}>${inner}</g>`;
const image = (href, [x, y, width, height], css = "ma-cells") =>
  svg`<image href=${href} x=${x} y=${y} width=${width} height=${height} preserveAspectRatio="none" class=${css}/>`;
const dot = (x, y, r, css = "ma-dot") => svg`<circle cx=${x + 0.5} cy=${y + 0.5} r=${r} class=${css}/>`;
const label = (x, y, size, text, anchor = "middle") =>
  svg`<text x=${x} y=${y} font-size=${size} text-anchor=${anchor} class="ma-label">${text}</text>`;

// A map of one unit a cell under shapes in the same coordinates; with `point` it is pointed at, by mouse or arrow keys.
const drawing = (view, about, shapes, point) =>
  html`<svg viewBox=${view.join(" ")} style="--ratio:${view[2] / view[3]}" aria-label=${about}
    role=${point ? "application" : "img"} tabindex=${point ? 0 : nothing} data-part=${point?.part ?? nothing}
    @click=${point?.click} @keydown=${point?.key}>${shapes}</svg>`;
const pointing = (part, from, take, far) => ({
  part,
  click: (event) => take(inside(event, event.currentTarget), 0),
  key: arrows((by) => take([from[0] + by[0], from[1] + by[1]], REST), far),
});

// value = term + term …; a term {text, key, from} lights up with its cell.
const term = ({ text, key, from = "" }, i) =>
  html`${i ? (text.startsWith("−") ? " " : " + ") : ""}<span class="ma-term" data-key=${key ?? nothing}
    data-from=${from} tabindex=${key ? 0 : nothing}>${text}</span>`;
const equation = (value, terms) => html`<p class="ma-sum"><b>${number(value, 4)}</b> = ${terms.map(term)}</p>`;
// A card: its drawing and sum, one plain sentence, and the rest in a fold.
const card = (step, name, title, inner, plain = "", rest = nothing) =>
  html`<section class="ma-card ma-${name}" data-shows=${name} aria-label=${title}><h3><i>${step}</i>${terms(title)}</h3>
    ${inner}${plain ? html`<p class="ma-plain">${terms(plain)}</p>` : nothing}
    ${rest === nothing ? nothing : html`<details class="ma-more"><summary>More</summary>${rest}</details>`}</section>`;
const check = ({ links }, key) => {
  const [, , , value, own] = links.find(([name]) => name === key);
  return note(`The network: ${number(own, 4)}, off by ${tiny(Math.abs(value - own))}.`);
};

// ---- 1 the picture with all masks, and every link multiplied back ------------------------------------
const HEAD = ["each link", "product", "network", "off by"];
const link = ([, name, by, value, own]) => {
  const numbers = [number(value, 4), number(own, 4), tiny(Math.abs(value - own))];
  return [html`${terms(name)} <small>${terms(by)}</small>`, ...numbers];
};
const links = ({ links: all }) =>
  html`<div class="ww-table ma-links">${table({ caption: "", head: HEAD, rows: all.map(link), strong: [] })}</div>`;

const said = (chain, { value: { boxes }, stale }, from) => {
  if (!chain) return note("Click a pixel of a mask, or move the cross with the arrow keys.");
  const { pixel, value } = chain.paste;
  const [{ label: title }, at] = [boxes[chain.detection], `at pixel (${pixel.join(", ")})`];
  if (stale) return html`${note(`Dimmed: the last chain, of ${title} ${at}.`)}${links(chain)}`;
  const how = "How did this number come about? Follow it through 2 to 6; point at a term to see its place.";
  return html`<p class="ma-result"><b data-key="pixel" data-from=${from}>${number(value, 4)}</b> ${at} of
    <span>${title}</span></p>${note(how)}${note(chain.resized)}${links(chain)}`;
};

const picture = (chain, board) => {
  const { size, base, overlay, boxes, message } = board.value;
  const [[height, width], pixel] = [size, board.pixel];
  const whole = [0, 0, width, height];
  const from = chain && !board.stale ? chain.paste.cells.map((_, i) => `cell-${i}`).join(" ") : "";
  const mine = (i) => i === chain?.detection;
  const drawn = boxes.map(({ box, color }, i) => (mine(i) ? boxed(box, "ma-mine") : rectangle(box, "ma-box", color)));
  const middle = pixel?.map((side) => side + 0.5);
  const ring = () => svg`${cross(middle, size)}${keyed("pixel", from, dot(...pixel, width / 50, "ma-ring"))}`;
  const shapes = svg`${image(base, whole, "")}${overlay ? image(overlay, whole, "ma-cells ma-masks") : nothing}
    ${drawn}${pixel ? ring() : nothing}`;
  const point = pointing("pixel", pixel ?? [width / 2, height / 2], (at, wait) => board.choose(at, wait), 10);
  const about = "All final masks. Click a pixel, or move it with the arrow keys.";
  const inner = html`${drawing(whole, about, shapes, point)}
    ${message ? html`<p class="ww-message">${message}</p>` : nothing}${said(chain, board, from)}`;
  return card(1, "picture", "A pixel of a final mask", inner);
};

// ---- 2 the 28 × 28 cells, and those that the pixel reads, enlarged ------------------------------------
const mask = (chain) => {
  const { size: n, sigmoid } = chain;
  const { source, cells, value } = chain.paste;
  const under = image(chain.mask, [0, 0, n, n]);
  const followed = ({ row, column }) => row === sigmoid.row && column === sigmoid.column;
  const from = (one) => (followed(one) ? "logit" : "");
  const [first, last] = [cells[0], cells.at(-1)];
  const read = [first.column, first.row, last.column + 1, last.row + 1];
  const shapes = svg`${under}${rectangle([-1, -1, n + 1, n + 1], "ma-zeros")}${boxed(read, "ma-cell")}`;
  const about = `The ${n} × ${n} mask of the detection, white where the probability is 1`;
  const weighed = (one, i) => {
    const line = boxed(cell([one.row, one.column]), `ma-cell ${followed(one) ? "ma-followed" : ""}`);
    const weight = label(one.column + 0.5, one.row + 0.62, 0.34, number(one.weight, 2));
    return svg`${keyed(`cell-${i}`, from(one), line)}${weight}`;
  };
  const near = svg`${under}${cells.map(weighed)}${dot(...source, 0.09)}`;
  const around = [...source.map((side) => Math.floor(side) - 1), 4, 4];
  const product = ({ weight, prob, inside: real }) => `${number(weight)}·${real ? number(prob, 4) : "0"}`;
  const terms = cells.map((one, i) => ({ text: product(one), key: `cell-${i}`, from: from(one) }));
  const ring = cells.some((one) => !one.inside) ? " Cells in the ring around the mask are 0." : "";
  const why = "The pixel's centre falls on the dot; each cell counts by its closeness, here in the cell (bilinear).";
  const inner = html`<div class="ma-two">${drawing([-1.2, -1.2, n + 2.4, n + 2.4], about, shapes)}
    ${drawing(around, "The cells that the pixel reads, with their weights", near)}</div>
    ${equation(value, terms)}`;
  const plain = "The pixel is the mean of the nearest cells of the mask, weighted by closeness.";
  return card(
    2,
    "mask",
    `Paste of the ${n} × ${n} mask`,
    inner,
    plain,
    html`${check(chain, "paste")}${note(why + ring)}`,
  );
};

// ---- 3 one cell's logit ------------------------------------------------------------------------------
const bar = ({ name, value, key, from = "", title = "" }, most) => {
  const share = Math.min(Math.abs(value) / most, 1) * 50;
  return html`<div class="ma-bar ${value < 0 ? "ma-minus" : "ma-plus"}" title=${title} data-key=${key ?? nothing}
    data-from=${from} tabindex=${key ? 0 : nothing} style="--from:${value < 0 ? 50 - share : 50}%;--wide:${share}%">
    <span>${name}</span><i></i><b>${number(value)}</b></div>`;
};
const logit = (chain) => {
  const { row, column, logit: value, value: prob } = chain.sigmoid;
  const { products, rest, count, bias, formula, deconv, nine, conv } = chain.logit;
  const keys = products.map((_, i) => `product-${i}`);
  const largest = products.map(([channel, feature, weight, product], i) => {
    const title = `feature ${number(feature)} · weight ${number(weight)}`;
    return { name: `channel ${channel}`, value: product, key: keys[i], from: i ? "" : "deconv", title };
  });
  const others = { name: `${count - products.length} others`, value: rest };
  const last = { name: "sum: the logit", value, key: "logit", from: keys.join(" ") };
  const rows = [...largest, others, { name: "bias", value: bias }, last];
  const most = Math.max(...rows.map((one) => Math.abs(one.value)), 1e-9);
  const sums = nine.map((line) => html`<tr>${line.map((one) => html`<td>${number(one, 2)}</td>`)}</tr>`);
  const inner = html`<div class="ma-bars">${rows.map((one) => bar(one, most))}</div>
    <p class="ma-sum"><b>${number(prob, 4)}</b> = σ(${number(value)})</p>`;
  const deeper = html`<p class="ma-sum" tabindex="0" data-key="deconv" data-from="straight conv">${formula}
      <small>${terms(deconv)}</small></p>
    <div class="ma-conv" tabindex="0" data-key="conv" data-from="around"><table>${sums}</table>
      <small>${terms(conv)}</small></div>`;
  const plain = "Each channel adds its feature times a weight; σ makes a probability of the sum.";
  return card(3, "logit", `Logit of row ${row + 1}, column ${column + 1}`, inner, plain, deeper);
};

// ---- 4 the 14 × 14 bins ------------------------------------------------------------------------------
const crop = (chain, board) => {
  const { contributions: values, field, constant, value, outside } = chain.head;
  const [top, left, bottom, right] = field;
  const [n, all, bin] = [values.length, values.flat(), board.bin];
  const most = Math.max(...all.map(Math.abs), 1e-12);
  const bins = all.map(
    (one, i) => svg`<rect x=${i % n} y=${Math.floor(i / n)} width="1" height="1"
    class=${one < 0 ? "ma-minus" : "ma-plus"} fill-opacity=${Math.abs(one) / most}/>`,
  );
  const [r, c] = chain.straight;
  const around = [Math.max(c - 1, 0), Math.max(r - 1, 0), Math.min(c + 2, n), Math.min(r + 2, n)];
  const shapes = svg`${bins}${rectangle([left, top, right + 1, bottom + 1], "ma-reach")}
    ${keyed("around", "", rectangle(around))}${keyed("straight", "", rectangle(cell(chain.straight)))}
    ${keyed("bin", "points", boxed(cell(bin), "ma-cell ma-followed"))}`;
  const about = "The crop of 14 × 14 bins. Choose a bin inside the receptive field, by click or arrow keys.";
  const point = pointing("bin", [bin[1], bin[0]], (at) => board.chooseBin(at), 3);
  const reached = `${number(sum(all))} from ${(bottom - top + 1) * (right - left + 1)} bins`;
  const terms = [{ text: reached, key: "bins", from: "bin" }, { text: `${number(constant)} from the biases` }];
  const why = "A bin's part is gradient · value, exact while no ReLU switches.";
  const inner = html`${drawing([-0.2, -0.2, n + 0.4, n + 0.4], about, shapes, point)}${equation(value, terms)}
    <p class="ma-sum" tabindex="0" data-key="bin" data-from="points">Bin ${place(bin)} gives
      <b>${number(values[bin[0]][bin[1]])}</b></p>`;
  const rest = html`${check(chain, "head")}${note(`${why} Gradient outside the frame: ${tiny(outside)}.`)}`;
  return card(4, "crop", "Bins that reach this logit", inner, "Orange bins raise the logit, blue ones lower it.", rest);
};

// ---- 5 RoIAlign on the pyramid's map -----------------------------------------------------------------
const map = (chain, { bin }) => {
  const { level, stride, channel, rows, columns, box, crop: own } = chain.align;
  const [[top, left, high, wide], [row, column]] = [chain.extent, bin];
  // index coordinates: cell j is drawn from j to j + 1 and its value sits in the middle, at j + ½
  const really = box.map((side) => side + 0.5);
  const [width, height] = [(box[2] - box[0]) / columns.length, (box[3] - box[1]) / rows.length];
  const corner = [really[0] + column * width, really[1] + row * height];
  const points = rows[row].flatMap((y) => columns[column].map((x) => dot(x, y, wide / 110)));
  const cells = binCells(chain, bin);
  const read = cells.map((one, i) => keyed(`part-${i}`, "", boxed(cell([one.row, one.column]), "ma-cell")));
  const shapes = svg`${image(chain.map, [left, top, wide, high])}${boxed(box, "ma-mine")}
    ${rectangle(really, "ma-region")}
    ${keyed("points", "", rectangle([...corner, corner[0] + width, corner[1] + height], "ma-bin"))}${read}
    ${keyed("points", "", points)}`;
  const value = (some) => sum(some.map((one) => one.weight * one.value));
  const product = (one) => `${number(one.weight)}·${one.value < 0 ? `(${number(one.value)})` : number(one.value)}`;
  const terms = cells.slice(0, LISTED).map((one, i) => ({ text: product(one), key: `part-${i}` }));
  const rest = cells.slice(LISTED);
  if (rest.length) terms.push({ text: `${number(value(rest))} from ${rest.length} more` });
  const off = tiny(Math.abs(value(cells) - own[row][column]));
  const so = `Bin ${place(bin)}, channel ${channel}. The network: ${number(own[row][column])}, off by ${off}.`;
  const tiled =
    "If cells tiled the picture, that would be half a cell off the box (aligned=False); lesson A3 measures it.";
  const why = `${points.length} points a bin. Dashed: what the bins divide. ${tiled}`;
  const about = `Part of ${level}, channel ${channel}, with the box and the bin's sampling points`;
  const inner = html`${drawing([left, top, wide, high], about, shapes)}${equation(value(cells), terms)}`;
  const plain = `The bin is a mean of cells of ${level}, read at ${points.length} points between them.`;
  const title = `RoIAlign from ${level}, stride ${Number(stride.toFixed(2))}`;
  return card(5, "map", title, inner, plain, html`${note(so)}${note(why)}`);
};

// ---- 6 back on the picture ---------------------------------------------------------------------------
const field = (chain, { value: { size, base } }) => {
  const { fields, box_share: boxShare, exact, outside } = chain.picture;
  const [[height, width], inset] = [size, size[1] / 500];
  const whole = [0, 0, width, height];
  const frame = ({ stage, box: [x0, y0, x1, y1] }, i) => {
    const east = i % 2; // names in different corners, lest they meet
    const at = [east ? x1 - width / 60 : x0 + width / 60, i < 2 ? y1 - width / 50 : y0 + width / 17];
    const line = rectangle([x0 + inset, y0 + inset, x1 - inset, y1 - inset], "ma-stage");
    return svg`${keyed(stage, "", line)}${label(...at, width / 20, stage, east ? "end" : "start")}`;
  };
  const row = ({ stage, box: [x0, y0, x1, y1], share }) => {
    const part = share === null ? "" : `, ${percent(share)}`;
    const text = `${stage}: ${Math.round(x1 - x0)} × ${Math.round(y1 - y0)} px${part}`;
    return html`<span class="ma-term" tabindex="0" data-key=${stage}>${text}</span> `;
  };
  const glow = svg`<mask id="ma-heat">${image(chain.heat, whole)}</mask>${rectangle(whole, "ma-glow")}`;
  const shapes = svg`${image(base, whole, "ma-dim")}${chain.heat ? glow : nothing}
    ${rectangle(chain.paste.box, "ma-mine")}${fields.map(frame)}`;
  const about = "The picture, bright where a pixel changes the logit most, with the receptive fields of each stage";
  const share = `Percent: share of the logit's gradient inside; ${percent(boxShare)} lie in the box.`;
  const little = outside ? ` (outside the frames up to ${tiny(outside)})` : "";
  const leaks = `Group normalisation averages over whole maps, so every pixel counts a little anyway${little}.`;
  const sure = exact ? "No pixel outside the largest frame can change the logit." : leaks;
  const why = "Frames: what the kernels allow, by stage. Bright: the gradient, a linear view, box held fixed.";
  const inner = html`${drawing(whole, about, shapes)}<p>${fields.map(row)}</p>`;
  const rest = html`${boxShare === null ? nothing : note(share)}${note(`${why} ${sure}`)}`;
  return card(
    6,
    "field",
    "Receptive field on the picture",
    inner,
    "Where it is bright, a pixel changes the logit.",
    rest,
  );
};

export const CARDS = [picture, mask, logit, crop, map, field];
