"""One sentence for the end of an anchor, with the numbers that decided it."""

from __future__ import annotations

from collections.abc import Callable

from .fates import (
    BELOW_TOP_K,
    LOW_CLASS_SCORE,
    LOW_OBJECTNESS,
    OVER_DETECTION_LIMIT,
    OVER_PROPOSAL_LIMIT,
    SUPPRESSED_IN_CLASS,
    SUPPRESSED_IN_RPN,
    SURVIVED,
    TOO_SMALL,
    TOO_SMALL_REFINED,
    FatesTrace,
)
from .record import RCNNRecord
from .stages import StagesTrace


def prob(value: float) -> str:
    """A probability as it is read: two digits, more where it is small or close to one.

    >>> prob(0.5), prob(0.0123), prob(0.9987), prob(0.00001), prob(0.99999)
    ('0.50', '0.012', '0.9987', 'below 0.0001', 'over 0.9999')
    """
    if value < 0.0001 or value > 0.9999:
        return "below 0.0001" if value < 0.0001 else "over 0.9999"
    digits = 2 if 0.1 <= value <= 0.99 else 3 if 0.001 <= value <= 0.995 else 4
    return f"{value:.{digits}f}"


def deciding(value: float, limit: float) -> str:
    """A number as it is read beside the limit that it was held against: with as many digits as tell the two apart.

    >>> deciding(0.8512, 0.7), deciding(0.70004, 0.7)
    ('0.85', '0.70004')
    """
    told = (f"{value:.{digits}f}" for digits in range(2, 8))
    return next((text for text in told if float(text) != limit), f"{value:.8g}")


class Telling:
    """What a sentence is made of: one anchor, and all that is known of the run."""

    def __init__(self, anchor: int, record: RCNNRecord, stages: StagesTrace, fates: FatesTrace) -> None:
        self.anchor, self.record, self.stages, self.fates = anchor, record, stages, fates
        self.limits = stages.limits
        self.classes = stages.class_probs.shape[1]
        self.name = record.class_name(int(fates.candidate[anchor]) % self.classes)
        self.score = prob(float(fates.score[anchor]))
        self.iou = float(fates.iou[anchor])
        self.suppressor = int(fates.suppressor[anchor])

    def rank(self) -> tuple[int, int, str]:
        """The anchor's place by objectness in its level, from 1; how many there are; the level."""
        level = int(self.record.anchor_levels[self.anchor])
        mine = self.record.objectness[self.record.anchor_levels == level]
        place = int((mine > self.record.objectness[self.anchor]).sum()) + 1
        return place, len(mine), self.record.levels[level]

    def sides(self) -> str:
        """Width and height of its last box."""
        x0, y0, x1, y1 = self.fates.boxes[self.anchor].tolist()
        return f"{x1 - x0:.2g} × {y1 - y0:.2g} pixels"


def fate_sentence(anchor: int, record: RCNNRecord, stages: StagesTrace, fates: FatesTrace) -> str:
    """Why this anchor ended, or what it became, in one sentence."""
    return _SENTENCES[int(fates.fate[anchor])](Telling(anchor, record, stages, fates))


def _below_top_k(t: Telling) -> str:
    place, count, level = t.rank()
    best = t.limits.pre_nms_top_n
    return f"Number {place:,} of {count:,} by objectness ({t.score}) in {level}: the best {best:,} went on."


def _too_small(t: Telling) -> str:
    return f"Clipped to the picture, {t.sides()} were left of it, less than a box needs."


def _low_objectness(t: Telling) -> str:
    limit = t.limits.objectness
    return f"Its objectness was {deciding(float(t.fates.score[t.anchor]), limit)}, below {limit:g}."


def _suppressed_in_rpn(t: Telling) -> str:
    other = prob(float(t.record.objectness[t.suppressor].sigmoid()))
    limit = t.limits.rpn_nms_iou
    text = f"A box of its level with objectness {other} (its own {t.score}) overlaps it"
    return f"{text} with IoU {deciding(t.iou, limit)}, above {limit:g}."


def _over_proposal_limit(t: Telling) -> str:
    alive = t.stages.rpn.unsuppressed
    place = int((alive == t.anchor).nonzero()[0, 0]) + 1
    limit = f"only the best {t.limits.post_nms_top_n:,} became proposals"
    return f"Nobody suppressed it, but it was number {place:,} of {len(alive):,} by objectness: {limit}."


def _low_class_score(t: Telling) -> str:
    background = prob(
        float(t.stages.class_probs.flatten()[t.fates.candidate[t.anchor] // t.classes * t.classes])
    )
    text = f"Its best class was {t.name} with {t.score}, not above {t.limits.score_threshold:g}"
    return f"{text} (background: {background})."


def _too_small_refined(t: Telling) -> str:
    return f"Its box as {t.name} ({t.score}) shrank to {t.sides()}."


def _suppressed_in_class(t: Telling) -> str:
    other = prob(float(t.stages.class_probs.flatten()[t.suppressor]))
    limit = t.limits.box_nms_iou
    text = f"A better {t.name} ({other} against {t.score}) overlaps it with IoU {deciding(t.iou, limit)}"
    return f"{text}, above {limit:g}."


def _over_detection_limit(t: Telling) -> str:
    place = int((t.stages.unsuppressed == t.fates.candidate[t.anchor]).nonzero()[0, 0]) + 1
    return f"A {t.name} with {t.score}, number {place:,} by score: a picture keeps {t.limits.detections:,}."


def _survived(t: Telling) -> str:
    return f"It lives: detection {int(t.fates.detection[t.anchor]) + 1}, {t.name} with {t.score}."


_SENTENCES: dict[int, Callable[[Telling], str]] = {
    BELOW_TOP_K: _below_top_k,
    TOO_SMALL: _too_small,
    LOW_OBJECTNESS: _low_objectness,
    SUPPRESSED_IN_RPN: _suppressed_in_rpn,
    OVER_PROPOSAL_LIMIT: _over_proposal_limit,
    LOW_CLASS_SCORE: _low_class_score,
    TOO_SMALL_REFINED: _too_small_refined,
    SUPPRESSED_IN_CLASS: _suppressed_in_class,
    OVER_DETECTION_LIMIT: _over_detection_limit,
    SURVIVED: _survived,
}
