// How the error grows with the stride: mean IoU of random boxes with what is pooled of them, and the learner's own box.
import { chart } from "../draw/chart.js";
import { render } from "../draw/markup.js";
import { make } from "../draw/nodes.js";
import { terms } from "../draw/terms.js";
import { iou } from "./sums.js";

const SHOWN = { roi_pool: 0, roi_align: 2, roi_align_aligned: 3 }; // RoIWarp pools what RoIPool does
const SAID = "Mean IoU of 4,000 random boxes (48–300 px a side) with what";

// The chart's plan: points of each curve, and diamonds for the learner's box.
const plan = ({ names, colors, strides }, curves, own) => {
  const at = (list, name) => strides.map((stride, i) => ({ stride, IoU: list[i], name }));
  const points = Object.entries(SHOWN).flatMap(([curve, i]) => at(curves[curve], names[i]));
  const [domain, range] = [names, colors].map((all) => Object.values(SHOWN).map((i) => all[i]));
  const place = { x: "stride", y: "IoU" };
  const yours = { symbol: "diamond", r: 5, stroke: colors[0], fill: "var(--ww-card)", strokeWidth: 2 };
  const reach = [strides[0] / 1.2, strides.at(-1) * 1.2];
  return (Plot) => ({
    height: 240,
    marginBottom: 42,
    x: {
      type: "log",
      base: 2,
      domain: reach,
      ticks: strides,
      tickFormat: String,
      label: "stride, px",
      labelOffset: 38,
    },
    y: { grid: true, label: "IoU", domain: [Math.min(0.55, ...own) - 0.03, 1] },
    color: { domain, range, legend: true },
    marks: [
      Plot.lineY(points, { ...place, stroke: "name", strokeWidth: 2.4, marker: "dot", tip: true }),
      Plot.text(at(curves.roi_pool), { ...place, text: (one) => one.IoU.toFixed(3), dy: 14 }),
      Plot.dot(at(own), { ...place, ...yours }),
    ],
  });
};

export const strides = (board) => {
  const place = make("div", { class: "roi-chart" });
  const title = make("h3");
  render(terms("By the stride of the level"), title);
  const said = make("p", { class: "roi-small" });
  const draw = () => {
    const { curves, stride } = board.value;
    const steps = board.props.strides;
    const own = steps.map((step) => iou(board.box, board.region(0, step)));
    const key = JSON.stringify([own, stride]);
    if (board.dragged || key === place.key) return;
    place.key = key;
    const means = steps.map((step, i) => `${step}: ${curves.roi_pool[i].toFixed(3)}`).join(", ");
    chart(place, `${SAID} RoIPool pools, by stride: ${means}`, plan(board.props, curves, own));
    const here = own[steps.indexOf(stride)]?.toFixed(2) ?? "–";
    render(terms(`${SAID} is pooled. Diamonds: your box with RoIPool, ${here} at this level.`), said);
  };
  return { root: make("section", {}, title, place, said), draw };
};
