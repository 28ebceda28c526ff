"""One box of one picture, cropped by four operators: what each pools, and what the network's heads make of it.

torch is imported inside the functions, so that the page is up before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lecture_models import pictures, zoo
from lecture_models.boxes import iou
from lecture_models.cache import KEPT

if TYPE_CHECKING:
    from torch import Tensor

    from lecture_models.nets.rcnn_trace import RCNNTrace
    from lecture_models.nets.roi_swap import SwapTrace
    from lecture_models.ops.roi_features import PoolTrace, SampleTrace
    from lecture_models.scenes import Thing

MEAN = -1  # as a channel: the mean of all
LEAST_AREA = 64  # visible pixels of a thing that takes part in the average over a scene
SAME_THING = 0.1  # IoU from which a box is about a thing
NETWORK = "panoptic_fpn"
LEVELS = ("P2", "P3", "P4", "P5")
STRIDES = (4, 8, 16, 32)
CENTRED = (40, 41, 42)  # scenes on which it is measured where cells lie
REMEMBERED = 64  # averages over a scene, four numbers each

Bins = Literal["usual", "max", "mean"]
XYXY = tuple[float, float, float, float]


@dataclass(frozen=True)
class Crops:
    """One box of one picture, cropped by RoIPool, RoIWarp, RoIAlign and aligned RoIAlign, in this order."""

    picture: pictures.Picture
    network: RCNNTrace
    box: XYXY
    level: str
    native: str  # the level that the network itself would take for this box
    stride: float
    features: Tensor  # float [1, h, w]: the chosen channel, or the mean of all
    operators: tuple[PoolTrace, SampleTrace, SampleTrace, SampleTrace]
    swap: SwapTrace
    thing: int | None  # index of the true thing that the box overlaps most
    average: tuple[int, tuple[float, ...]] | None  # over how many true boxes, mean mask IoU of each operator
    centre: float  # where this level's cells lie: cell i's centre at i + centre
    regions: tuple[XYXY, ...]  # what each operator really pooled, in picture pixels
    rounded: (
        XYXY  # what RoIPool's rounding alone makes of the box, without the rest of its first and last cells
    )

    @property
    def things(self) -> list[Thing]:
        """The scene's true things that are large enough to crop; none of a photograph."""
        scene = self.picture.scene
        return [thing for thing in scene.things if thing.area >= LEAST_AREA] if scene is not None else []

    def overlaps(self) -> list[float]:
        """IoU of the box with what each operator really pooled."""
        return [iou(self.box, region) for region in self.regions]

    def rounding(self) -> float:
        """IoU of the box with what RoIPool's rounding alone makes of it."""
        return iou(self.box, self.rounded)

    def shifts(self, operator: int) -> list[float]:
        """How far each edge of the pooled region lies from the box's, pixels: left, top, right, bottom."""
        return [pooled - asked for pooled, asked in zip(self.regions[operator], self.box, strict=True)]

    def mask_iou(self, operator: int) -> float | None:
        """IoU of one crop's mask with the true one; None where there is no truth or no mask."""
        truth = self.truth()
        if truth is None or not len(self.swap.masks):
            return None
        mask = self.swap.masks[operator].numpy() >= 0.5
        return float((mask & truth).sum() / max((mask | truth).sum(), 1))

    def truth(self) -> np.ndarray | None:
        """The true mask, bool [H, W], of the thing in the box; None where there is none or nothing is known."""
        if self.thing is None or self.picture.scene is None:
            return None
        return np.asarray(self.picture.scene.instance == self.thing + 1)


def study(
    picture: pictures.Picture,
    name: str,
    box: Sequence[float],
    level: str,
    channel: int = MEAN,
    bins: int = 7,
    reduce: Bins = "usual",
) -> Crops:
    """Crop one box of a picture four ways: one channel with traces, all channels for the network's heads.

    Args:
        picture: from `pictures.resolve`.
        name: a detection network of the zoo; it runs once a picture.
        box: x0, y0, x1, y1 in picture pixels; empty takes `usual_box`.
        level: such as "P3".
        channel: the channel to trace, or `MEAN`.
        bins: bins each way of the traces; the heads get 7 × 7 and 14 × 14.
        reduce: "usual" is the maximum for RoIPool and the mean for the others.

    Raises:
        ValueError: no such level or channel, or the box misses the picture.
    """
    trace = zoo.trace(name, picture.image)
    corners = place_box(box, picture)
    if level not in trace.features:
        raise ValueError(
            f"level must be one of {', '.join(trace.features)}, got {level!r}. Choose one of them."
        )
    features, stride = one_channel(trace.features[level], channel), float(trace.strides[level])
    asked = features.new_tensor(corners)
    key = ("swap", name, picture.key, corners, level)
    swap, native = KEPT.get(key, lambda: _swap(name, trace, asked, level), size=lambda kept: kept[0].nbytes)
    return Crops(
        picture=picture,
        network=trace,
        box=corners,
        level=level,
        native=native,
        stride=stride,
        features=features,
        operators=trace_operators(features, asked, bins, 1 / stride, reduce),
        swap=swap,
        thing=thing_in(corners, picture),
        average=scene_average(picture.key, name, level) if picture.scene is not None else None,
        **pooled(asked, stride, trace.features[level], level),
    )


def pooled(box: Tensor, stride: float, features: Tensor, level: str) -> dict[str, Any]:
    """Where the level's cells lie, and with that what the four operators pool, and what rounding alone would."""
    from lecture_models.nets.roi_swap import four_regions
    from lecture_models.ops.roi_box import pooled_box

    centre, size = cell_centres()[level], (features.shape[1], features.shape[2])
    regions = four_regions(box, 1 / stride, size, centre)
    rounded = pooled_box(box[None], "roi_pool", 1 / stride, size=size, centre=centre, whole_cells=False)
    return {
        "centre": centre,
        "regions": tuple(map(tuple, regions.tolist())),
        "rounded": tuple(rounded[0].tolist()),
    }


@cache
def cell_centres() -> dict[str, float]:
    """Where the cells of each level lie in the picture, measured on some scenes; see `nets.cell_centres`."""
    from lecture_models.nets.cell_centres import measured_centres

    shown = [pictures.resolve(f"scene:{seed}").image for seed in CENTRED]
    network: Any = zoo.load(NETWORK)
    return dict(zip(LEVELS, measured_centres(network.backbone, shown), strict=True))


@lru_cache(maxsize=REMEMBERED)
def scene_average(key: str, name: str, level: str) -> tuple[int, tuple[float, ...]] | None:
    """All true boxes of a scene instead of one: how many, and the mean mask IoU with each operator."""
    import torch

    shown = pictures.resolve(key)
    trace = zoo.trace(name, shown.image)
    if shown.scene is None or not len(trace.mask_cells):
        return None
    things = [(number, thing) for number, thing in enumerate(shown.scene.things)]
    things = [(n, t) for n, t in things if t.area >= LEAST_AREA and t.name in trace.classes]
    if not things:
        return None
    boxes = torch.tensor([thing.box for _, thing in things], dtype=torch.float32)
    labels = torch.tensor([trace.classes.index(thing.name) for _, thing in things])
    truths = torch.from_numpy(np.stack([shown.scene.instance == number + 1 for number, _ in things]))
    return len(things), _mean_mask_ious(name, trace, boxes, labels, truths, level)


@lru_cache(maxsize=1)
def stride_curves() -> dict[str, tuple[float, ...]]:
    """Mean IoU of 4,000 random boxes with what is pooled of them, for each of ``STRIDES``, cells where they lie."""
    from lecture_models.ops.roi_box import mean_pooled_iou

    centres = list(cell_centres().values())
    return {
        "roi_pool": mean_pooled_iou("roi_pool", STRIDES, centres=centres),
        "roi_align": mean_pooled_iou("roi_align", STRIDES, centres=centres),
        "roi_align_aligned": mean_pooled_iou("roi_align", STRIDES, aligned=True, centres=centres),
    }


@zoo.gpu
def _swap(name: str, trace: RCNNTrace, box: Tensor, level: str) -> tuple[SwapTrace, str]:
    """The heads on four crops of a box, and the level that the network itself would have taken."""
    from lecture_models.nets import roi_swap

    with zoo.using(name) as network:
        return roi_swap.trace_swap(network, trace, box, level), roi_swap.level_of(network, box, trace.scale)


@zoo.gpu
def _mean_mask_ious(
    name: str, trace: RCNNTrace, boxes: Tensor, labels: Tensor, truths: Tensor, level: str
) -> tuple[float, ...]:
    from lecture_models.nets import roi_swap

    with zoo.using(name) as network:
        return roi_swap.mean_mask_ious(network, trace, boxes, labels, truths, level)


def trace_operators(
    features: Tensor, box: Tensor, bins: int, scale: float, reduce: Bins
) -> tuple[PoolTrace, SampleTrace, SampleTrace, SampleTrace]:
    """The four operators on one channel, each with everything on the way."""
    from lecture_models.ops import roi_features as ops

    pool: Literal["max", "mean"] = "max" if reduce == "usual" else reduce
    other: Literal["max", "mean"] = "mean" if reduce == "usual" else reduce
    return (
        ops.trace_roi_pool(features, box, bins, scale, pool),
        ops.trace_roi_warp(features, box, bins, scale, reduce=other),
        ops.trace_roi_align(features, box, bins, scale, reduce=other),
        ops.trace_roi_align(features, box, bins, scale, aligned=True, reduce=other),
    )


def one_channel(features: Tensor, channel: int) -> Tensor:
    """Float [1, h, w]: one channel of [C, h, w], or the mean of all."""
    if channel == MEAN:
        return features.mean(dim=0, keepdim=True)
    if not 0 <= channel < len(features):
        raise ValueError(
            f"channel must be from 0 to {len(features) - 1}, or {MEAN} for the mean, got {channel}."
        )
    return features[channel : channel + 1]


def place_box(box: Sequence[float], picture: pictures.Picture) -> XYXY:
    """The box's corners, cut to the picture; without a box, a large thing's, else the middle of the picture."""
    height, width = picture.image.shape[:2]
    x0, y0, x1, y1 = box or usual_box(picture)
    x0, x1 = max(x0, 0.0), min(x1, float(width))
    y0, y1 = max(y0, 0.0), min(y1, float(height))
    if x1 - x0 < 1 or y1 - y0 < 1:
        size = f"{width} × {height}"
        raise ValueError(
            f"box must cover at least one pixel of the picture ({size}), got {list(box)}. Drag another box."
        )
    return x0, y0, x1, y1


def usual_box(picture: pictures.Picture) -> XYXY:
    """A box to begin with: the largest thing that is not at the picture's rim, else its middle."""
    height, width = picture.image.shape[:2]
    things = picture.scene.things if picture.scene is not None else ()
    rim = min(height, width) / 12
    inner = [t for t in things if min(t.box[0], t.box[1], width - t.box[2], height - t.box[3]) > rim]
    if things:
        x0, y0, x1, y1 = max(inner or things, key=lambda thing: thing.area).box
        return x0, y0, x1, y1
    return 0.3 * width, 0.3 * height, 0.7 * width, 0.7 * height


def thing_in(box: Sequence[float], picture: pictures.Picture) -> int | None:
    """Index of the true thing whose box overlaps most with ``box``, if by `SAME_THING` at least."""
    if picture.scene is None or not picture.scene.things:
        return None
    overlaps = [iou(box, thing.box) for thing in picture.scene.things]
    best = int(np.argmax(overlaps))
    return best if overlaps[best] >= SAME_THING else None
