// How the error grows with the stride: mean IoU of random boxes with what is pooled of them, and the learner's own box.
import { chart } from "../draw/chart.js";
import { make } from "../draw/nodes.js";
import { section } from "./board.js";
import { iou } from "./sums.js";

const CURVES = [
  ["roi_pool", 0],
  ["roi_align", 2],
  ["roi_align_aligned", 3],
];

export const strides = (board) => {
  const place = make("div", { class: "roi-chart" });
  const said = make("p", { class: "roi-small" });
  const root = section("strides", "The larger the stride, the worse", place, said);
  const draw = () => {
    const { strides: steps, curves, stride } = board.value;
    const own = steps.map((step) => iou(board.box, board.region(0, step)));
    const key = JSON.stringify([own, stride]);
    if (board.dragged || key === place.key) return;
    place.key = key;
    const points = CURVES.flatMap(([curve, i]) =>
      steps.map((step, at) => ({ step, IoU: curves[curve][at], name: board.props.names[i] })),
    );
    const yours = steps.map((step, at) => ({ step, IoU: own[at] }));
    const colors = {
      domain: CURVES.map(([, i]) => board.props.names[i]),
      range: CURVES.map(([, i]) => board.props.colors[i]),
      legend: true,
    };
    const text = steps.map((step, i) => `${step}: ${curves.roi_pool[i].toFixed(3)}`).join(", ");
    const label = `Mean IoU of 4,000 random boxes of 48 to 300 pixels with what RoIPool pools, by stride: ${text}`;
    chart(place, label, (Plot) => ({
      height: 230,
      x: {
        type: "log",
        base: 2,
        domain: [steps[0] / 1.2, steps.at(-1) * 1.2],
        ticks: steps,
        tickFormat: String,
        label: "stride, px",
      },
      y: { grid: true, label: "IoU", domain: [Math.min(0.55, ...own) - 0.03, 1] },
      color: colors,
      marks: [
        Plot.lineY(points, { x: "step", y: "IoU", stroke: "name", strokeWidth: 2.4, marker: "dot", tip: true }),
        Plot.text(points.slice(0, steps.length), { x: "step", y: "IoU", text: (one) => one.IoU.toFixed(3), dy: 14 }),
        Plot.dot(yours, {
          x: "step",
          y: "IoU",
          symbol: "diamond",
          r: 5,
          stroke: board.props.colors[0],
          fill: "var(--ww-card)",
          strokeWidth: 2,
        }),
      ],
    }));
    const here = own[steps.indexOf(stride)]?.toFixed(2) ?? "–";
    said.textContent = `Mean IoU of 4,000 random boxes (48–300 px a side) with what is pooled. Diamonds: your box with RoIPool, ${here} at this level.`;
  };
  return { root, draw };
};
