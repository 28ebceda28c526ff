"""From two answers to one: instances and a label map merged so that each pixel has exactly one.

Kirillov et al. 2019, "Panoptic Segmentation", section 7: detections in order of score take the pixels that
no better one has taken, and are dropped where too little of them is left; stuff fills the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lecture_models.scenes.settings import STUFF, VOID


@dataclass(frozen=True)
class Segment:
    """One region of a panoptic map. ``score`` and ``detection`` (an index) are None for stuff."""

    id: int
    label: int
    score: float | None
    detection: int | None


@dataclass(frozen=True)
class Panoptic:
    """``label`` int64 [H, W] (255 = void), ``segment`` int32 [H, W] (0 = none), and the segments by id."""

    label: np.ndarray
    segment: np.ndarray
    segments: tuple[Segment, ...]


def merge_panoptic(
    labels: np.ndarray,
    scores: np.ndarray,
    masks: np.ndarray,
    stuff: np.ndarray,
    score_threshold: float = 0.5,
    overlap_threshold: float = 0.5,
    stuff_area: int = 64,
) -> Panoptic:
    """Merge instances and stuff.

    Args:
        labels: int [D], semantic numbers of the detections (4..8), sorted by falling score.
        scores: float [D].
        masks: bool [D, H, W].
        stuff: int [H, W], the most likely class of stuff of each pixel, 0..3; another number is no stuff.
        score_threshold: detections below it are not used.
        overlap_threshold: share of a mask that must still be free.
        stuff_area: pixels; a smaller stuff region is left void.

    Raises:
        ValueError: where the shapes do not belong together.
    """
    _check(labels, scores, masks, stuff)
    segment = np.zeros(stuff.shape, np.int32)
    label = np.full(stuff.shape, VOID, np.int64)
    segments: list[Segment] = []
    for index in np.flatnonzero(scores >= score_threshold):
        free = masks[index] & (segment == 0)
        if free.any() and free.sum() >= overlap_threshold * masks[index].sum():
            segments.append(Segment(len(segments) + 1, int(labels[index]), float(scores[index]), int(index)))
            segment[free], label[free] = len(segments), int(labels[index])
    for number in range(len(STUFF)):
        region = (segment == 0) & (stuff == number)
        if region.sum() >= stuff_area:
            segments.append(Segment(len(segments) + 1, number, None, None))
            segment[region], label[region] = len(segments), number
    return Panoptic(label, segment, tuple(segments))


def _check(labels: np.ndarray, scores: np.ndarray, masks: np.ndarray, stuff: np.ndarray) -> None:
    if not len(labels) == len(scores) == len(masks) or masks.shape[1:] != stuff.shape:
        raise ValueError(
            "labels [D], scores [D], masks [D, H, W] and stuff [H, W] must agree in D, H and W; got "
            f"{labels.shape}, {scores.shape}, {masks.shape} and {stuff.shape}."
        )
