"""Panoptic quality of one picture, with every match, mistake and excuse kept.

PQ = Σ IoU(matches) / (TP + ½ FP + ½ FN) = SQ · RQ by class, then the mean over the classes that occur (Kirillov et al.
2019, "Panoptic Segmentation", section 4). Over many pictures ``evaluation.panoptic.PanopticQuality`` counts; this is
the same count for one, where it can be looked at.

Where references differ, panopticapi's rules hold here:

- pixels that the *truth* leaves open (void) are taken out of a predicted segment before its IoU;
- pixels that the *prediction* leaves open stay in the union, and so cost; torchmetrics takes them out;
- a crowd, true things that nobody told apart, is never matched and never missed;
- an unmatched predicted segment of which more than half lies in void or in a crowd of its class is no mistake.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lecture_models.segments import Segments, overlaps

MATCH = 0.5
"""A match needs a larger IoU than this: then it is the only one that either segment can have."""


@dataclass(frozen=True)
class Pair:
    """A predicted and a true segment of one class that share pixels: their numbers, the shared pixels, the union."""

    predicted: int
    true: int
    shared: int
    union: int

    @property
    def iou(self) -> float:
        """Shared pixels as a share of the union."""
        return self.shared / self.union


@dataclass(frozen=True)
class Quality:
    """Counts of one class: matches, false positives, false negatives, and the sum of the matches' IoU."""

    tp: int
    fp: int
    fn: int
    iou: float

    @property
    def weight(self) -> float:
        """TP + ½ FP + ½ FN."""
        return self.tp + (self.fp + self.fn) / 2

    @property
    def pq(self) -> float | None:
        """Panoptic quality; None where the class neither is nor is predicted."""
        return self.iou / self.weight if self.weight else None

    @property
    def sq(self) -> float | None:
        """Segmentation quality: the mean IoU of the matches, 0 without one."""
        return None if not self.weight else self.iou / self.tp if self.tp else 0.0

    @property
    def rq(self) -> float | None:
        """Recognition quality: an F1 score of finding segments."""
        return self.tp / self.weight if self.weight else None


@dataclass(frozen=True)
class QualityTrace:
    """One picture's segments and what became of them; numbers are those of the two maps.

    Args:
        matches: pairs whose IoU is above the threshold.
        near: pairs of one class that share pixels and do not match, the largest IoU first.
        false_positives: predicted segments without a match.
        false_negatives: true segments without a match.
        excused: unmatched predicted segments that lie in void or a crowd, with the share that does.
        crowds: true segments that are crowds.
        by_class: counts by class name.
        things: names of classes whose segments are counted one by one.
    """

    matches: tuple[Pair, ...]
    near: tuple[Pair, ...]
    false_positives: tuple[int, ...]
    false_negatives: tuple[int, ...]
    excused: tuple[tuple[int, float], ...]
    crowds: tuple[int, ...]
    by_class: dict[str, Quality]
    things: frozenset[str]

    def mean(self, what: str = "pq", things: bool | None = None) -> float | None:
        """Mean over the classes that occur of "pq", "sq" or "rq"; of things alone, or of stuff alone."""
        chosen = [
            one for name, one in self.by_class.items() if things is None or things == (name in self.things)
        ]
        values = [value for one in chosen if (value := getattr(one, what)) is not None]
        return sum(values) / len(values) if values else None

    @cached_property
    def pq(self) -> float | None:
        """Mean over the classes that occur."""
        return self.mean()


def panoptic_quality(
    prediction: Segments, truth: Segments, crowds: Collection[int] = (), threshold: float = MATCH
) -> float | None:
    """Panoptic quality of one picture, 0..1; None where there is no segment at all.

    Args:
        prediction: segments, 0 where the prediction leaves a pixel open; numbers that no pixel has are ignored.
        truth: segments, 0 where nobody knows (void).
        crowds: numbers of true segments that are crowds.
        threshold: a match has a larger IoU; below ½ the better pairs are taken first, each segment once.

    Raises:
        ValueError: the maps differ in shape.

    Examples:
        >>> truth = Segments(np.array([[1, 1, 1, 2, 2, 2]]), ("road", "ball"), (False, True))
        >>> said = Segments(np.array([[1, 1, 2, 2, 2, 2]]), ("road", "ball"), (False, True))
        >>> panoptic_quality(said, truth)  # (2/3 + 3/4) / 2
        0.708...
    """
    return trace_panoptic_quality(prediction, truth, crowds, threshold).pq


def trace_panoptic_quality(
    prediction: Segments, truth: Segments, crowds: Collection[int] = (), threshold: float = MATCH
) -> QualityTrace:
    """The same with every match and mistake; arguments and errors are those of :func:`panoptic_quality`."""
    if prediction.map.shape != truth.map.shape:
        raise ValueError(
            "Prediction and truth must be maps of one shape; got "
            f"{prediction.map.shape} and {truth.map.shape}. Give two maps of one picture."
        )
    shared = overlaps(prediction, truth)
    said, true = shared.sum(1), shared.sum(0)  # areas by number
    pairs = _pairs(prediction, truth, shared, crowds)
    matches = _matched(pairs, threshold)
    taken = {pair.predicted for pair in matches}, {pair.true for pair in matches}
    missed = [t for t in _numbers(true) if t not in taken[1] and t not in crowds]
    alone = [p for p in _numbers(said) if p not in taken[0]]
    excuse = {p: _excused(p, prediction, truth, shared, crowds) / said[p] for p in alone}
    wrong = [p for p in alone if excuse[p] <= MATCH]
    names = dict.fromkeys([*truth.names, *prediction.names])
    by_class = {
        name: Quality(
            sum(truth.names[pair.true - 1] == name for pair in matches),
            sum(prediction.names[p - 1] == name for p in wrong),
            sum(truth.names[t - 1] == name for t in missed),
            sum(pair.iou for pair in matches if truth.names[pair.true - 1] == name),
        )
        for name in names
    }
    return QualityTrace(
        matches=matches,
        near=tuple(pair for pair in pairs if pair not in matches),
        false_positives=tuple(wrong),
        false_negatives=tuple(missed),
        excused=tuple((p, float(excuse[p])) for p in alone if excuse[p] > MATCH),
        crowds=tuple(sorted(crowds)),
        by_class=by_class,
        things=frozenset(
            name
            for one in (truth, prediction)
            for name, thing in zip(one.names, one.things, strict=True)
            if thing
        ),
    )


def _numbers(areas: np.ndarray) -> list[int]:
    """Numbers of the segments that have a pixel; 0 is none."""
    return [int(number) for number in np.flatnonzero(areas) if number]


def _pairs(
    prediction: Segments, truth: Segments, shared: np.ndarray, crowds: Collection[int]
) -> tuple[Pair, ...]:
    """Pairs of one class that share a pixel, the largest IoU first."""
    said, true = shared.sum(1), shared.sum(0)
    found = [
        Pair(int(p), int(t), int(shared[p, t]), int(said[p] - shared[p, 0] + true[t] - shared[p, t]))
        for p, t in zip(*np.nonzero(shared), strict=True)
        if p and t and t not in crowds and prediction.names[p - 1] == truth.names[t - 1]
    ]
    return tuple(sorted(found, key=lambda pair: -pair.iou))


def _matched(pairs: Collection[Pair], threshold: float) -> tuple[Pair, ...]:
    """Pairs above the threshold, the better ones first, each segment once; above ½ nothing is left to choose."""
    matches: list[Pair] = []
    for pair in pairs:
        free = all(pair.predicted != one.predicted and pair.true != one.true for one in matches)
        if pair.iou > threshold and free:
            matches.append(pair)
    return tuple(matches)


def _excused(
    number: int, prediction: Segments, truth: Segments, shared: np.ndarray, crowds: Collection[int]
) -> int:
    """Pixels of a predicted segment that lie in void or in a crowd of its class."""
    own = [t for t in crowds if truth.names[t - 1] == prediction.names[number - 1]]
    return int(shared[number, 0] + shared[number, own].sum())
