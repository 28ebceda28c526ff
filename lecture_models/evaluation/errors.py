"""What went wrong, error by error: each false positive and each missed instance gets exactly one name.

After TIDE, which names errors by the overlap of a false positive with the truth: t_f = 0.5 makes a match, below
t_b = 0.1 there is nothing. Two of its names are divided here, since masks tell more than boxes: its localization
error is a *poor box* or a *poor mask*, and what one mask did to several things, or several masks to one, is
*merged* or *split*. Its "both" (wrong class, and overlap in [0.1, 0.5)) counts as *wrong class*.

Bolya, Foley, Hays and Hoffman 2020, "TIDE: A General Toolbox for Identifying Object Detection Errors", ECCV,
section 2.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .detection import Detections, Instances
from .matching import NOTHING, Matching, match_masks

LEAST = 0.1
"""TIDE's t_b: less overlap than this is none."""
LARGE = 64.0
"""Pixels: a missed instance whose visible area is at least LARGE² has the greatest severity, 1."""

RULES: Mapping[str, str] = {
    "missed": "no detection explains why this instance was not found",
    "duplicate": "mask IoU at least 0.5 with an instance of its class that a surer detection has already taken",
    "merged": "one mask covers more than half of two or more instances, one of its class at least",
    "split": "two or more masks of its class each cover another part of one instance",
    "wrong class": "it overlaps an instance of another class: mask IoU at least 0.5, or 0.1 where nothing else applies",
    "poor box": "right class, mask IoU from 0.1 to 0.5, and the box is no better: box IoU below 0.5",
    "poor mask": "right class, box IoU at least 0.5, and yet mask IoU below 0.5",
    "background": "mask IoU below 0.1 with every instance",
}
"""The eight classes in the order in which they are shown, each with its rule in one sentence."""


BELOW = "a detection of mask IoU at least 0.5 saw it, but its score is below the threshold"
"""The rule of a missed instance that another threshold would have found."""


def rule_of(kind: str, below: float) -> str:
    """The rule of an error in one sentence; `below` as in :class:`Error`."""
    return BELOW if below > 0 else RULES[kind]


@dataclass(frozen=True)
class Error:
    """One false positive or one missed instance.

    Args:
        kind: a key of RULES.
        detections: indices into what the network found, the main one first; for a missed instance the detection
            that explains it, if one does.
        truths: indices of the true instances it is about, the main one first; for a missed instance itself.
        false_positive: which of the two it is.
        mask_iou: of the first detection and the first instance, 0 where one is absent.
        box_iou: the same of their boxes.
        severity: 0..1, for "worst first": the score of a false positive, since a sure mistake is worse; for a
            missed instance √(visible pixels) / 64, at most 1, since a large thing is missed with less excuse.
        below: for a missed instance the best score of a detection of its class with mask IoU of at least 0.5 that
            the score threshold left out, else 0.
    """

    kind: str
    detections: tuple[int, ...]
    truths: tuple[int, ...]
    false_positive: bool
    mask_iou: float
    box_iou: float
    severity: float
    below: float = 0.0

    @property
    def rule(self) -> str:
        """The rule of its class in one sentence."""
        return rule_of(self.kind, self.below)


@dataclass(frozen=True)
class Errors:
    """All errors of one picture at one IoU and one score threshold.

    Args:
        items: the errors, false positives by falling score first, then missed instances in the truth's order.
        matching: what belongs to what.
    """

    items: tuple[Error, ...]
    matching: Matching

    @property
    def true_positives(self) -> int:
        """Detections that belong to an instance."""
        return int((self.matching.truth >= 0).sum())

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """For each class of errors (false positives, missed instances)."""
        return {
            kind: (
                sum(one.kind == kind and one.false_positive for one in self.items),
                sum(one.kind == kind and not one.false_positive for one in self.items),
            )
            for kind in RULES
        }

    @property
    def incidents(self) -> tuple[tuple[Error, ...], ...]:
        """Errors that have one cause, together, worst first: a false positive and the instances that it explains.

        Each error is in exactly one of them; its first is the one to show.
        """
        missed: dict[int, list[Error]] = {}
        alone, heads = [], [one for one in self.items if one.false_positive]
        causes = {one.detections[0] for one in heads}
        for one in self.items[len(heads) :]:
            if one.detections and one.detections[0] in causes:
                missed.setdefault(one.detections[0], []).append(one)
            else:
                alone.append((one,))
        together = [(head, *missed.get(head.detections[0], ())) for head in heads]
        return tuple(sorted([*together, *alone], key=lambda group: -group[0].severity))


def classify_errors(truth: Instances, found: Detections, iou: float = 0.5, score: float = 0.5) -> Errors:
    """Give each false positive and each missed instance of a picture exactly one class.

    Detections of at least `score` are matched as :func:`matching.match_masks` says. The counts of all classes
    add up to false positives plus missed instances. Of a false positive d, the first rule that holds decides:

    1. duplicate: mask IoU ≥ `iou` with an instance of its class (which a surer detection has taken).
    2. wrong class: mask IoU ≥ `iou` with an instance of another class.
    3. merged: d covers more than half of each of two or more instances, one of its class at least, and at least
       0.1 of d lies on them.
    4. split: more than half of d lies on one instance of its class, of which it covers at least 0.1; the same
       holds for another detection of that class, and the two share at most half of the smaller one.
    5. poor mask, or 6. poor box: the instance of its class with the largest mask IoU (at equal ones, box IoU) has
       mask IoU ≥ 0.1: poor mask if their box IoU ≥ `iou`, else poor box. Below mask IoU 0.1 it is a poor mask
       if an instance of its class has box IoU ≥ `iou`.
    7. wrong class: mask IoU ≥ 0.1 with an instance of another class.
    8. background: everything else.

    Of a missed instance t, the first that holds decides:

    1. A false positive of rules 2 to 7 is about t: t gets its class; of several, that of the largest mask IoU.
    2. merged: a detection, right or wrong, covers more than half of t and of another instance, and one of those
       that it covers is of its class.
    3. missed: everything else.

    Args:
        truth: True instances of a picture; void as in :class:`detection.AveragePrecision`.
        found: What the network says of it.
        iou: Least mask IoU of a match, above LEAST.
        score: Detections below it do not count.

    Raises:
        ValueError: `iou` or `score` is out of range.

    >>> masks = np.zeros((2, 8, 8), bool); masks[0, :4], masks[1, 4:] = True, True
    >>> boxes, labels = np.array([[0.0, 0, 8, 4], [0, 4, 8, 8]]), np.array([0, 0])
    >>> one = Detections(boxes[:1], labels[:1], np.array([0.9]), masks[:1])
    >>> [(error.kind, error.truths) for error in classify_errors(Instances(boxes, labels, masks), one).items]
    [('missed', (1,))]
    """
    if not LEAST < iou <= 1:
        raise ValueError(f"iou is above {LEAST} and at most 1; got {iou!r}.")
    made = match_masks(truth, found, iou, score)
    wrong = [_false_positive(made, int(k), iou, found) for k in np.flatnonzero(made.truth == NOTHING)]
    gone = [_missed(made, int(t), wrong, truth, found, iou) for t in made.missed]
    return Errors((*wrong, *gone), made)


def _false_positive(made: Matching, k: int, iou: float, found: Detections) -> Error:
    """The class of the k-th kept detection, by the eight rules in their order."""
    kind, truths, others = _judge(made, k, iou)
    first = truths[0] if truths else None
    return Error(
        kind=kind,
        detections=tuple(int(made.kept[one]) for one in (k, *others)),
        truths=truths,
        false_positive=True,
        mask_iou=0.0 if first is None else float(made.mask_iou[k, first]),
        box_iou=0.0 if first is None else float(made.box_iou[k, first]),
        severity=float(found.scores[made.kept[k]]),
    )


Verdict = tuple[str, tuple[int, ...], tuple[int, ...]]
"""Class of an error, the instances it is about, further detections that have part in it."""


def _judge(made: Matching, k: int, iou: float) -> Verdict:
    own = made.same[k]
    mine, others = (np.where(which, made.mask_iou[k], 0.0) for which in (own, ~own))
    if mine.max(initial=0.0) >= iou:
        best = int(mine.argmax())
        return "duplicate", (best,), tuple(int(one) for one in np.flatnonzero(made.truth == best))
    if others.max(initial=0.0) >= iou:
        return "wrong class", (int(others.argmax()),), ()
    swallowed = _swallowed(made, k)
    if len(swallowed) and made.inside[k, swallowed].sum() >= LEAST:
        return "merged", tuple(int(one) for one in swallowed), ()
    return _split(made, k) or _located(made, k, mine, iou) or _strange(others)


def _swallowed(made: Matching, k: int) -> np.ndarray:
    """Instances of which a detection covers more than half, the most first; none unless two, one of its class."""
    covered = made.covered[k]
    order = np.argsort(-covered, kind="stable")
    order = order[covered[order] > 0.5]
    return order if len(order) > 1 and made.same[k, order].any() else order[:0]


def _split(made: Matching, k: int) -> Verdict | None:
    """Whether a detection is one of several parts of an instance of its class."""
    part = made.same & (made.inside > 0.5) & (made.covered >= LEAST)
    for t in np.flatnonzero(part[k]):
        smaller = np.minimum(made.found_area[k], made.found_area)
        apart = part[:, t] & (2 * made.overlaps[k] <= smaller)
        apart[k] = False
        if apart.any():
            return "split", (int(t),), tuple(int(one) for one in np.flatnonzero(apart))
    return None


def _located(made: Matching, k: int, mine: np.ndarray, iou: float) -> Verdict | None:
    """Poor mask or poor box: right class, roughly the right place."""
    boxes = np.where(made.same[k], made.box_iou[k], 0.0)
    if not len(mine):
        return None
    best = int(np.lexsort((boxes, mine))[-1])
    if mine[best] >= LEAST:
        return "poor mask" if boxes[best] >= iou else "poor box", (best,), ()
    return ("poor mask", (int(boxes.argmax()),), ()) if boxes.max() >= iou else None


def _strange(others: np.ndarray) -> Verdict:
    """Overlap with another class, or with nothing."""
    if others.max(initial=0.0) >= LEAST:
        return "wrong class", (int(others.argmax()),), ()
    return "background", (), ()


def _missed(
    made: Matching, t: int, wrong: list[Error], truth: Instances, found: Detections, iou: float
) -> Error:
    """The class of a missed instance: that of the false positive that is about it, merged, or missed."""
    place = {int(detection): k for k, detection in enumerate(made.kept)}
    about = [place[one.detections[0]] for one in wrong if t in one.truths]
    kinds = {place[one.detections[0]]: one.kind for one in wrong}
    k, kind = None, "missed"
    if about:
        k = max(about, key=lambda one: made.mask_iou[one, t])
        kind = kinds[k]
    else:
        over = [one for one in range(len(made.kept)) if t in _swallowed(made, one)]
        if over:
            k, kind = max(over, key=lambda one: made.covered[one, t]), "merged"
    return Error(
        kind=kind,
        detections=() if k is None else (int(made.kept[k]),),
        truths=(t,),
        false_positive=False,
        mask_iou=0.0 if k is None else float(made.mask_iou[k, t]),
        box_iou=0.0 if k is None else float(made.box_iou[k, t]),
        severity=min(1.0, float(np.sqrt(made.true_area[t])) / LARGE),
        below=_below(made, t, truth, found, iou) if kind == "missed" else 0.0,
    )


def _below(made: Matching, t: int, truth: Instances, found: Detections, iou: float) -> float:
    """Best score of a left-out detection that would have found an instance."""
    rest = np.setdiff1d(np.flatnonzero(found.labels == truth.labels[t]), made.kept)
    masks, mask = found.masks[rest], truth.masks[t]
    hit = (masks & mask).sum((1, 2)) >= iou * np.maximum((masks | mask).sum((1, 2)), 1)
    return float(found.scores[rest][hit].max(initial=0.0))
