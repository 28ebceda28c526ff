// Board czChroma: how many pixels have a colour of which strength, a line for each loss and for the true colours.
import { chart } from "../draw/chart.js";
import { html, render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { number } from "../draw/number.js";
import { numbers } from "../draw/packed.js";
import { terms } from "../draw/terms.js";

const WIDTH = 5; // Lab units of a bar of the histogram
const HIGH = 190;

const key = (name, color, mean) =>
  html`<li><i style="background:${color}"></i>${terms(name)}: mean ${number(mean, 1)}</li>`;

export const czChroma = ({ root }) => {
  const list = make("ul");
  const plot = make("div", { class: "cz-chart" });
  root.replaceChildren(list, plot);
  const take = ({ names, colors, shares, means }) => {
    render(html`${names.map((name, k) => key(name, colors[k], means[k]))}`, list);
    const lines = shares.map((one) => numbers(one).map((share, i) => [WIDTH * (i + 0.5), 100 * share]));
    const said = names.map((name, k) => `${name} ${number(means[k], 1)}`).join(", ");
    chart(plot, `Pixels by chroma; means: ${said}`, (Plot) => ({
      height: HIGH,
      marginLeft: 44,
      x: { label: "chroma, Lab units", domain: [0, 100] },
      y: { label: "% of the pixels", grid: true },
      marks: [
        Plot.ruleY([0]),
        ...lines.map((line, k) => Plot.lineY(line, { x: "0", y: "1", stroke: colors[k], strokeWidth: 2.5 })),
      ],
    }));
  };
  return { take, chosen: () => {} };
};
