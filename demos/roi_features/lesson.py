"""Lesson A3: one box, cropped from features by four operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np

from demos.figures import ablation, encode, grids, style
from demos.roi_features import tasks, words
from demos.roi_features.board import board
from demos.roi_features.slide import slide
from demos.ui import Box, Lesson, Panel, Panels, Screen, Table
from demos.ui.checks import split_selection
from lecture_models import papers, pictures, results
from lecture_models.studies import roi_features as crops

if TYPE_CHECKING:
    from demos.figures.slides import Slide

NETWORK, LEVELS = crops.NETWORK, crops.LEVELS
MEAN = crops.MEAN
BINS = (2, 3, 5, 7)
WAYS = (("as usual", "usual"), ("max", "max"), ("mean", "mean"))  # as usual: RoIPool max, others mean
STAGE_HEIGHT = "var(--roi-stage)"  # set in board.css: leaves room for the four operators below
KEYS = ("roi_pool", "roi_warp", "roi_align", "roi_align_aligned")
NAMES = ("RoIPool", "RoIWarp", "RoIAlign", "RoIAlign, aligned")
HOW = (
    "box and bins snapped, maximum",
    "box snapped, bilinear samples",
    "no snapping, bilinear samples",
    "the same, half a cell to the upper left",
)
COLORS = (style.CYCLE[1], style.CYCLE[3], style.CYCLE[2], style.CYCLE[0])
CELLS = "The median object measures {:.1f} cells; for the paper's stride 32 we estimate {:.1f}, from {}."
MEDIAN = "the median object of COCO (Singh & Davis 2018) and pictures of 4 : 3"
TRAINED = {8: ("roi_pool", "roi_warp", "roi_align"), 16: ("roi_pool", "roi_align")}
TRAINED_NAMES = {"roi_pool": NAMES[0], "roi_warp": NAMES[1], "roi_align": NAMES[3]}


def compute(picture: str, box: str, level: str, channel: int, bins: int, reduce: crops.Bins) -> crops.Crops:
    """One forward pass (kept), four crops of the shown channel, and the heads on four crops of all channels."""
    return crops.study(pictures.resolve(picture), NETWORK, split_selection(box), level, channel, bins, reduce)


def update(
    picture: str = "scene:42",
    box: str = "",
    level: str = "P3",
    channel: int = MEAN,
    bins: int = 3,
    reduce: crops.Bins = "usual",
) -> dict[str, Any]:
    """Crop the features of a box with RoIPool, RoIWarp and RoIAlign, and run the network's heads on each crop.

    Args:
        picture: key of the picture, such as scene:42.
        box: x0,y0,x1,y1 in picture pixels; empty takes a large thing.
        level: level of the pyramid, P2 to P5 (stride 4 to 32).
        channel: channel of the feature map to draw, from 0; -1 is the mean of all.
        bins: bins each way that are drawn; the heads always get 7 x 7 and 14 x 14.
        reduce: what a bin takes: usual (RoIPool its maximum, the others the mean), max or mean.
    """
    made = compute(picture, box, level, int(channel), int(bins), reduce)
    return {
        "stage": stage(made),
        "board": board(made, int(bins), reduce, crops.stride_curves(), crops.cell_centres()),
        "overlap": words.reading(made),
        "ours_8": ours(8),
        "paper_2d": Table(**asdict(papers.CROPS_STRIDE_32), source="paper"),
        "ours_16": ours(16),
        "paper_2c": Table(**asdict(papers.CROPS_STRIDE_16), source="paper"),
        "question": words.question(made),
        "numbers": words.numbers(made),
        "seen": words.seen(made),
    }


def ours(stride: int) -> Table | None:
    """Our own ablation at one stride, networks trained anew, each with its operator; None while there is none."""
    head, kinds = f"stride {stride}", TRAINED[stride]
    found, sentence = results.usable([f"{kind}_s{stride}" for kind in kinds], ablation.METRICS)
    if not found:
        return ablation.none(head, sentence)
    cells = found[-1]["runs"][0]["metrics"]["median_side"] / stride
    caption = f"{ablation.told(found[-1])} {CELLS.format(cells, papers.coco_cells(32), MEDIAN)}"
    names = [TRAINED_NAMES[kind] for kind in kinds]
    return ablation.table(head, dict(zip(names, found, strict=True)), caption)


def stage(made: crops.Crops) -> Panels:
    """The picture to drag on, and its features."""
    scene, values = made.picture.scene, made.features[0].numpy()
    rows, columns = values.shape
    features = Panel(
        f"{made.level}, {values.min():.1f} to {values.max():.1f}".replace("-", "−"),
        f"Feature map of level {made.level}, {rows} × {columns} cells, bright where values are large",
        image=encode.png_uri(grids.heat(values)),
        values=encode.pack_values(values),
        pixelated=True,
    )
    true = [Box(thing.box, style.TRUTH, offered=True) for thing in scene.things] if scene else []
    about = ", true boxes of its things in green" if true else ""
    shown = Panel("The picture", f"{made.picture.title}{about}", boxes=true)
    selection = ",".join(f"{side:.1f}" for side in made.box)
    image = made.picture.image
    return Panels(image.shape[:2], [shown, features], encode.jpeg_uri(image), selection=selection)


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the lesson, for "Save the data"; settings as `update`'s."""
    from lecture_models.ops.roi_features import separable_weights

    settings = LESSON.defaults | settings
    made = compute(**settings)
    values, boxes = made.features[0], made.features.new_tensor([made.box])
    rows, columns = values.shape
    a_y, a_x = separable_weights(boxes, int(settings["bins"]), 1 / made.stride, (rows, columns))
    maps = {"features": values.numpy(), "A_y": a_y[0].numpy(), "A_x": a_x[0].numpy()}
    outputs = {key: made.operators[number].output[0].numpy() for number, key in enumerate(KEYS)}
    regions = {f"{key}_region": np.array(made.regions[number]) for number, key in enumerate(KEYS)}
    return {"box": np.array(made.box), **maps, **outputs, **regions}


def figure(**settings: Any) -> Slide:
    """Box, crops and errors as a figure; settings as `update`'s."""
    operators = dict(zip(KEYS, zip(NAMES, COLORS, strict=True), strict=True))
    return slide(compute(**(LESSON.defaults | settings)), operators, crops.stride_curves(), crops.STRIDES)


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.nets.roi_swap import four_crops
    from lecture_models.ops.bilinear import sample_bins
    from lecture_models.ops.roi_align import roi_align
    from lecture_models.ops.roi_box import grid_interval, snap
    from lecture_models.ops.roi_pool import bin_cells, roi_pool

    return compute, four_crops, snap, bin_cells, roi_pool, grid_interval, roi_align, sample_bins


def build(screen: Screen) -> None:
    """Stage and level first, then the four operators, then what follows from them."""
    with screen.left, gr.Row(elem_classes=["roi-top"]):
        with gr.Column(scale=2, min_width=0):
            hint = "Drag the box, click a green one (a scene’s truth), or draw a new one. Arrow keys move it."
            place = {"select": "box", "key": "box", "hint": hint}
            screen.stage("stage", label="Box to crop", columns=2, height=STAGE_HEIGHT, **place)
        with gr.Column(scale=1, min_width=200, elem_classes=["roi-settings"]):
            screen.control("bins", gr.Radio(list(BINS), value=3, label="Bins each way, as drawn"))
            screen.control("reduce", gr.Radio(list(WAYS), value="usual", label="A bin takes"))
            channel = gr.Slider(MEAN, 63, MEAN, step=1, label="Channel (−1: their mean)", buttons=[])
            screen.control("channel", channel)
    with screen.right:
        screen.control("level", gr.Radio(list(LEVELS), value="P3", label="Level of the pyramid"))
        screen.reading("overlap")
    with screen.row:
        looks: dict[str, Any] = {"names": NAMES, "how": HOW, "colors": COLORS, "strides": crops.STRIDES}
        looks["lut"], looks["outlines"] = grids.table(), {"said": style.PREDICTION, "right": style.TRUTH}
        screen.board("board", "roiBoard", label="Four operators side by side", **looks)
        for ours, paper in (("ours_8", "paper_2d"), ("ours_16", "paper_2c")):
            with gr.Row(elem_classes=["roi-papers"]):
                screen.table(ours, f"Our ablation at stride {ours[5:]}", fold=True)
                screen.table(paper, f"Mask R-CNN, table {paper[6:]}", fold=True)


LESSON = Lesson(
    "roi_features",
    "A3",
    "Cropping features",
    "RoIPool rounds your box to whole cells and so pools the wrong pixels; RoIAlign rounds nothing.",
    update,
    build,
    code=code,
    data=data,
    asks="What is lost when a box is rounded to whole cells?",
    first="Drag the box.",
    figure=figure,
    tasks=tasks.of(compute),
)
