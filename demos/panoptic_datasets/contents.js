// A data set's contents: which picture, which class, the picture's segments, and what all of them come to, as charts.
import { chart } from "../draw/chart.js";
import { html, nothing, render } from "../draw/markup.js";
import { terms } from "../draw/terms.js";
import { bins } from "./sums.js";

const CLASSES = 12; // shown at first
const SEGMENTS = 12;
const BINS = 14;

const histogram = (values, unit, x, y) => (Plot) => ({
  height: 170,
  marginBottom: 38,
  x: { label: x },
  y: { label: y, grid: true, ticks: 4 },
  marks: [
    Plot.rectY(
      bins(values, BINS).map(([x1, x2, count]) => ({ x1, x2, count })),
      { x1: "x1", x2: "x2", y: "count", fill: unit, inset: 0.5, tip: true },
    ),
    Plot.ruleY([0]),
  ],
});

class Contents {
  constructor(place) {
    Object.assign(this, { place, all: false, every: false });
  }

  take(value) {
    if (value.title !== this.value?.title) Object.assign(this, { all: false, every: false });
    this.value = value;
    this.draw();
  }

  go(place, category) {
    this.place.choose(`${place} ${category}`);
  }

  // The step from the shown picture to another of those that are looked through.
  step(by) {
    const { places, place, category } = this.value;
    const at = (places.indexOf(place) + by + places.length) % places.length;
    this.go(places[at], category);
  }

  bar() {
    const { name, size, places, place, many, category, classes } = this.value;
    const chosen = classes.find(({ id }) => id === category);
    const of = chosen ? `with ${chosen.name}` : "in all";
    const pick = (event) => this.go(0, event.target.value);
    const option = (id, text) => html`<option value=${id} .selected=${id === category}>${text}</option>`;
    const sorted = [...classes].sort((a, b) => a.name.localeCompare(b.name));
    return html`<div class="ps-bar"><button type="button" aria-label="Previous picture" ?disabled=${places.length < 2}
      @click=${() => this.step(-1)}>‹</button><span aria-live="polite">${places.indexOf(place) + 1} of ${places.length}
      ${of}</span><button type="button" aria-label="Next picture" ?disabled=${places.length < 2}
      @click=${() => this.step(1)}>›</button>
      <label>Class <select @change=${pick}>${option(-1, "all")}${sorted.map(({ id, name }) => option(id, name))}
      </select></label><small>${name}, ${size[1]} × ${size[0]}${many === 1 ? "" : `, picture ${place + 1} of ${many}`}
      </small></div>`;
  }

  segments() {
    const { segments } = this.value;
    const rows = this.every ? segments : segments.slice(0, SEGMENTS);
    const row = ({ id, name, color, area, box, crowd }) =>
      html`<tr><th scope="row"><i style="background:${color}"></i>${name}${crowd ? " (crowd)" : ""}</th><td>${id}</td>
        <td>${area.toLocaleString("en")}</td><td>${box.join(", ")}</td></tr>`;
    const more = html`<button type="button" @click=${() => {
      this.every = true;
      this.draw();
    }}>Show all ${segments.length}</button>`;
    return html`<section><h3>Segments of this picture</h3><div class="ww-table"><table><thead><tr><th scope="col">class
      </th><th scope="col">id</th><th scope="col">area, px</th><th scope="col">box x, y, w, h</th></tr></thead>
      <tbody>${rows.map(row)}</tbody></table></div>${rows.length < segments.length ? more : nothing}</section>`;
  }

  balance() {
    const { classes, category } = this.value;
    const rows = this.all ? classes : classes.slice(0, CLASSES);
    const most = Math.max(...classes.map(({ share }) => share), 1e-9);
    const row = ({ id, name, thing, color, segments, pictures, share }) =>
      html`<button type="button" class="ps-class" aria-pressed=${id === category}
        title="${thing ? "thing" : "stuff"}: ${segments} segments in ${pictures} pictures"
        @click=${() => this.go(0, id === category ? -1 : id)}><span>${name}</span>
        <span><i style="width:${(100 * share) / most}%;background:${color}"></i></span>
        <b>${(100 * share).toFixed(2)} %</b><small>${segments}</small></button>`;
    const more = html`<button type="button" class="ps-more" @click=${() => {
      this.all = true;
      this.draw();
    }}>Show all ${classes.length}</button>`;
    return html`<section><h3>Class balance: share of the labelled pixels, segments</h3>
      <div role="group" aria-label="Classes; press one to see only its segments">${rows.map(row)}</div>
      ${rows.length < classes.length ? more : nothing}</section>`;
  }

  draw() {
    const { title, more, instances, areas } = this.value;
    render(
      html`<h2>${title}</h2>${more ? html`<p>${more}</p>` : nothing}${this.bar()}
      <div class="ps-columns">${this.segments()}${this.balance()}<section><h3>${terms("Instances a picture")}</h3>
        <div class="ps-instances ps-chart"></div><h3>Size of things</h3><div class="ps-areas ps-chart"></div></section>
      </div>`,
      this.place.root,
    );
    const sides = areas.map((area) => Math.round(Math.sqrt(area)));
    const color = "var(--ww-accent)";
    const label = `Things in each of ${instances.length} pictures: ${instances.slice(0, 40).join(", ")}`;
    const within = (name) => this.place.root.querySelector(name);
    chart(within(".ps-instances"), label, histogram(instances, color, "things in a picture", "pictures"));
    const middle = [...sides].sort((a, b) => a - b)[Math.floor(sides.length / 2)] ?? 0;
    const said = `Sizes of ${sides.length} things, median side ${middle} pixels`;
    chart(within(".ps-areas"), said, histogram(sides, color, "side = √area, px", "things"));
  }
}

export const psContents = (place) => new Contents(place);
