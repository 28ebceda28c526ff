"""What the walk through Panoptic FPN asks: its maps, a cell's sums written out, and what each level carries.

torch is imported inside the functions, so that the page is up before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lecture_models import pictures, zoo
from lecture_models.cache import KEPT, soon
from lecture_models.studies import panoptic

if TYPE_CHECKING:
    from lecture_models.nets.pyramid_walk import WalkTrace
    from lecture_models.nets.rcnn_trace import RCNNTrace

LEVELS = ("P2", "P3", "P4", "P5")
STRIDES = (4, 8, 16, 32)
SIZES = ("small", "medium", "large")
TERMS = 3
"""Products of a dot product that are written out."""
BYTES = 2000


@dataclass(frozen=True)
class Cell:
    """One cell of one level, one channel: the sum of the pyramid written out.

    Args:
        level: from 0 for P2.
        place: (x, y) in cells.
        channel: of the level.
        terms: (input channel, weight, value) of the largest products of the lateral convolution.
        rest: the sum of the other products.
        bias, above, total: the other numbers; ``above`` is None at the top.
        source: the coarser level's cell that ``above`` is read from.
    """

    level: int
    place: tuple[int, int]
    channel: int
    terms: tuple[tuple[int, float, float], ...]
    rest: float
    bias: float
    above: float | None
    source: tuple[int, int] | None
    total: float

    @property
    def lateral(self) -> float:
        """The 1 × 1 convolution's value."""
        return sum(w * v for _, w, v in self.terms) + self.rest + self.bias


@dataclass(frozen=True)
class Joined:
    """The semantic branch at a cell of stride 4: one channel's four terms and their sum."""

    place: tuple[int, int]
    channel: int
    terms: tuple[float, ...]

    @property
    def total(self) -> float:
        """Their sum."""
        return sum(self.terms)


@dataclass(frozen=True)
class Scored:
    """What the network reaches on one picture: AP of masks by size, mean IoU, PQ, in 0..1; None where unknown."""

    off: str
    ap: tuple[float | None, ...]
    miou: float | None
    pq: float | None


@dataclass(frozen=True, eq=False)
class Walked:
    """A picture's walk, the chosen cell, and the crops of each level.

    Args:
        picture: what was looked at.
        walk: its maps.
        point: the chosen pixel.
        cell: the chosen level's cell there.
        joined: the semantic branch there.
        crops: detections that are cropped from each level, for the masks.
        off: the level that is switched off, or "".
        map: panoptic map as trained, and with the level off (the same where none is).
        scores: as trained and without each level; None while they are computed or without a truth.
    """

    picture: pictures.Picture
    walk: WalkTrace
    point: tuple[int, int]
    cell: Cell
    joined: Joined
    crops: tuple[int, ...]
    off: str
    map: tuple[panoptic.Merged, panoptic.Merged]
    scores: tuple[Scored, ...] | None


def walked(key: str, point: Sequence[float], level: str = "P3", channel: int = -1, off: str = "") -> Walked:
    """The walk of a picture.

    Args:
        key: of the picture.
        point: (x, y), or empty for a pixel of the largest instance.
        level: P2 to P5, whose sum is written out.
        channel: of the level; -1 takes the one with the largest sum there.
        off: a level that is zero for both branches, or empty.
    """
    shown = pictures.resolve(key)
    made = panoptic.merged(key)
    trace = walk_of(shown)
    height, width = shown.image.shape[:2]
    x, y = (int(part) for part in point) if point else panoptic.usual_point(made)
    x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    number = LEVELS.index(level)
    without = made if not off else panoptic.judged(shown, silenced(shown, off), panoptic.USUAL)
    scores = soon(("panoptic scores", shown.key), lambda: scored(shown), size=lambda _: BYTES)
    return Walked(
        picture=shown,
        walk=trace,
        point=(x, y),
        cell=cell(trace, number, (x // STRIDES[number], y // STRIDES[number]), channel),
        joined=joined(trace, (x // 4, y // 4)),
        crops=crops(made.network),
        off=off,
        map=(made, without),
        scores=scores,
    )


def walk_of(shown: pictures.Picture) -> WalkTrace:
    """The maps of a picture; kept."""
    zoo.load(panoptic.NETWORK)  # before a GPU is asked for
    return KEPT.get(("panoptic walk", shown.key), lambda: _walk(shown.image))


@zoo.gpu
def _walk(image: np.ndarray) -> WalkTrace:
    from lecture_models.nets.pyramid_walk import walk

    with zoo.using(panoptic.NETWORK) as network:
        return walk(network, image)  # type: ignore[arg-type]


def silenced(shown: pictures.Picture, off: str) -> RCNNTrace:
    """The trace with a level at zero; kept."""
    zoo.load(panoptic.NETWORK)
    return KEPT.get(("panoptic without", shown.key, off), lambda: _without(shown.image, off))


@zoo.gpu
def _without(image: np.ndarray, off: str) -> Any:
    from lecture_models.nets.pyramid_walk import without

    with zoo.using(panoptic.NETWORK) as network:
        return without(network, image, off)  # type: ignore[arg-type]


def cell(trace: WalkTrace, level: int, place: tuple[int, int], channel: int = -1) -> Cell:
    """A cell's sum written out; the cell (x, y) is brought inside the map."""
    sums, bottom = trace.sums[level], trace.bottom[level]
    x, y = min(place[0], sums.shape[2] - 1), min(place[1], sums.shape[1] - 1)
    chosen = channel if 0 <= channel < len(sums) else int(sums[:, y, x].abs().argmax())
    weights, values = trace.weights[level][chosen].double(), bottom[:, y, x].double()
    products = weights * values
    order = products.abs().argsort(descending=True)[:TERMS].tolist()
    terms = tuple((k, float(weights[k]), float(values[k])) for k in order)
    rest = float(products.sum() - products[order].sum())
    source, above = None, None
    if level + 1 < len(trace.sums):
        coarse = trace.sums[level + 1]
        source = x * coarse.shape[2] // sums.shape[2], y * coarse.shape[1] // sums.shape[1]
        above = float(coarse[chosen, source[1], source[0]])
    bias, total = float(trace.biases[level][chosen]), float(sums[chosen, y, x])
    return Cell(level, (x, y), chosen, terms, rest, bias, above, source, total)


def joined(trace: WalkTrace, place: tuple[int, int]) -> Joined:
    """The semantic branch's sum at a cell of stride 4, in the channel where it is largest."""
    ways = [stage[-1] for stage in trace.stages]
    x, y = min(place[0], ways[0].shape[2] - 1), min(place[1], ways[0].shape[1] - 1)
    channel = int(trace.joined[:, y, x].argmax())
    return Joined((x, y), channel, tuple(float(way[channel, y, x]) for way in ways))


def crops(trace: RCNNTrace) -> tuple[int, ...]:
    """Detections of a score of at least ½ whose masks are cropped from each level, by the FPN paper's rule."""
    with zoo.using(panoptic.NETWORK) as network:
        pool: Any = network.roi_heads.mask_roi_pool  # type: ignore[union-attr]
        boxes = trace.boxes[trace.scores >= panoptic.CONFIDENCE]
        levels = pool.map_levels([boxes.to(next(network.parameters()).device)]) if len(boxes) else []
    return tuple(int(sum(int(one) == k for one in levels)) for k in range(len(LEVELS)))


def scored(shown: pictures.Picture) -> tuple[Scored, ...]:
    """AP by size, mean IoU and PQ as trained and without each level; empty of a photograph."""
    if shown.scene is None:
        return ()
    usual = zoo.trace(panoptic.NETWORK, shown.image)
    runs = [("", usual), *((off, silenced(shown, off)) for off in LEVELS)]
    return tuple(_score(shown, off, trace) for off, trace in runs)


def _score(shown: pictures.Picture, off: str, trace: RCNNTrace) -> Scored:
    from lecture_models.evaluation import instances_of
    from lecture_models.evaluation.detection import AveragePrecision, Detections
    from lecture_models.evaluation.segmentation import MeanIoU
    from lecture_models.scenes import CLASSES, THINGS

    assert shown.scene is not None
    assert trace.semantic_labels is not None
    precision, regions = AveragePrecision(THINGS), MeanIoU(CLASSES)
    found = trace.boxes.numpy(), trace.labels.numpy() - 1, trace.scores.numpy(), trace.binary_masks
    precision.update(instances_of(shown.scene), Detections(*found))
    regions.update(trace.semantic_labels, shown.scene.semantic)
    sizes = precision.compute()["by_size"]
    quality = panoptic.judged(shown, trace, panoptic.USUAL).quality
    return Scored(
        off,
        tuple(sizes[name]["mask_ap"] for name in SIZES),
        regions.compute()["miou"],
        quality.pq if quality else None,
    )
