r"""Both heads of a Faster or Mask R-CNN want features of one size, whatever the size of the box. So each box is
projected on the feature map, divided in bins, and each bin becomes one number. Four ways to do it:

| | box | bins | a bin's number |
|---|---|---|---|
| **RoIPool** (Girshick 2015, section 2.1) | snapped to cells | snapped, so they overlap | maximum (RoIAvg: mean) |
| **RoIWarp** (Dai et al. 2016) | snapped to cells | exact | mean of bilinear samples |
| **RoIAlign** (He et al. 2017, section 3) | exact | exact | mean (or maximum) of bilinear samples |
| **RoIAlign, `aligned=True`** | exact, and half a cell corrected | exact | the same |

**Snapping.** With stride $s$ the edge $x$ becomes cell $[x/s]$, where $[\cdot]$ rounds, and the last cell belongs
to the box. So an edge moves by up to $s/2$ pixels, and right and lower edges by up to another $s$. A class
survives that; a mask, which is right or wrong pixel by pixel, does not.

**Sampling.** RoIAlign reads the map at $2\times2$ regular points a bin, each a weighted mean of its four neighbours,
$$f(x,y)=\sum_{i,j} F_{ij}\,\max(0,1-|y-i|)\,\max(0,1-|x-j|).$$
The sum separates. The mean over a bin's points is a product of two small matrices of averaged hat functions,
$$\text{RoIAlign}(F)=A_y\,F\,A_x^{\mathsf T},$$
linear in the features and continuous in the box. RoIPool is neither.

**Half a cell.** The number in cell $i$ belongs to the cell's centre, at $i+\tfrac12$. `aligned=False` takes it to be
at $i$, so it reads half a cell too far to the lower right. torchvision's default, its Mask R-CNN and the network here
do so; their heads have learned to live with it. (If the centre of a cell's receptive field lies at $s\,i$ pixels, as
in a ResNet with padding, the shift is smaller than it looks: cells that tile the picture are a convention.)

**What the swap shows, and what it does not.** The network here was trained with RoIAlign. Feeding its heads
another crop illustrates what they would get; it is *not* the ablation, in which each network is trained anew with
its own operator. That stands in the tables: ours, from networks of one feature map trained on these scenes, beside the
paper's. Stride 8 here plays the part of stride 32 on COCO: what counts is how many cells an object is wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import gradio as gr
import numpy as np

from demos.figures import ablation, crop_pictures, crop_sums, encode, grids, style
from demos.ui import Box, Lesson, Panel, Panels, Question, Reading, Screen, Table
from demos.ui.checks import split_selection
from lecture_models import crops, papers, pictures, results

NETWORK = "panoptic_fpn"
LEVELS = ("P2", "P3", "P4", "P5")
STRIDES = (4, 8, 16, 32)
MEAN = crops.MEAN
BINS = (2, 3, 5, 7)
WAYS = (("as usual", "usual"), ("max", "max"), ("mean", "mean"))  # as usual: RoIPool max, others mean
STAGE_HEIGHT = "var(--roi-stage)"  # set in roi_features.css: leaves room for the four operators below
EDGES = ("left", "top", "right", "bottom")
NAMES = ("RoIPool", "RoIWarp", "RoIAlign", "RoIAlign, aligned")
HOW = (
    "box and bins snapped, maximum",
    "box snapped, bilinear samples",
    "no snapping, half a cell off",
    "no snapping, half a cell corrected",
)
COLORS = (style.CYCLE[1], style.CYCLE[3], style.CYCLE[2], style.CYCLE[0])
TRAINED = {8: ("roi_pool", "roi_warp", "roi_align"), 16: ("roi_pool", "roi_align")}
CELLS = {  # √(width · height) of the median object, in cells
    8: "The median object measures {:.1f} cells, in the paper's table at stride 32 {:.1f} (Singh & Davis 2018).",
    16: "The median object measures {:.1f} cells: coarser than any of the paper's tables ({:.1f} at stride 32).",
}
TRAINED_NAMES = {"roi_pool": NAMES[0], "roi_warp": NAMES[1], "roi_align": NAMES[3]}


def compute(picture: str, box: str, level: str, channel: int, bins: int, reduce: crops.Bins) -> crops.Crops:
    """One forward pass (kept), four crops of the shown channel, and the heads on four crops of all channels."""
    return crops.study(pictures.resolve(picture), NETWORK, split_selection(box), level, channel, bins, reduce)


@lru_cache(maxsize=1)
def stride_curves() -> dict[str, tuple[float, ...]]:
    """Mean IoU of 4,000 random boxes with what is pooled of them, for each stride."""
    from lecture_models.ops.roi_box import mean_pooled_iou

    return {
        "roi_pool": mean_pooled_iou("roi_pool", STRIDES),
        "roi_align": mean_pooled_iou("roi_align", STRIDES),
        "roi_align_aligned": mean_pooled_iou("roi_align", STRIDES, aligned=True),
    }


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
        "board": board(made, int(bins), reduce),
        "overlap": reading(made),
        "ours_8": ours(8),
        "paper_2d": Table(**asdict(papers.CROPS_STRIDE_32), source="paper"),
        "ours_16": ours(16),
        "paper_2c": Table(**asdict(papers.CROPS_STRIDE_16), source="paper"),
        "question": question(made),
        "numbers": numbers(made),
    }


def ours(stride: int) -> Table | None:
    """Our own ablation at one stride, networks trained anew, each with its operator; None while there is none."""
    try:
        found = {kind: results.load(f"{kind}_s{stride}", ablation.METRICS) for kind in TRAINED[stride]}
    except results.ResultUnreadable as error:
        return Table(ablation.heads(f"stride {stride}"), [], str(error), source="result")
    except ValueError:
        return None
    rows = [ablation.row(TRAINED_NAMES[kind], result) for kind, result in found.items()]
    rows.append(ablation.gain(found["roi_pool"], found["roi_align"]))
    cells = found["roi_align"]["runs"][0]["metrics"]["median_side"] / stride
    caption = ablation.told(found["roi_align"]) + " " + CELLS[stride].format(cells, papers.coco_cells(32))
    return Table(ablation.heads(f"stride {stride}"), rows, caption, source="result", strong=(len(found) - 1,))


def stage(made: crops.Crops) -> Panels:
    """The picture to drag on, and its features."""
    size = made.picture.image.shape[:2]
    scene = made.picture.scene
    things = [Box(thing.box, style.TRUTH) for thing in scene.things] if scene else []
    values = made.features[0].numpy()
    cells = f"{values.shape[0]} × {values.shape[1]} cells"
    shown = Panel("The picture", f"{made.picture.title}, true boxes of its things in green", boxes=things)
    features = Panel(
        f"Features at {made.level}",
        f"Feature map of level {made.level}, {cells}, bright where values are large",
        image=encode.png_uri(grids.heat(values)),
        values=encode.pack_values(values),
        pixelated=True,
    )
    selection = ",".join(f"{side:.1f}" for side in made.box)
    base = encode.jpeg_uri(made.picture.image)
    return Panels(size=size, panels=[shown, features], base=base, selection=selection)


def board(made: crops.Crops, bins: int, reduce: str) -> dict[str, Any]:
    """What the board in the browser draws: the map and settings for its own arithmetic, pictures for the rest."""
    values = made.features[0].numpy()
    scene = made.picture.scene
    return {
        "map": encode.pack_values(values),
        "range": [float(values.min()), float(values.max())],
        "box": list(made.box),
        "size": list(made.picture.image.shape[:2]),
        "level": made.level,
        "native": made.native,
        "stride": made.stride,
        "bins": bins,
        "reduce": reduce,
        "operators": [column(made, number) for number in range(len(NAMES))],
        "averaged": made.average[0] if made.average else 0,
        "things": [list(thing.box) for thing in scene.things if thing.area >= crops.LEAST_AREA]
        if scene
        else [],
        "curves": stride_curves(),
        "strides": list(STRIDES),
    }


def column(made: crops.Crops, number: int) -> dict[str, Any]:
    """One operator: what it pooled, the ghost, and what the heads made of its crop."""
    region = crop_pictures.around(made.box, made.picture.image.shape[:2])
    pasted = crop_pictures.ghost(made.picture.image, made.box, made.regions[number], region)
    label = made.network.classes[int(made.swap.labels[number])]
    found: dict[str, Any] = {
        "region": list(made.regions[number]),
        "output": made.operators[number].output[0].flatten().tolist(),
        "ghost": encode.jpeg_uri(pasted),
        "shown": list(region),
        "label": label,
        "score": float(made.swap.scores[number]),
        "mask": "",
        "mask_iou": None,
        "mean_iou": made.average[1][number] if made.average else None,
    }
    if len(made.swap.mask_cells):
        found |= mask(made, number)
    return found


def mask(made: crops.Crops, number: int) -> dict[str, Any]:
    """The 28 × 28 mask of one crop as a picture, and its IoU with the truth."""
    truth, factor = made.truth(), 8
    inside = None if truth is None else crop_pictures.inside_box(truth, made.box, 28 * factor)
    tile = crop_pictures.mask_tile(made.swap.mask_cells[number].numpy(), inside, factor)
    return {"mask": encode.png_uri(tile), "mask_iou": made.mask_iou(number)}


def reading(made: crops.Crops) -> Reading:
    """How much of the learner's box RoIPool really pooled."""
    text = f"IoU of your box with what RoIPool pools at {made.level} (stride {made.stride:g})"
    return Reading(f"{made.overlaps()[0]:.2f}", "", text)


def question(made: crops.Crops) -> Question:
    """Which edge does RoIPool move farthest? Decided by the box and the level."""
    moved = made.shifts(0)
    farthest = [round(abs(shift), 1) for shift in moved]
    answer = farthest.index(max(farthest))
    said = ", ".join(f"{edge} {shift:+.1f} px" for edge, shift in zip(EDGES, moved, strict=True))
    why = f"RoIPool rounds each edge to a cell of {made.stride:g} px, and its last cell belongs to the box: {said}."
    tied = farthest.count(max(farthest)) > 1
    text = f"Your box at {made.level}: which of its edges does RoIPool move farthest?"
    text += " (Several tie: the first of them, as listed.)" if tied else ""
    return Question(text, [f"{edge} edge" for edge in EDGES], answer, why)


def numbers(made: crops.Crops) -> str:
    """The middle bin of RoIPool and of RoIAlign, multiplied out."""
    pool, _, align, _ = made.operators
    return crop_sums.worked(made.level, made.stride, pool, align)


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the lesson, for "Save the data"; settings as `update`'s."""
    from lecture_models.ops.roi_features import separable_weights

    settings = LESSON.defaults | settings
    made, bins = compute(**settings), settings["bins"]
    values = made.features[0]
    boxes = values.new_tensor([made.box])
    a_y, a_x = separable_weights(boxes, int(bins), 1 / made.stride, (values.shape[0], values.shape[1]))
    keys = ("roi_pool", "roi_warp", "roi_align", "roi_align_aligned")
    outputs = {key: made.operators[number].output[0].numpy() for number, key in enumerate(keys)}
    regions = {f"{key}_region": np.array(made.regions[number]) for number, key in enumerate(keys)}
    maps = {"features": values.numpy(), "A_y": a_y[0].numpy(), "A_x": a_x[0].numpy()}
    return {"box": np.array(made.box), **maps, **outputs, **regions}


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
            hint = "Drag the box or its corners, or use arrow keys. Green: true boxes."
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
        looks: dict[str, Any] = {"names": NAMES, "how": HOW, "colors": COLORS, "lut": color_table()}
        screen.board("board", "roiBoard", label="Four operators side by side", **looks)
        for ours, paper in (("ours_8", "paper_2d"), ("ours_16", "paper_2c")):
            with gr.Row(elem_classes=["roi-papers"]):
                screen.table(ours, f"Our ablation at stride {ours[5:]}")
                screen.table(paper, f"Mask R-CNN, table {paper[6:]}")


def color_table() -> list[str]:
    """The heat map's 256 colours, for the cells that the browser draws itself."""
    ramp = grids.heat(np.arange(256.0)[None])[0]
    return [style.hex_color(*color) for color in ramp.tolist()]


LESSON = Lesson(
    "roi_features",
    "A3",
    "Cropping features",
    "RoIPool rounds your box to whole cells and so pools the wrong pixels; RoIAlign rounds nothing.",
    __doc__,
    update,
    build,
    code=code,
    data=data,
)
