// Fates on the board rcnnStages: of the anchors at a place, of all anchors, and of the box behind a missed thing.
import { bars } from "../draw/bars.js";
import { html, nothing } from "../draw/markup.js";
import { count, sum } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { levelColor } from "./picture.js";

const KEYS = { anchor: "its anchor", last: "its last box", suppressor: "who suppressed it", truth: "the missed thing" };
const key = (name) => html`<li><i class="rcs-key rcs-key-${name}"></i>${KEYS[name]}</li>`;
export const dot = (level) => html`<i class="rcs-dot" style="--bar:${levelColor(level)}"></i>`;

// A fate in words, drawn while it is pointed at, or once it is chosen.
const entry = (board, told) => {
  const { level, sentence } = told.fate;
  const show = () => board.tell(told);
  return html`<button type="button" class="rcs-entry" @pointerenter=${show} @focus=${show}
    @click=${() => board.tell((board.pinned = told))}>${dot(board.value.levels.indexOf(level))}
    <span><b>${level} </b>${sentence}</span></button>`;
};
const group = (title, of, entries) =>
  entries.length ? html`<section><h4>${title} <small>${of}</small></h4>${entries}</section>` : nothing;

// What the panel says, the keys of its lines, and its list.
const lost = (board, { text, ...told }, fates) => {
  if (!told.fate) return [text, []];
  const [, title] = fates.find(([kind]) => kind === told.fate.kind);
  const lines = Object.keys(KEYS).filter((name) => name !== "suppressor" || told.fate.suppressor_box);
  return [text, lines, group(title, "", [entry(board, told)])];
};
const there = (board, { point, counts, fates: listed }, fates) => {
  const all = sum(Object.values(counts));
  const more = all > listed.length ? ` The ${listed.length} listed are the best of each fate.` : "";
  const text = `${count(all)} anchors' last boxes contain the point ${point.map(Math.round).join(", ")}.${more}`;
  const groups = fates.map(([kind, title]) => {
    const mine = listed.filter((fate) => fate.kind === kind);
    const of = mine.length < counts[kind] ? `${mine.length} of ` : "";
    return group(
      title,
      `${of}${count(counts[kind])}`,
      mine.map((fate) => entry(board, { fate })),
    );
  });
  return [text, ["anchor", "last", "suppressor"], groups.reverse()];
};
const ASK = "Click any place of the picture: which anchors were there, and what ended each?";

export const panel = (board) => {
  const { place, missed, fates } = board.value;
  const said = board.accused ? lost(board, missed, fates) : place ? there(board, place, fates) : [ASK, []];
  const [text, lines, list] = said;
  return html`<button type="button" class="rcs-missed" @click=${() => board.accuse()}>Best box lost for a missed thing
      </button>
    <p class="rcs-place" aria-live="polite">${terms(text)}</p><ul class="ww-legend">${lines.map(key)}</ul>
    <div class="rcs-list" @pointerleave=${() => board.tell(board.pinned)}>${list}</div>`;
};

// How all anchors ended: bars whose counts add up.
export const endings = ({ fates, found }) => {
  const counts = fates.map(([, , many]) => many);
  const most = Math.log10(1 + Math.max(...counts));
  const share = (many) => most && Math.log10(1 + many) / most;
  const css = (kind, many) => (many ? `rcs-${kind}` : "rcs-none");
  const row = ([kind, name, many]) => ({ name, text: count(many), share: share(many), css: css(kind, many) });
  const survived = counts.at(-1);
  const more = ` ${count(survived)} survivors became ${count(found)} detections: one box can be of several classes.`;
  return html`<h3>${terms("How all anchors ended")}</h3>${bars(fates.map(row), "rcs-columns")}
    <p class="rcs-sum"><b>${counts.filter(Boolean).map(count).join(" + ")} = ${count(sum(counts))} anchors</b>, each
      with one end.${survived === found ? "" : more} <small>Lengths of the bars are logarithmic.</small></p>`;
};
