"""Single lives out of the obituaries: those at a place of the picture, and the best that ended wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torchvision.ops import box_iou

from . import obituaries as fates
from .epitaphs import class_name, epitaph
from .obituaries import FATES, Obituaries
from .record import RCNNRecord
from .stages import StagesTrace

LISTED = 6  # lives of each fate that a place shows
MATCH = 0.5  # IoU from which a box is about a thing

XYXY = tuple[float, ...]


@dataclass(frozen=True)
class Life:
    """One anchor from its birth to its end; boxes in picture pixels."""

    anchor: int
    level: str
    anchor_box: XYXY
    decoded: XYXY  # after its deltas, clipped
    box: XYXY  # at the end
    objectness: float  # probability
    fate: str
    name: str  # of the class that came farthest; "" before the box head
    score: float  # class score, or objectness before the box head
    killer_box: XYXY | None
    iou: float
    sentence: str


@dataclass(frozen=True)
class Place:
    """The lives whose last box contains a point: how many of each fate, and the best of each."""

    point: tuple[float, float]
    counts: dict[str, int]  # all of them, by fate
    lives: tuple[Life, ...]  # those that came farthest first, then by score; at most LISTED of a fate

    @property
    def total(self) -> int:
        """How many there are in truth."""
        return sum(self.counts.values())


def at_place(
    point: tuple[float, float],
    record: RCNNRecord,
    stages: StagesTrace,
    ends: Obituaries,
    listed: int = LISTED,
) -> Place:
    """Who lived at a point (x, y): every anchor whose box, at the stage at which it ended, contains the point.

    Args:
        point: (x, y), picture pixels.
        record: of the picture.
        stages: of the record, under some settings.
        ends: the obituaries of both.
        listed: at most so many lives of each fate.
    """
    x, y = point
    x0, y0, x1, y1 = ends.boxes.unbind(1)
    here = ((x0 <= x) & (x < x1) & (y0 <= y) & (y < y1)).nonzero()[:, 0]
    counts = ends.fate[here].bincount(minlength=len(FATES)).tolist()
    chosen: list[int] = []
    for fate in reversed(range(len(FATES))):
        mine = here[ends.fate[here] == fate]
        chosen += mine[ends.score[mine].argsort(descending=True)[:listed]].tolist()
    lives = tuple(life(anchor, record, stages, ends) for anchor in chosen)
    return Place((float(x), float(y)), dict(zip(FATES, counts, strict=True)), lives)


def wrongly_killed(
    record: RCNNRecord,
    stages: StagesTrace,
    ends: Obituaries,
    truth_boxes: Tensor | Sequence[Sequence[float]],
    truth_labels: Tensor | Sequence[int],
) -> tuple[Life, int, float] | None:
    """The best box that died although a true thing needed it: (its life, the thing's number, their IoU).

    A true thing is missed if no detection of its class reaches IoU 0.5 with it. Of the boxes that died, the one with
    the highest IoU with a missed thing is taken, if that is at least 0.5. What counts is its decoded and clipped
    box, or its refined box once it was a proposal. None if nobody was wronged.

    Args:
        record: of the picture.
        stages: of the record, under some settings.
        ends: the obituaries of both.
        truth_boxes: float [G, 4], picture pixels.
        truth_labels: int [G], detection labels.
    """
    truth = torch.as_tensor(truth_boxes, dtype=torch.float32).reshape(-1, 4)
    labels = torch.as_tensor(truth_labels, dtype=torch.int64).reshape(-1)
    matches = (box_iou(truth, stages.boxes) >= MATCH) & (labels[:, None] == stages.labels)
    missed = (~matches.any(1)).nonzero()[:, 0]
    dead = (ends.fate != fates.SURVIVED).nonzero()[:, 0]
    if not len(missed) or not len(dead):
        return None
    boxes = torch.where((ends.candidate >= 0)[:, None], ends.boxes, record.in_picture(record.clipped))
    ious = box_iou(truth[missed], boxes[dead])
    best = int(ious.argmax())
    iou = float(ious.flatten()[best])
    if iou < MATCH:
        return None
    row, column = divmod(best, len(dead))
    return life(int(dead[column]), record, stages, ends), int(missed[row]), iou


def life(anchor: int, record: RCNNRecord, stages: StagesTrace, ends: Obituaries) -> Life:
    """One anchor's life, told."""
    candidate = int(ends.candidate[anchor])
    label = candidate % stages.class_probs.shape[1] if candidate >= 0 else 0
    return Life(
        anchor=anchor,
        level=record.levels[int(record.anchor_levels[anchor])],
        anchor_box=_box(record.in_picture(record.anchors[anchor])),
        decoded=_box(record.in_picture(record.clipped[anchor])),
        box=_box(ends.boxes[anchor]),
        objectness=float(record.objectness[anchor].sigmoid()),
        fate=FATES[int(ends.fate[anchor])],
        name=class_name(record, label) if label else "",
        score=float(ends.score[anchor]),
        killer_box=_killer_box(anchor, record, stages, ends),
        iou=float(ends.iou[anchor]),
        sentence=epitaph(anchor, record, stages, ends),
    )


def _box(box: Tensor) -> XYXY:
    return tuple(box.tolist())


def _killer_box(anchor: int, record: RCNNRecord, stages: StagesTrace, ends: Obituaries) -> XYXY | None:
    killer = int(ends.killer[anchor])
    if killer < 0:
        return None
    if ends.candidate[anchor] >= 0:
        return _box(stages.class_boxes.flatten(0, 1)[killer])
    return _box(record.in_picture(record.clipped[killer]))
