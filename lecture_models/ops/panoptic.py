"""From two answers to one: instances and a label map merged so that each pixel has exactly one.

Kirillov et al. 2019, "Panoptic Segmentation", section 7, as panopticapi has it: instances in order of falling score
take the pixels that no better one has taken, and are rejected where too much of them is taken already; stuff fills the
rest, and a class of stuff of which too little is left stays void: the black pixels of a panoptic map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lecture_models.scenes.settings import STUFF, VOID

CONFIDENCE, OVERLAP = 0.5, 0.5
"""panopticapi's thresholds: the least score, and the most of a mask that may be taken already."""
COCO_STUFF_AREA = 64 * 64
"""Pixels of a class of stuff that panopticapi asks for, in COCO's pictures of about 640 × 480."""
STUFF_AREA = 64
"""The same for the lecture's scenes of 256 × 256: a smaller share, since a scene's stuff is exact to the pixel."""

Verdict = Literal["pasted", "score", "overlap", "nothing"]
"""What became of an instance: pasted, or rejected since its score is below, its overlap above, or nothing is left."""


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

    @property
    def void(self) -> int:
        """Pixels that nobody has taken."""
        return int((self.segment == 0).sum())


@dataclass(frozen=True)
class Candidate:
    """An instance before the merge, and what became of it.

    Args:
        detection: its index among the detections.
        label: semantic number.
        score: 0..1.
        area: pixels of its mask.
        taken: pixels of the mask that better instances had taken when its turn came.
        verdict: one of :data:`Verdict`.
        segment: its id in the merged map; 0 if it was rejected.
    """

    detection: int
    label: int
    score: float
    area: int
    taken: int
    verdict: Verdict
    segment: int

    @property
    def overlap(self) -> float:
        """Share of the mask that was taken, 0..1."""
        return self.taken / self.area if self.area else 1.0


@dataclass(frozen=True)
class Fill:
    """A class of stuff: the pixels that are left for it, and its id in the merged map; 0 if they become void."""

    label: int
    area: int
    segment: int


@dataclass(frozen=True)
class MergeTrace:
    """The trial, case by case: instances by falling score, then stuff; and the map that is left in the end."""

    candidates: tuple[Candidate, ...]
    fills: tuple[Fill, ...]
    merged: Panoptic


def merge(
    labels: np.ndarray,
    scores: np.ndarray,
    masks: np.ndarray,
    stuff: np.ndarray,
    confidence: float = CONFIDENCE,
    overlap: float = OVERLAP,
    stuff_area: int = STUFF_AREA,
) -> Panoptic:
    """Merge instances and stuff by panopticapi's rule.

    At ``overlap`` 1 panopticapi keeps an instance of which nothing is left, as a segment without a pixel, which its own
    evaluation then refuses; here it is rejected.

    Args:
        labels: int [D], semantic numbers of the instances (4..8).
        scores: float [D]; equal ones keep their order.
        masks: bool [D, H, W].
        stuff: int [H, W], the class of stuff of each pixel, 0..3; another number is no stuff.
        confidence: instances of a lower score are rejected.
        overlap: so are those of whose mask a larger share is taken already, 0..1.
        stuff_area: pixels; a class of stuff that has fewer left is void.

    Raises:
        ValueError: where the shapes do not belong together.

    >>> masks = np.array([[[True, True, False, False]], [[False, True, True, False]]])
    >>> merge(np.array([4, 5]), np.array([0.9, 0.8]), masks, np.full((1, 4), 1), stuff_area=1).segment
    array([[1, 1, 2, 3]], dtype=int32)
    """
    return trace_merge(labels, scores, masks, stuff, confidence, overlap, stuff_area).merged


def trace_merge(
    labels: np.ndarray,
    scores: np.ndarray,
    masks: np.ndarray,
    stuff: np.ndarray,
    confidence: float = CONFIDENCE,
    overlap: float = OVERLAP,
    stuff_area: int = STUFF_AREA,
) -> MergeTrace:
    """The merge with every decision kept; arguments and errors are those of :func:`merge`.

    >>> masks = np.ones((2, 1, 4), bool)
    >>> trace = trace_merge(np.array([4, 4]), np.array([0.9, 0.8]), masks, np.zeros((1, 4)))
    >>> [(one.verdict, one.overlap) for one in trace.candidates]
    [('pasted', 0.0), ('nothing', 1.0)]
    """
    _check(labels, scores, masks, stuff)
    segment = np.zeros(stuff.shape, np.int32)
    label = np.full(stuff.shape, VOID, np.int64)
    segments: list[Segment] = []

    def give(place: np.ndarray, number: int, score: float | None, detection: int | None) -> int:
        segments.append(Segment(len(segments) + 1, number, score, detection))
        segment[place], label[place] = len(segments), number
        return len(segments)

    candidates = []
    for index in np.argsort(-np.asarray(scores), kind="stable").tolist():
        mask, number, score = masks[index], int(labels[index]), float(scores[index])
        free = mask & (segment == 0)
        area, left = int(mask.sum()), int(free.sum())
        verdict = _judge(score, area, left, confidence, overlap)
        given = give(free, number, score, index) if verdict == "pasted" else 0
        candidates.append(Candidate(index, number, score, area, area - left, verdict, given))
    fills = []
    for number in range(len(STUFF)):
        region = (segment == 0) & (stuff == number)
        left = int(region.sum())
        fills.append(
            Fill(number, left, give(region, number, None, None) if left >= max(stuff_area, 1) else 0)
        )
    return MergeTrace(tuple(candidates), tuple(fills), Panoptic(label, segment, tuple(segments)))


def _judge(score: float, area: int, left: int, confidence: float, overlap: float) -> Verdict:
    """What becomes of an instance with so many of its pixels left."""
    if score < confidence:
        return "score"
    if not left:
        return "nothing"
    return "overlap" if (area - left) / area > overlap else "pasted"


def _check(labels: np.ndarray, scores: np.ndarray, masks: np.ndarray, stuff: np.ndarray) -> None:
    if not len(labels) == len(scores) == len(masks) or masks.shape[1:] != stuff.shape:
        raise ValueError(
            "labels [D], scores [D], masks [D, H, W] and stuff [H, W] must agree in D, H and W; got "
            f"{labels.shape}, {scores.shape}, {masks.shape} and {stuff.shape}."
        )
