"""What the browser gets of the walk through the pyramid: maps of one channel, level by level, and the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode, style
from demos.figures.maps import Map, small

if TYPE_CHECKING:
    from lecture_models.nets.pyramid_walk import Part
    from lecture_models.segments import Segments
    from lecture_models.studies.panoptic import Merged
    from lecture_models.studies.panoptic_walk import Cell, Joined, Scored, Walked

LEVELS = ("P2", "P3", "P4", "P5")
CELLS = 64
"""Cells of the longer side of a map as it is drawn."""


@dataclass(frozen=True)
class Level:
    """One level: maps of the shown channel, of the bottom the mean; detections cropped from it; the semantic way."""

    name: str
    stride: int
    bottom: Map
    lateral: Map
    above: Map | None
    total: Map
    out: Map
    way: Map
    crops: int
    stages: Sequence[Map]


@dataclass(frozen=True)
class Painted:
    """A panoptic map, packed, with a colour for each segment."""

    map: Mapping[str, Any]
    colors: Sequence[str]


@dataclass(frozen=True)
class Walk:
    """The walk; ``merged`` are the panoptic maps as trained and with ``off`` at zero, packed, with their colours."""

    picture: str
    size: tuple[int, int]
    point: tuple[int, int]
    levels: Sequence[Level]
    cell: Cell
    lateral: float
    joined: Joined
    sum: float
    whole: Map
    parts: Sequence[Part]
    scores: Sequence[Scored]
    merged: Sequence[Painted]
    off: str
    coming: bool
    message: str


def walk(made: Walked, message: str) -> Walk:
    """The board of the walk."""
    trace, channel = made.walk, made.cell.channel
    span = ends(np.concatenate([one[channel].numpy().ravel() for one in trace.sums]))
    joined = trace.joined[made.joined.channel].numpy()
    mean = trace.joined.mean(0).numpy()
    levels = [
        _level(made, k, (span, ends(joined, False), (0.0, float(mean.max())))) for k in range(len(LEVELS))
    ]
    height, width = made.picture.image.shape[:2]
    return Walk(
        picture=encode.jpeg_uri(made.picture.image),
        size=(height, width),
        point=made.point,
        levels=levels,
        cell=made.cell,
        lateral=made.cell.lateral,
        joined=made.joined,
        sum=made.joined.total,
        whole=drawn(mean, trace.joined.shape, (0.0, float(mean.max()))),
        parts=trace.parts,
        scores=made.scores or (),
        merged=[painted(one.prediction, one) for one in made.map],
        off=made.off,
        coming=made.scores is None,
        message=message,
    )


Span = tuple[float, float]


def _level(made: Walked, k: int, spans: tuple[Span, Span, Span]) -> Level:
    """One level's maps in shared colours: of the sums, of the semantic branch’s channel, and of its means."""
    trace, channel, (span, warm, cool) = made.walk, made.cell.channel, spans
    above, way = trace.above(k), trace.stages[k][-1]
    bottom, out = trace.bottom[k].mean(0).numpy(), trace.maps[k][channel].numpy()
    total, shape = trace.sums[k][channel].numpy(), trace.sums[k].shape
    return Level(
        name=LEVELS[k],
        stride=4 << k,
        bottom=drawn(bottom, trace.bottom[k].shape, ends(bottom, False)),
        lateral=drawn(trace.lateral(k)[channel].numpy(), shape, span),
        above=None if above is None else drawn(above[channel].numpy(), shape, span),
        total=drawn(total, shape, span),
        out=drawn(out, shape, ends(out)),
        way=drawn(way[made.joined.channel].numpy(), way.shape, warm),
        crops=made.crops[k],
        stages=[_stage(one, cool) for one in trace.stages[k]],
    )


def _stage(maps: Any, span: Span) -> Map:
    """The mean of a stage's channels; of a smaller map in its own scale."""
    values = maps.mean(0).numpy()
    return drawn(values, maps.shape, span if max(values.shape) >= CELLS else ends(values, False))


def painted(said: Segments, made: Merged) -> Painted:
    """A panoptic map for the browser."""
    numbers = {one.segment: made.numbers[one.detection] for one in made.trial.candidates if one.segment}
    colors = [
        style.instance_color(name, numbers[k] - 1) if k in numbers else style.class_color(name)
        for k, name in enumerate(said.names, start=1)
    ]
    return Painted(encode.pack_indices(said.map), colors)


def ends(values: np.ndarray, signed: bool = True) -> tuple[float, float]:
    """The ends of a colour scale: alike on both sides of 0, or the values' own."""
    if signed:
        limit = max(float(np.abs(values).max()), 1e-6)
        return -limit, limit
    return float(values.min()), max(float(values.max()), float(values.min()) + 1e-6)


def drawn(values: np.ndarray, shape: Sequence[int], span: tuple[float, float]) -> Map:
    """A map for the browser."""
    channels, height, width = shape
    return small(values, (channels, height, width), span, CELLS)
