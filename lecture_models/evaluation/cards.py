"""Errors as cards: each cut out of its picture with its truth, the worst of each class kept, the rest forgotten."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, fields
from itertools import count

import numpy as np

from .comparison import Comparison
from .errors import RULES, Error, rule_of

MARGIN = 0.35
"""Room around an error, as a share of its longer side."""
LEAST_SIDE = 40
"""Pixels: least side of a cutting."""
KEPT = 6
"""Cards kept of each class of errors."""


@dataclass(frozen=True)
class Card:
    """One error, and those that it explains, cut out of its picture; region [h, w].

    Args:
        kind: class of the error, a key of RULES.
        seed: of its scene.
        false_positive: whether it is a detection that is wrong; else a true instance that was not found.
        place: number of the incident in its picture, from 0, the worst first.
        severity: 0..1, see :class:`errors.Error`.
        costs: errors that it stands for: itself and the missed instances that it explains.
        found: class and score of each detection that has part in it, the main one first.
        true: class of each true instance that it is about, the main one first.
        shared: pixels that the masks of the main ones share.
        union: pixels in at least one of the two.
        box_iou: of the main ones.
        below: see :class:`errors.Error`.
        area: pixels of the main true instance, 0 for none.
        region: x0, y0, x1, y1 in whole pixels of the picture.
        image: uint8 RGB [h, w, 3].
        true_mask: bool [h, w], all instances that it is about.
        found_mask: bool [h, w], the main detection.
        other_mask: bool [h, w], the further detections.
        boxes: xyxy in pixels of the picture: of the main detection and of the main true instance; None for none.
    """

    kind: str
    seed: int
    false_positive: bool
    place: int
    severity: float
    costs: int
    found: tuple[tuple[str, float], ...]
    true: tuple[str, ...]
    shared: int
    union: int
    box_iou: float
    below: float
    area: int
    region: tuple[int, int, int, int]
    image: np.ndarray
    true_mask: np.ndarray
    found_mask: np.ndarray
    other_mask: np.ndarray
    boxes: tuple[tuple[float, ...] | None, tuple[float, ...] | None]

    @property
    def mask_iou(self) -> float:
        """IoU of the main detection and the main true instance."""
        return self.shared / max(self.union, 1)

    @property
    def rule(self) -> str:
        """The rule that applied, in one sentence."""
        return rule_of(self.kind, self.below)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        values = (getattr(self, one.name) for one in fields(self))
        return sum(value.nbytes for value in values if isinstance(value, np.ndarray))


def cards_of(comparison: Comparison) -> list[Card]:
    """All incidents of a picture, worst first."""
    return [card_of(comparison, group, place) for place, group in enumerate(comparison.errors.incidents)]


def card_of(comparison: Comparison, group: tuple[Error, ...], place: int) -> Card:
    """Cut one incident out of its picture; nothing in it refers to the whole picture's memory."""
    head = group[0]
    said, true = comparison.found, comparison.truth
    found_masks, true_masks = said.masks[list(head.detections)], true.masks[list(head.truths)]
    first: list[np.ndarray] = [np.asarray(masks[:1].any(0)) for masks in (found_masks, true_masks)]
    sides = [*said.boxes[list(head.detections)], *true.boxes[list(head.truths)]]
    region = around(np.array(sides), comparison.scene.image.shape[:2])
    x0, y0, x1, y1 = region
    inside = np.s_[y0:y1, x0:x1]
    return Card(
        kind=head.kind,
        seed=comparison.scene.seed,
        false_positive=head.false_positive,
        place=place,
        severity=head.severity,
        costs=len(group),
        found=tuple((comparison.classes[said.labels[k]], float(said.scores[k])) for k in head.detections),
        true=tuple(comparison.classes[true.labels[k]] for k in head.truths),
        shared=int((first[0] & first[1]).sum()),
        union=int((first[0] | first[1]).sum()),
        box_iou=head.box_iou,
        below=head.below,
        area=int(first[1].sum()),
        region=region,
        image=comparison.scene.image[inside].copy(),
        true_mask=np.asarray(true_masks.any(0))[inside].copy(),
        found_mask=first[0][inside].copy(),
        other_mask=np.asarray(found_masks[1:].any(0))[inside].copy(),
        boxes=(_box(said.boxes, head.detections), _box(true.boxes, head.truths)),
    )


def _box(boxes: np.ndarray, chosen: tuple[int, ...]) -> tuple[float, ...] | None:
    return tuple(float(side) for side in boxes[chosen[0]]) if chosen else None


def around(boxes: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """A square of whole pixels around boxes [N, 4], moved and cut to a picture of `size` (height, width).

    >>> around(np.array([[100.0, 100, 140, 120]]), (256, 256))
    (86, 76, 154, 144)
    """
    low, high = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    side = int(np.ceil(max(LEAST_SIDE, (1 + 2 * MARGIN) * (high - low).max())))
    wide, tall = min(side, size[1]), min(side, size[0])
    x0 = int(np.clip(round((low[0] + high[0] - wide) / 2), 0, size[1] - wide))
    y0 = int(np.clip(round((low[1] + high[1] - tall) / 2), 0, size[0] - tall))
    return x0, y0, x0 + wide, y0 + tall


class Worst:
    """The worst cards of each class, at most KEPT of each: 48, at most 20 MB for 256×256 scenes, usually 1 MB.

    >>> Worst().sorted()
    []
    """

    def __init__(self, kept: int = KEPT) -> None:
        self.kept = kept
        self._heaps: dict[str, list[tuple[float, int, Card]]] = {kind: [] for kind in RULES}
        self._order = count(0, -1)  # among equals the earlier one stays

    def add(self, comparison: Comparison) -> None:
        """Take in the incidents of a picture; only those that stay are cut out."""
        for place, group in enumerate(comparison.errors.incidents):
            heap, severity = self._heaps[group[0].kind], group[0].severity
            if len(heap) < self.kept:
                heapq.heappush(heap, (severity, next(self._order), card_of(comparison, group, place)))
            elif severity > heap[0][0]:
                heapq.heapreplace(heap, (severity, next(self._order), card_of(comparison, group, place)))

    def sorted(self) -> list[Card]:
        """All that are kept, worst first."""
        every = [entry for heap in self._heaps.values() for entry in heap]
        return [one for _, _, one in sorted(every, key=lambda entry: (-entry[0], -entry[1]))]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that are kept."""
        return sum(one.nbytes for one in self.sorted())
