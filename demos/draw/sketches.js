// Small drawings beside entries of the glossary, where a picture says more than the sentence. Colours and widths are
// the style sheet's: "a" is what it is about, "b" the other, "g" the grid.
import { html, svg } from "./markup.js";

const sketch = (about, inner) =>
  html`<svg class="ww-sketch" viewBox="0 0 240 100" role="img" aria-label=${about}>${inner}</svg>`;
const rect = ([x, y, width, height], css) => svg`<rect x=${x} y=${y} width=${width} height=${height} class=${css}/>`;
const line = (d, css) => svg`<path d=${d} class=${css}/>`;
const dot = (x, y, css = "a-dot") => svg`<circle cx=${x} cy=${y} r="3" class=${css}/>`;
const text = (x, y, said, anchor = "start") => svg`<text x=${x} y=${y} text-anchor=${anchor}>${said}</text>`;

// Lines of a grid of square cells.
const grid = (x, y, columns, rows, side) => {
  const across = Array.from({ length: rows + 1 }, (_, i) => `M${x} ${y + i * side}h${columns * side}`);
  const down = Array.from({ length: columns + 1 }, (_, i) => `M${x + i * side} ${y}v${rows * side}`);
  return line([...across, ...down].join(""), "g");
};

const iou = sketch("Two overlapping boxes; what they share is filled", [
  rect([20, 12, 80, 58], "b"),
  rect([56, 30, 80, 58], "b"),
  rect([56, 30, 44, 40], "a-fill"),
  text(24, 26, "T"),
  text(124, 82, "P"),
  text(150, 48, "filled: P ∩ T"),
  text(150, 64, "all: P ∪ T"),
]);

const stride = sketch("A picture of 16 pixels a side in cells of 4 pixels", [
  grid(20, 10, 16, 16, 5),
  line("M20 10h80v80h-80zM40 10v80M60 10v80M80 10v80M20 30h80M20 50h80M20 70h80", "b"),
  rect([60, 30, 20, 20], "a-fill"),
  line("M84 40H136", "a"),
  text(140, 38, "one cell, here"),
  text(140, 53, "4 pixels a side:"),
  text(140, 68, "stride 4"),
]);

const pyramid = sketch("Four maps, each half as wide as the one below", [
  rect([20, 74, 88, 16], "b"),
  rect([42, 52, 44, 16], "b"),
  rect([53, 30, 22, 16], "b"),
  rect([58, 8, 12, 16], "a-fill"),
  line("M64 24v6M64 46v6M64 68v6", "a"),
  text(122, 20, "P5, stride 32"),
  text(122, 42, "P4, stride 16"),
  text(122, 64, "P3, stride 8"),
  text(122, 86, "P2, stride 4"),
]);

const receptive = sketch("One number sees three of the layer below, and five of the one below that", [
  grid(20, 8, 7, 1, 20),
  grid(20, 40, 7, 1, 20),
  grid(20, 72, 7, 1, 20),
  rect([80, 8, 20, 20], "a-fill"),
  rect([60, 40, 60, 20], "a-fill"),
  rect([40, 72, 100, 20], "a-fill"),
  line("M80 28L60 40M100 28L120 40M60 60L40 72M120 60L140 72", "a"),
  text(170, 23, "1 number"),
  text(170, 55, "sees 3"),
  text(170, 87, "sees 5"),
]);

const anchor = sketch("Three boxes of different shape around one cell of a grid", [
  grid(20, 10, 5, 4, 20),
  rect([60, 30, 20, 20], "a-fill"),
  rect([45, 15, 50, 50], "a"),
  rect([52, 4, 36, 72], "a"),
  rect([34, 22, 72, 36], "a"),
  text(140, 44, "anchors of"),
  text(140, 59, "one cell"),
]);

const delta = sketch("A dashed box and the box that it becomes", [
  rect([24, 24, 60, 44], "b dashed"),
  rect([36, 12, 84, 76], "a"),
  dot(54, 46, "b-dot"),
  dot(78, 50),
  line("M54 46L75 49.5", "a"),
  text(138, 38, "dashed: before"),
  text(138, 54, "shifted, and"),
  text(138, 69, "stretched"),
]);

const nms = sketch("Three boxes on one thing: the best stays, two are removed", [
  rect([30, 16, 66, 66], "a"),
  rect([40, 10, 66, 66], "b dashed"),
  rect([22, 26, 66, 66], "b dashed"),
  text(63, 58, "0.9", "middle"),
  text(138, 44, "dashed: removed,"),
  text(138, 59, "too much overlap"),
]);

const bins = sketch("A box between cells, divided into two by two equal bins with points in them", [
  grid(20, 10, 5, 4, 20),
  rect([29, 21, 76, 56], "a"),
  line("M67 21v56M29 49h76", "a"),
  [38, 57, 76, 95].map((x) => [28, 42, 56, 70].map((y) => dot(x, y))),
  text(140, 38, "nothing snapped:"),
  text(140, 53, "2 × 2 equal bins,"),
  text(140, 68, "read at points"),
]);

const snap = sketch("A dashed box and the box of whole cells that takes its place", [
  grid(20, 10, 5, 4, 20),
  rect([28, 22, 78, 50], "b dashed"),
  rect([20, 30, 100, 60], "a"),
  text(140, 38, "dashed: the box"),
  text(140, 53, "in colour: the"),
  text(140, 68, "cells taken"),
]);

const bilinear = sketch("A point between the centres of four cells", [
  grid(30, 10, 2, 2, 40),
  line("M50 30h40v40h-40z", "b dashed"),
  [
    [50, 30],
    [90, 30],
    [50, 70],
    [90, 70],
  ].map(([x, y]) => dot(x, y, "b-dot")),
  dot(62, 40),
  text(126, 38, "weights:"),
  text(126, 53, "0.7·0.75, 0.3·0.75,"),
  text(126, 68, "0.7·0.25, 0.3·0.25"),
]);

const sigmoid = sketch("A curve that rises from 0 to 1, by way of one half at 0", [
  line("M20 90h110M75 10v80", "g"),
  line("M20 86C55 84 66 72 75 50S95 16 130 14", "a"),
  dot(75, 50),
  text(82, 62, "½ at z = 0"),
  text(140, 18, "1 for large z"),
  text(140, 90, "0 for small z"),
]);

const ap = sketch("A falling curve of precision against recall, the area below it filled", [
  line("M30 10v80h110", "g"),
  line("M30 14H70V30H100V52H122V90H30z", "a-fill"),
  line("M30 14H70V30H100V52H122V90", "a"),
  text(150, 30, "up: precision"),
  text(150, 46, "right: recall"),
  text(150, 62, "filled: AP"),
]);

export const SKETCHES = { anchor, ap, bilinear, bins, delta, iou, nms, pyramid, receptive, sigmoid, snap, stride };
