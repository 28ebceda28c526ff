// Boards rcnnLedgers and rcnnSlowLedger: one column for each member of the family, side by side. Slow R-CNN has a board
// of its own, since it runs on its own; until then it shows the others' picture and what to press.
import { html, nothing, render, svg } from "../draw/markup.js";
import { things } from "../draw/number.js";
import { rows } from "../draw/packed.js";
import { boxed, framed, rectangle } from "../draw/picture.js";
import { terms } from "../draw/terms.js";
import { table } from "../draw/widgets.js";
import { along, macs, time } from "./sums.js";

const LABEL_FROM = 0.15; // a box narrower than this share of the picture carries no label; it has a tooltip
const WIDE = 226; // CSS pixels of a picture
const [ACROSS, MOST_PASSES] = [75, 300]; // squares in a row, and those for which there is room
const LOOK_AGAIN = 150; // ms until Python is asked whether the proposals are there
const LOOKS = 200;
const NO_MASKS = "This network has no mask head, so there is no Mask R-CNN ledger.";
const HOW = `A square: one pass of the backbone. A bar is as long as the total, on a logarithmic axis that all columns
  share; the thin strip below divides the total by stage, in plain shares. Multiply-adds: convolutions and matrix
  products, counted on the shapes that ran. Times: this machine, when the column ran; of a stage that columns share,
  the fastest of their runs. Dashed: true things missed.`;
const UNTRAINED = "These heads learned from whole pictures, not from warped crops: hence the false boxes.";
const FAST = "Fast R-CNN";
const SLOW = "Slow R-CNN";

// What both boards share: the value of the ledgers, what is shown on all pictures, and how each is drawn.
const page = { value: null, shown: { proposals: true, boxes: true }, draws: [] };
const redraw = () => page.draws.forEach((draw) => draw());
const toggle = (name) => {
  page.shown[name] = !page.shown[name];
  redraw();
};
const button = ([name, on]) =>
  html`<button type="button" data-view=${name} aria-pressed=${on} @click=${() => toggle(name)}>${name}</button>`;

// ---- one column --------------------------------------------------------------------------------------
const picture = ({ picture: image, size, of }, { name, proposals, done, boxes, masks, truth }) => {
  const { shown } = page;
  const path = rows(proposals, 4)
    .slice(0, done)
    .map(([x0, y0, x1, y1]) => `M${x0} ${y0}H${x1}V${y1}H${x0}Z`)
    .join("");
  const under = svg`<path d=${path} class="rcl-proposals rcl-under"/><path d=${path} class="rcl-proposals"/>`;
  const missed = (truth ?? []).map(([box, hit]) => (hit ? nothing : rectangle(box, "rcl-missed", "", "missed")));
  const over = svg`${missed}${boxes.map(({ box, color, label }) => boxed(box, "rcl-final", color, label))}`;
  const named = boxes.map(({ label, ...one }) => ({ ...one, text: label }));
  const wide = named.filter(({ box }) => box[2] - box[0] >= LABEL_FROM * size[1]);
  const found = `${things(boxes.length, "box", "boxes")}: ${named.map(({ text }) => text).join(", ")}`;
  const alt = `${of}, ${name}: ${things(done, "proposal")}, ${found}`;
  const shapes = [shown.proposals ? under : nothing, shown.boxes ? over : nothing];
  const [layers, names] = shown.boxes ? [[masks], wide] : [];
  return html`<div class="rcl-top">${framed({ size, image, alt, layers, shapes, names, wide: WIDE })}
    <div class="rcl-views" role="group" aria-label="Shown on all pictures">${Object.entries(shown).map(button)}</div>
    </div>`;
};

const color = (stage) => `background:var(--rcl-${stage.split(" ")[0].toLowerCase()})`;
const bar = (title, column, what, [low, high, ticks], words) => {
  const whole = column[what];
  const part = ({ name, [what]: one }) =>
    html`<i title="${name}: ${words(one)}" style="width:${(100 * one) / whole}%;${color(name)}"></i>`;
  return html`<div class="rcl-measure"><p>${title}<b>${whole ? words(whole) : "–"}</b></p>
    <div class="rcl-bar" aria-hidden="true"><span style="width:${100 * along(whole, low, high)}%"></span></div>
    <p class="rcl-ticks" aria-hidden="true">${ticks.map((text) => html`<span>${text}</span>`)}</p>
    <div class="rcl-shares" aria-hidden="true">${column.stages.filter((stage) => stage[what] > 0).map(part)}</div>
    </div>`;
};
const row = ({ name, macs: many, ms }) => [
  html`<i style=${color(name)}></i>${terms(name)}`,
  many ? macs(many) : "none",
  ms ? time(ms) : "–",
];

const found = ({ score }, { boxes, truth }) => {
  const said = `${things(boxes.length, "box", "boxes")} of score ≥ ${Number(score.toFixed(2))}`;
  const hits = truth?.filter(([, hit]) => hit);
  return hits ? html`<b>${hits.length} of ${truth.length}</b> things found · ${said}` : said;
};
const section = (name, papers, inner) =>
  html`<section class="rcl-column" aria-label=${name}>
    <header><h3>${terms(name)}</h3><span>${terms(papers[name][0])}</span></header>
    ${inner}</section>`;
// The race: a square for each pass, in rows.
const squares = (many) => {
  const count = Number(many) || 0;
  const path = Array.from({ length: count }, (_, i) => `M${4 * (i % ACROSS)} ${4 * Math.floor(i / ACROSS)}h3v3h-3z`);
  const high = 4 * Math.ceil(MOST_PASSES / ACROSS);
  return html`<svg class="rcl-squares" viewBox="0 0 ${4 * ACROSS} ${high}" aria-hidden="true">
    <path d=${path.join("")}/></svg>`;
};
const passes = (many, note) =>
  html`<p class="rcl-passes"><strong>${many}</strong><span>${terms(many === 1 ? "backbone pass" : "backbone passes")}
    <small>${terms(note)}</small></span></p>${squares(many)}`;
const proposed = ({ total, source }) => `${things(total, "proposal")}: ${source}`;
const hint = (text) => html`<p class="rcl-hint">${terms(text)}</p>`;
const HEAD = ["stage", "multiply-adds", "time"];
const columnOf = (value, column, { axes, papers }, note = proposed(column)) => {
  const [, reported] = papers[column.name];
  const inner = html`${picture(value, column)}${passes(column.passes, note)}
    <p class="rcl-found">${found(value, column)}</p>
    <div data-shows="work">${bar("Multiply-adds", column, "macs", axes.macs, macs)}
      ${bar("Time", column, "ms", axes.ms, time)}
      ${table({ caption: "", head: HEAD, rows: column.stages.map(row), strong: [] })}</div>
    ${reported ? html`<p class="rcl-paper">¶ reported: ${terms(reported)}</p>` : nothing}`;
  return section(column.name, papers, inner);
};

// ---- Fast, Faster, Mask ------------------------------------------------------------------------------
export const rcnnLedgers = ({ root, settings, again }) => {
  let [looks, timer] = [0, 0];
  const draw = () => {
    const { columns, waiting } = page.value ?? { columns: [] };
    const masks = columns.some(({ name }) => name === "Mask R-CNN");
    const soon = section(FAST, settings.papers, hint("Selective search is looking for proposals…"));
    const known = columns.map((column) => columnOf(page.value, column, settings));
    const drawn = waiting ? [soon, ...known] : known; // one list, so that each column stays in its place
    if (columns.length) render(html`${drawn}${masks ? "" : hint(NO_MASKS)}<p class="ww-note">${terms(HOW)}</p>`, root);
  };
  const take = (value) => {
    clearTimeout(timer);
    looks = value.waiting && value.of === page.value?.of ? looks + 1 : 0;
    if (value.waiting && looks < LOOKS) timer = setTimeout(again, LOOK_AGAIN);
    page.value = value;
    redraw();
  };
  page.draws.push(draw);
  return { take };
};

// ---- Slow --------------------------------------------------------------------------------------------
// Before it ran: the picture with the proposals that it would cut out, a pass for each; Fast R-CNN has them already.
const unrun = ({ papers, hint: text }) => {
  const fast = page.value?.columns.find(({ name }) => name === FAST);
  if (!fast) return section(SLOW, papers, hint("Not run yet."));
  const bare = { ...fast, name: SLOW, boxes: [], truth: null, masks: "" };
  const all = passes(fast.total, `to come: one for each of ${proposed(fast)}`);
  const inner = html`${picture(page.value, bare)}${all}${hint(text)}`;
  return section(SLOW, papers, inner);
};

// A report between the first and the last has no picture and no proposals. (gradio may skip some of a stream: so each
// is complete but for these, and where the first was skipped the last shows all.)
const whole = (report, before) => {
  if (report.picture || report.of !== before?.of) return report.picture ? report : null;
  const columns = [{ ...report.columns[0], proposals: before.columns[0].proposals }];
  return { ...report, picture: before.picture, columns };
};

// Whether it still runs is known to the line of its progress: ledgers.css shows the words that fit.
const progressOf = ({ done, total }) => {
  const all = things(total, "crop");
  if (done === total) return `one for each of ${all}`;
  return html`<span class="rcl-stopped">stopped after </span>${done} of ${all}<span class="rcl-running"> so far</span>`;
};

export const rcnnSlowLedger = ({ root, settings }) => {
  let value = null;
  const draw = () => {
    const other = Boolean(value && page.value && page.value.of !== value.of);
    root.classList.toggle("rcl-stale", other);
    if (!value) return render(unrun(settings), root);
    const [column] = value.columns;
    const warped = `Each crop is warped to ${column.warp} × ${column.warp} pixels. ${UNTRAINED}`;
    const again = other ? `Run it again for ${page.value.of}. ` : "";
    const of = html`<p class="ww-note">${again}Measured on ${value.of}. ${warped}</p>`;
    render(html`${columnOf(value, column, settings, progressOf(column))}${of}`, root);
  };
  const take = (report) => {
    value = whole(report, value) ?? value;
    draw();
  };
  page.draws.push(draw);
  draw();
  return { take };
};
