// Fates on the board rcnnStages: of the anchors at a place, of all anchors, and of the box behind a missed thing.
import { bars } from "../draw/bars.js";
import { html, nothing } from "../draw/markup.js";
import { count } from "../draw/number.js";

const KEYS = { anchor: "its anchor", last: "its last box", suppressor: "who suppressed it", truth: "the missed thing" };
const key = (name) => html`<li><i class="rcs-key rcs-key-${name}"></i>${KEYS[name]}</li>`;
const total = (counts) => counts.reduce((all, one) => all + one, 0);
export const dot = (level) => html`<i class="rcs-dot rcs-level-${level}"></i>`;

export class Fates {
  constructor(board) {
    Object.assign(this, { board, accused: false, pinned: null });
  }

  take(value) {
    Object.assign(this, { value, accused: false, pinned: null });
  }

  // Draw one fate, or the chosen one.
  tell(told = this.pinned) {
    this.board.picture.tell(told?.fate, told?.truth);
  }

  accuse() {
    const { fate, truth } = this.value.missed;
    Object.assign(this, { accused: true, pinned: fate && { fate, truth } });
    this.tell();
    this.board.draw();
  }

  entry(fate, truth) {
    const show = () => this.tell({ fate, truth });
    const pin = () => this.tell((this.pinned = { fate, truth }));
    return html`<button type="button" class="rcs-entry" @pointerenter=${show} @focus=${show} @click=${pin}>
      ${dot(this.value.levels.indexOf(fate.level))}<span><b>${fate.level} </b>${fate.sentence}</span></button>`;
  }

  // A kind of fate with the best of it.
  group(kind, title, fates, many) {
    const mine = fates.filter((fate) => fate.kind === kind);
    const of = mine.length < many ? `${mine.length} of ` : "";
    if (!mine.length) return nothing;
    return html`<section><h4>${title} <small>${of}${count(many)}</small></h4>${mine.map((fate) => this.entry(fate))}
      </section>`;
  }

  // What the panel says, the keys of its lines, and its list.
  parts() {
    const { place, missed, fates } = this.value;
    if (this.accused) {
      const { text, fate, truth } = missed;
      if (!fate) return [text, []];
      const [, title] = fates.find(([kind]) => kind === fate.kind);
      const lines = Object.keys(KEYS).filter((name) => name !== "suppressor" || fate.suppressor_box);
      return [text, lines, html`<section><h4>${title}</h4>${this.entry(fate, truth)}</section>`];
    }
    if (!place) return ["Click any place of the picture: which anchors were there, and what ended each?", []];
    const [all, listed] = [total(Object.values(place.counts)), place.fates.length];
    const more = all > listed ? ` The ${listed} listed are the best of each fate.` : "";
    const at = place.point.map(Math.round).join(", ");
    const text = `${count(all)} anchors' last boxes contain the point ${at}.${more}`;
    const groups = fates.map(([kind, title]) => this.group(kind, title, place.fates, place.counts[kind])).reverse();
    return [text, ["anchor", "last", "suppressor"], groups];
  }

  panel() {
    const [text, lines, list] = this.parts();
    const accuse = () => this.accuse();
    return html`<button type="button" class="rcs-missed" @click=${accuse}>Best box lost for a missed thing</button>
      <p class="rcs-place" aria-live="polite">${text}</p><ul class="ww-legend">${lines.map(key)}</ul>
      <div class="rcs-list" @pointerleave=${() => this.tell()}>${list}</div>`;
  }
}

// How all anchors ended: bars whose counts add up.
export const endings = ({ fates, found }) => {
  const counts = fates.map(([, , many]) => many);
  const most = Math.log10(1 + Math.max(...counts));
  const share = (many) => most && Math.log10(1 + many) / most;
  const css = (kind, many) => (many ? `rcs-${kind}` : "rcs-none");
  const row = ([kind, name, many]) => ({ name, text: count(many), share: share(many), css: css(kind, many) });
  const survived = counts.at(-1);
  const more = ` ${count(survived)} survivors became ${count(found)} detections: one box can be of several classes.`;
  return html`<h3>How all anchors ended</h3>${bars(fates.map(row), "rcs-columns")}
    <p class="rcs-sum"><b>${counts.filter(Boolean).map(count).join(" + ")} = ${count(total(counts))} anchors</b>, each
      with one end.${survived === found ? "" : more} <small>Lengths of the bars are logarithmic.</small></p>`;
};
