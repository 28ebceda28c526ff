r"""Both heads of a Faster or Mask R-CNN want features of one size, whatever the size of the box. So each box is
projected on the feature map, divided in bins, and each bin becomes one number. Four ways to do it:

| | box | bins | a bin's number |
|---|---|---|---|
| **RoIPool** (Girshick 2015, section 2.1) | snapped to cells | snapped to cells, so they overlap | maximum of its cells (RoIAvg: mean) |
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
another crop illustrates what they would get; it is *not* the ablation of the paper, in which each network is
trained anew with its own operator. The paper's numbers stand beside the drawing, with their source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np

from demos.figures import crops, encode, grids, style
from demos.ui import Box, Lesson, Panel, Panels, Question, Reading, Screen, Table
from demos.ui.checks import split_selection
from lecture_models import pictures

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace
    from lecture_models.nets.roi_swap import SwapTrace
    from lecture_models.ops.roi_features import PoolTrace, SampleTrace

NETWORK = "panoptic_fpn"
LEVELS = ("P2", "P3", "P4", "P5")
STRIDES = (4, 8, 16, 32)
MEAN = -1  # as a channel: the mean of all
BINS = (2, 3, 5, 7)
WAYS = (("max · mean", "usual"), ("max", "max"), ("mean", "mean"))  # RoIPool · the others
STAGE_HEIGHT = "clamp(220px, calc(100vh - 470px), 520px)"  # leaves room for the four operators below
EDGES = ("left", "top", "right", "bottom")
NAMES = ("RoIPool", "RoIWarp", "RoIAlign", "RoIAlign, aligned")
HOW = (
    "box snapped, bins snapped, maximum",
    "box snapped, bilinear samples",
    "nothing snapped; every box half a cell off",
    "nothing snapped, half a cell corrected",
)
COLORS = (style.CYCLE[1], style.CYCLE[3], style.CYCLE[2], style.CYCLE[0])
PAPER_2D = Table(
    head=("stride 32", "AP", "AP50", "AP75", "box AP"),
    rows=(
        ("RoIPool", "23.6", "46.5", "21.6", "28.2"),
        ("RoIAlign", "30.9", "51.8", "32.1", "34.0"),
        ("gain", "+7.3", "+5.3", "+10.5", "+5.8"),
    ),
    caption="Each network trained with its own operator: He et al. 2017, Mask R-CNN, table 2d (ResNet-50-C5, COCO).",
    source="paper",
    strong=(1,),
)
PAPER_2C = Table(
    head=("stride 16", "AP", "AP50", "AP75"),
    rows=(
        ("RoIPool, max", "26.9", "48.8", "26.4"),
        ("RoIWarp, max", "27.2", "49.2", "27.1"),
        ("RoIWarp, mean", "27.1", "48.9", "27.1"),
        ("RoIAlign, max", "30.2", "51.0", "31.8"),
        ("RoIAlign, mean", "30.3", "51.2", "31.5"),
    ),
    caption="Bilinear values alone do not help; leaving out the snapping does: the same paper, table 2c (ResNet-50-C4).",
    source="paper",
    strong=(4,),
)


@dataclass(frozen=True)
class Crops:
    """Everything that this lesson shows: one box of one picture, cropped by four operators."""

    picture: pictures.Picture
    network: RCNNTrace
    box: tuple[float, float, float, float]
    level: str
    native: str  # the level that the network itself would take for this box
    stride: float
    features: Any  # float [1, h, w]: the chosen channel, or the mean of all
    operators: tuple[PoolTrace, SampleTrace, SampleTrace, SampleTrace]
    swap: SwapTrace
    regions: tuple[tuple[float, float, float, float], ...]  # really pooled, four, picture pixels
    thing: int | None  # index of the true thing that the box overlaps most

    def truth(self) -> np.ndarray | None:
        """The true mask, bool [H, W], of the thing in the box; None where nothing is known or nothing lies there."""
        if self.thing is None or self.picture.scene is None:
            return None
        return np.asarray(self.picture.scene.instance == self.thing + 1)


def compute(picture: str, box: str, level: str, channel: int, bins: int, reduce: str) -> Crops:
    """One forward pass (kept), four crops of the shown channel, and the heads on four crops of all channels."""
    from lecture_models import zoo
    from lecture_models.nets import roi_swap

    shown = pictures.resolve(picture)
    trace = zoo.trace(NETWORK, shown.image)
    corners = place_box(box, shown)
    features = one_channel(trace.features[level], channel)
    asked = features.new_tensor(corners)
    stride = float(trace.strides[level])
    with zoo.using(NETWORK) as network:
        swap = roi_swap.trace_swap(network, trace, asked, level)
        native = roi_swap.level_of(network, asked, trace.scale)
    regions = tuple(tuple(region) for region in swap.pooled.tolist())
    operators = trace_operators(features, asked, bins, 1 / stride, reduce)
    thing = thing_in(corners, shown)
    return Crops(shown, trace, corners, level, native, stride, features, operators, swap, regions, thing)


def trace_operators(features: Any, box: Any, bins: int, scale: float, reduce: str) -> Any:
    """The four operators on one channel, each with everything on the way."""
    from lecture_models.ops import roi_features as ops

    pool, other = ("max", "mean") if reduce == "usual" else (reduce, reduce)
    return (
        ops.trace_roi_pool(features, box, bins, scale, pool),
        ops.trace_roi_warp(features, box, bins, scale, reduce=other),
        ops.trace_roi_align(features, box, bins, scale, reduce=other),
        ops.trace_roi_align(features, box, bins, scale, aligned=True, reduce=other),
    )


def one_channel(features: Any, channel: int) -> Any:
    """Float [1, h, w]: one channel of [C, h, w], or the mean of all."""
    if channel == MEAN:
        return features.mean(dim=0, keepdim=True)
    if channel >= len(features):
        raise ValueError(f"channel must be below {len(features)} for this network, got {channel}.")
    return features[channel : channel + 1]


def place_box(box: str, picture: pictures.Picture) -> tuple[float, float, float, float]:
    """The box's corners, cut to the picture; without a box, a large thing's, else the middle of the picture."""
    height, width = picture.image.shape[:2]
    x0, y0, x1, y1 = split_selection(box) or usual_box(picture)
    x0, x1 = max(x0, 0.0), min(x1, float(width))
    y0, y1 = max(y0, 0.0), min(y1, float(height))
    if x1 - x0 < 1 or y1 - y0 < 1:
        size = f"{width} × {height}"
        raise ValueError(
            f"box must cover at least one pixel of the picture ({size}), got {box}. Drag another box."
        )
    return x0, y0, x1, y1


def usual_box(picture: pictures.Picture) -> tuple[float, ...]:
    """A box to begin with: the largest thing that is not at the picture's rim, else its middle."""
    height, width = picture.image.shape[:2]
    things = picture.scene.things if picture.scene is not None else ()
    rim = min(height, width) / 12
    inner = [t for t in things if min(t.box[0], t.box[1], width - t.box[2], height - t.box[3]) > rim]
    if things:
        return tuple(max(inner or things, key=lambda thing: thing.area).box)
    return 0.3 * width, 0.3 * height, 0.7 * width, 0.7 * height


def thing_in(box: Sequence[float], picture: pictures.Picture) -> int | None:
    """Index of the true thing whose box overlaps most with ``box``, if by an IoU of 0.1 at least."""
    if picture.scene is None or not picture.scene.things:
        return None
    overlaps = [iou(box, thing.box) for thing in picture.scene.things]
    best = int(np.argmax(overlaps))
    return best if overlaps[best] >= 0.1 else None


def iou(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes.

    >>> iou((0, 0, 2, 2), (1, 0, 3, 2))
    0.3333333333333333
    """
    across, down = (
        min(one[2], other[2]) - max(one[0], other[0]),
        min(one[3], other[3]) - max(one[1], other[1]),
    )
    shared = max(across, 0.0) * max(down, 0.0)
    total = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (total - shared) if total > shared else 0.0


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
    level: str = "P4",
    channel: int = MEAN,
    bins: int = 3,
    reduce: str = "usual",
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
        "paper_2d": PAPER_2D,
        "paper_2c": PAPER_2C,
        "question": question(made),
        "numbers": numbers(made),
    }


def stage(made: Crops) -> Panels:
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
    legend = [("true box", style.TRUTH)] if things else []
    selection = ",".join(f"{side:.1f}" for side in made.box)
    base = encode.jpeg_uri(made.picture.image)
    return Panels(size=size, panels=[shown, features], base=base, legend=legend, selection=selection)


def board(made: Crops, bins: int, reduce: str) -> dict[str, Any]:
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
        "things": [list(thing.box) for thing in scene.things if min(sides(thing.box)) >= 8] if scene else [],
        "curves": stride_curves(),
        "strides": list(STRIDES),
    }


def sides(box: Sequence[float]) -> tuple[float, float]:
    """Width and height of a box."""
    return box[2] - box[0], box[3] - box[1]


def column(made: Crops, number: int) -> dict[str, Any]:
    """One operator: what it pooled, the ghost, and what the heads made of its crop."""
    region = crops.around(made.box, made.picture.image.shape[:2])
    pasted = crops.ghost(made.picture.image, made.box, made.regions[number], region)
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
    }
    if len(made.swap.mask_cells):
        found |= mask(made, number)
    return found


def mask(made: Crops, number: int) -> dict[str, Any]:
    """The 28 × 28 mask of one crop as a picture, and its IoU with the truth."""
    truth, factor = made.truth(), 8
    cells = made.swap.mask_cells[number].numpy()
    inside = None if truth is None else crops.inside_box(truth, made.box, 28 * factor)
    found: dict[str, Any] = {"mask": encode.png_uri(crops.mask_tile(cells, inside, factor))}
    if truth is not None:
        pasted = made.swap.masks[number].numpy() >= 0.5
        found["mask_iou"] = float((pasted & truth).sum() / max((pasted | truth).sum(), 1))
    return found


def reading(made: Crops) -> Reading:
    """How much of the learner's box RoIPool really pooled."""
    ious = [iou(made.box, region) for region in made.regions]
    names = ("RoIWarp", "RoIAlign, half a cell off", "RoIAlign, aligned")
    more = [(name, f"{value:.2f}") for name, value in zip(names, ious[1:], strict=True)]
    text = f"IoU of your box with what RoIPool pools at {made.level}"
    return Reading(f"{ious[0]:.2f}", "", text, more=more)


def shifts(made: Crops, number: int) -> list[float]:
    """How far each edge of the pooled region lies from the box's, in pixels: left, top, right, bottom."""
    return [pooled - asked for pooled, asked in zip(made.regions[number], made.box, strict=True)]


def question(made: Crops) -> Question:
    """Which edge does RoIPool move farthest? Decided by the box and the level."""
    moved = shifts(made, 0)
    answer = int(np.argmax(np.abs(moved)))
    said = ", ".join(f"{edge} {shift:+.1f} px" for edge, shift in zip(EDGES, moved, strict=True))
    why = f"RoIPool rounds each edge to a cell of {made.stride:g} px, and its last cell belongs to the box: {said}."
    text = f"Your box at {made.level}: which of its edges does RoIPool move farthest?"
    return Question(text, [f"{edge} edge" for edge in EDGES], answer, why)


def numbers(made: Crops) -> str:
    """The middle bin of RoIPool and of RoIAlign, multiplied out."""
    pool, align = made.operators[0], made.operators[2]
    row, column = (len(pool.row_bins) - 1) // 2, (len(pool.column_bins) - 1) // 2
    return "\n\n".join(
        [
            f"Level {made.level}, stride {made.stride:g}: your box {show(made.box, 1)} is {show(pool.exact_box.tolist(), 4)} in cells.",
            f"**RoIPool** snaps it to the cells {pool.snapped_box.tolist()} (first column, first row, last column, last row).",
            pool_sum(pool, row, column),
            f"**RoIAlign** divides it in bins with edges {show(align.column_edges.tolist(), 3)} across. One point of the same bin:",
            point_sum(align, row, column),
            bin_sum(align, row, column),
        ]
    )


def pool_sum(trace: PoolTrace, row: int, column: int) -> str:
    """One bin of RoIPool as Markdown."""
    values = trace.values(row, column).flatten().tolist()
    listed = ",\\ ".join(f"{value:.3f}" for value in values[:24]) + (
        ",\\ \\ldots" if len(values) > 24 else ""
    )
    name = r"\max" if trace.reduce == "max" else r"\operatorname{mean}"
    return f"Bin ({row}, {column}) holds {len(values)} cells: $${name}\\{{{listed}\\}} = {trace.output[0, row, column]:.4f}$$"


def point_sum(trace: SampleTrace, row: int, column: int) -> str:
    """One sampling point, its four neighbours and their weights, as Markdown."""
    x, y = trace.points[row, column, 0, 0].tolist()
    weights = trace.weights[row, column, 0, 0].tolist()
    rows, columns = trace.neighbours[row, column, 0, 0].T
    cells = trace.features[0, rows, columns].tolist()
    terms = " + ".join(f"{weight:.3f}\\cdot({cell:.3f})" for weight, cell in zip(weights, cells, strict=True))
    return f"$$f({x:.3f}, {y:.3f}) = {terms} = {trace.values[0, row, column, 0, 0]:.4f}$$"


def bin_sum(trace: SampleTrace, row: int, column: int) -> str:
    """The mean (or maximum) of one bin's points as Markdown."""
    values = [f"{value:.4f}" for value in trace.values[0, row, column].flatten().tolist()]
    result = f"{trace.output[0, row, column]:.4f}"
    if trace.reduce == "max":
        return "The largest of its points: $$\\max\\{" + ",\\ ".join(values) + f"\\}} = {result}$$"
    total = " + ".join(values)
    return f"The mean of its points: $$\\tfrac{{1}}{{{len(values)}}}({total}) = {result}$$"


def show(values: Sequence[float], digits: int) -> str:
    """Numbers of a box or of edges, as text."""
    return "[" + ", ".join(f"{value:.{digits}f}" for value in values) + "]"


def data(
    picture: str = "scene:42",
    box: str = "",
    level: str = "P4",
    channel: int = MEAN,
    bins: int = 3,
    reduce: str = "usual",
) -> dict[str, Any]:
    """The numbers behind the lesson, for "Save the data"."""
    from lecture_models.ops.roi_features import separable_weights

    made = compute(picture, box, level, int(channel), int(bins), reduce)
    values = made.features[0]
    boxes = values.new_tensor([made.box])
    a_y, a_x = separable_weights(boxes, int(bins), 1 / made.stride, (values.shape[0], values.shape[1]))
    keys = ("roi_pool", "roi_warp", "roi_align", "roi_align_aligned")
    outputs = {key: trace.output[0].numpy() for key, trace in zip(keys, made.operators, strict=True)}
    regions = dict(zip((f"{key}_region" for key in keys), map(np.array, made.regions), strict=True))
    return {
        "box": np.array(made.box),
        "features": values.numpy(),
        "A_y": a_y[0].numpy(),
        "A_x": a_x[0].numpy(),
        **outputs,
        **regions,
    }


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
            hint = "Drag the box or its corners, or use the arrow keys: everything below follows."
            look = {"columns": 2, "height": STAGE_HEIGHT, "hint": hint}
            screen.stage("stage", label="Box to crop", select="box", key="box", **look)
        with gr.Column(scale=1, min_width=200, elem_classes=["roi-settings"]):
            screen.control("bins", gr.Radio(list(BINS), value=3, label="Bins each way, as drawn"))
            screen.control("reduce", gr.Radio(list(WAYS), value="usual", label="A bin takes"))
            channel = gr.Slider(MEAN, 63, MEAN, step=1, label="Channel (−1: mean of all)", buttons=[])
            screen.control("channel", channel)
    with screen.right:
        screen.control("level", gr.Radio(list(LEVELS), value="P4", label="Level of the pyramid"))
        screen.reading("overlap")
    with screen.row:
        looks = {"names": NAMES, "how": HOW, "colors": COLORS, "lut": color_table()}
        screen.board("board", "roiBoard", label="Four operators side by side", **looks)
        with gr.Row(elem_classes=["roi-papers"]):
            screen.table("paper_2d", "Mask R-CNN, table 2d")
            screen.table("paper_2c", "Mask R-CNN, table 2c")


def color_table() -> list[str]:
    """The heat map's 256 colours, for the cells that the browser draws itself."""
    ramp = grids.heat(np.arange(256.0)[None])[0]
    return [style.hex_color(*color) for color in ramp.tolist()]


LESSON = Lesson(
    "roi_features",
    "A3",
    "Cropping features",
    "RoIPool rounds your box to whole cells, so it looks at another part of the picture; RoIAlign rounds nothing.",
    __doc__,
    update,
    build,
    code=code,
    data=data,
)
