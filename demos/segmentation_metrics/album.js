// Pictures and the data set: the mean of each picture's mean IoU is another number than that of all pixels together.
import { html, render } from "../draw/markup.js";
import { number } from "../draw/number.js";
import { terms } from "../draw/terms.js";
import { make } from "../draw/nodes.js";
import { model } from "./model.js";
import { classes, mean, whole, zeros } from "./sums.js";
import { MEANS_APART, reach } from "./tasks.js";

const three = (value) => (value === null ? "–" : number(value, 3));

// Both means of some confusion matrices, of all classes and of one.
export const means = (matrices, many, label) => {
  const pooled = matrices.reduce((all, one) => all.map((count, i) => count + one[i]), zeros(many * many));
  const measured = (counts) => {
    const each = classes(counts, many);
    return { miou: whole(each).miou, iou: each[label].iou };
  };
  const pictures = matrices.map(measured);
  const over = (key) => mean(pictures.map((one) => one[key]));
  return { pictures, pooled: measured(pooled), mean: { miou: over("miou"), iou: over("iou") } };
};

export class Album {
  constructor({ root }) {
    this.root = make("div", { class: "met-album", "data-shows": "album" });
    root.append(this.root);
    model.follow(() => this.draw());
  }

  take(value) {
    this.value = value;
    this.draw();
  }

  // The measured pictures, and the one on the easel as it is now.
  rows() {
    const { rows } = this.value;
    return [{ title: `${model.value.title}, as you have it`, confusion: model.found.counts }, ...rows];
  }

  draw() {
    if (!this.value?.rows || !model.class) return;
    if (String(this.value.names) !== String(model.value.names)) return render(this.other(), this.root);
    const rows = this.rows();
    const matrices = rows.map(({ confusion }) => confusion);
    const found = means(matrices, model.many, model.label);
    const apart = Math.abs(found.pooled.miou - found.mean.miou);
    if (this.value.ended && apart >= MEANS_APART)
      reach(
        "pictures",
        `${three(found.pooled.miou)} of all pixels, ${three(found.mean.miou)} as a mean, over ${rows.length} pictures`,
      );
    const line = (title, one, css = "") =>
      html`<tr class=${css}><th scope="row">${title}</th><td>${three(one.miou)}</td><td>${three(one.iou)}</td></tr>`;
    const seen = new Set();
    render(
      html`<h3>${terms("Mean of the pictures, or IoU of the data set?", seen)}</h3><div class="ww-table"><table>
        <caption>${terms("Paint on: both means follow. A class that a picture lacks is left out of its mean.", seen)}
        </caption><thead><tr><td></td><th scope="col">${terms("mean IoU", seen)}</th>
        <th scope="col">IoU of ${model.name}</th></tr></thead><tbody>
        ${rows.map(({ title }, i) => line(title, found.pictures[i]))}
        ${line("mean of the pictures", found.mean, "ww-strong")}
        ${line("data set: areas added, then divided", found.pooled, "ww-strong")}</tbody></table></div>`,
      this.root,
    );
  }

  other() {
    return html`<p class="met-small">These pictures were measured with other classes: measure again.</p>`;
  }
}
