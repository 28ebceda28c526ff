"""Single fates, told: those at a place of the picture, and the one behind a thing that was missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torchvision.ops import box_iou

from .fate_sentences import fate_sentence
from .fates import FATES, SURVIVED, FatesTrace
from .record import RCNNRecord
from .stages import StagesTrace

LISTED = 6  # anchors of each fate that a place shows
MATCH = 0.5  # IoU from which a box is about a thing

XYXY = tuple[float, ...]


@dataclass(frozen=True)
class Fate:
    """One anchor from its first box to its last; boxes in picture pixels."""

    anchor: int
    level: str
    kind: str  # one of FATES
    anchor_box: XYXY
    box: XYXY  # at the end
    name: str  # of the class that came farthest; "" before the box head
    score: float  # class score, or objectness before the box head
    suppressor_box: XYXY | None
    iou: float
    sentence: str


@dataclass(frozen=True)
class PlaceFates:
    """The anchors whose last box contains a point: how many of each fate, and the best of each."""

    point: tuple[float, float]
    counts: dict[str, int]  # all of them, by kind
    fates: tuple[Fate, ...]  # those that came farthest first, then by score; at most LISTED of a fate

    @property
    def total(self) -> int:
        """How many there are in truth."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Missed:
    """A true thing that no detection found, and the box that was lost with it."""

    thing: int  # its number among the true things
    fate: Fate
    iou: float  # of the lost box with the thing


def fates_at(
    point: tuple[float, float],
    record: RCNNRecord,
    stages: StagesTrace,
    fates: FatesTrace,
    listed: int = LISTED,
) -> PlaceFates:
    """What became of the anchors at a point (x, y): of all whose box, where it ended, contains the point.

    Args:
        point: (x, y), picture pixels.
        record: of the picture.
        stages: of the record, under some settings.
        fates: of both.
        listed: at most so many anchors of each fate.
    """
    x, y = point
    x0, y0, x1, y1 = fates.boxes.unbind(1)
    here = ((x0 <= x) & (x < x1) & (y0 <= y) & (y < y1)).nonzero()[:, 0]
    counts = fates.fate[here].bincount(minlength=len(FATES)).tolist()
    chosen: list[int] = []
    for kind in reversed(range(len(FATES))):
        mine = here[fates.fate[here] == kind]
        chosen += mine[fates.score[mine].argsort(descending=True)[:listed]].tolist()
    told = tuple(tell_fate(anchor, record, stages, fates) for anchor in chosen)
    return PlaceFates((float(x), float(y)), dict(zip(FATES, counts, strict=True)), told)


def fate_of_missed(
    record: RCNNRecord,
    stages: StagesTrace,
    fates: FatesTrace,
    truth_boxes: Tensor | Sequence[Sequence[float]],
    truth_labels: Tensor | Sequence[int],
) -> Missed | None:
    """The best box that was lost although a true thing needed it.

    A true thing is missed if no detection of its class reaches IoU 0.5 with it. Of the boxes that were lost, the one
    with the highest IoU with a missed thing is taken, if that is at least 0.5. What counts is its decoded and clipped
    box, or its refined box once it was a proposal. None if there is no such box.

    Args:
        record: of the picture.
        stages: of the record, under some settings.
        fates: of both.
        truth_boxes: float [G, 4], picture pixels.
        truth_labels: int [G], detection labels.
    """
    truth = torch.as_tensor(truth_boxes, dtype=torch.float32).reshape(-1, 4)
    labels = torch.as_tensor(truth_labels, dtype=torch.int64).reshape(-1)
    matches = (box_iou(truth, stages.boxes) >= MATCH) & (labels[:, None] == stages.labels)
    missed = (~matches.any(1)).nonzero()[:, 0]
    lost = (fates.fate != SURVIVED).nonzero()[:, 0]
    if not len(missed) or not len(lost):
        return None
    boxes = torch.where((fates.candidate >= 0)[:, None], fates.boxes, record.in_picture(record.clipped))
    ious = box_iou(truth[missed], boxes[lost])
    best = int(ious.argmax())
    iou = float(ious.flatten()[best])
    if iou < MATCH:
        return None
    row, column = divmod(best, len(lost))
    return Missed(int(missed[row]), tell_fate(int(lost[column]), record, stages, fates), iou)


def tell_fate(anchor: int, record: RCNNRecord, stages: StagesTrace, fates: FatesTrace) -> Fate:
    """One anchor's fate, told."""
    candidate = int(fates.candidate[anchor])
    label = candidate % stages.class_probs.shape[1] if candidate >= 0 else 0
    return Fate(
        anchor=anchor,
        level=record.levels[int(record.anchor_levels[anchor])],
        kind=FATES[int(fates.fate[anchor])],
        anchor_box=_box(record.in_picture(record.anchors[anchor])),
        box=_box(fates.boxes[anchor]),
        name=record.class_name(label) if label else "",
        score=float(fates.score[anchor]),
        suppressor_box=_suppressor_box(anchor, record, stages, fates),
        iou=float(fates.iou[anchor]),
        sentence=fate_sentence(anchor, record, stages, fates),
    )


def _box(box: Tensor) -> XYXY:
    return tuple(box.tolist())


def _suppressor_box(anchor: int, record: RCNNRecord, stages: StagesTrace, fates: FatesTrace) -> XYXY | None:
    suppressor = int(fates.suppressor[anchor])
    if suppressor < 0:
        return None
    if fates.candidate[anchor] >= 0:
        return _box(stages.class_boxes.flatten(0, 1)[suppressor])
    return _box(record.in_picture(record.clipped[suppressor]))
