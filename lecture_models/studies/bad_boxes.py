"""What AP does not see: fifty boxes around nothing, at a score below all others, and the counts that do see them.

AP is the area under the interpolated curve of precision over recall. The curve ends with the last hit: what comes after
it lowers the precision where recall does not rise any more, and so changes no point of the curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lecture_models.cache import KEPT
from lecture_models.evaluation.detection import AveragePrecision, Detections, Instances, void_regions
from lecture_models.evaluation.errors import LEAST, classify_errors
from lecture_models.evaluation.matching import NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lecture_models.studies.mask_rcnn_results import GalleryScene

FIFTY, SCORE = 50, 0.01
SIDES = (6, 40)  # pixels of a bad box
TRIES = 20_000
BYTES_OF_JUDGED = 400  # a few numbers and their key


@dataclass(frozen=True)
class Judged:
    """Detections of one picture, all of them, judged at mask IoU 0.5 but for the AP.

    Args:
        name: What they are.
        ap: Mask AP of this picture by pycocotools; None where nothing is true.
        hits, wrong, missed: Detections that belong to a thing, that do not, and things without any.
        until_last: Detections up to the last hit, by falling score.
    """

    name: str
    ap: float | None
    hits: int
    wrong: int
    missed: int
    until_last: int


def judge(made: GalleryScene, added: bool) -> list[Judged]:
    """Perfect detections and the network's own; with ``added`` each again with fifty bad boxes.

    Args:
        made: A scene and what a network found in it.
        added: Whether the bad boxes are wanted.
    """
    one = made.comparison
    network = one.found
    sets = {"perfect": perfect(one.truth), "the network's": network}

    def find(name: str, more: bool) -> Judged:
        found = (
            joined(sets[name], bad_boxes(one.truth, len(one.classes), made.scene.seed))
            if more
            else sets[name]
        )
        title = f"{name}, with the fifty" if more else name
        return judged(title, one.truth, found, one.classes)

    def kept(name: str, more: bool) -> Judged:
        key = ("bad boxes", made.trace.network, made.picture.key, name, more)
        return KEPT.get(key, lambda: find(name, more), lambda _: BYTES_OF_JUDGED)

    return [kept(name, more) for name in sets for more in ((False, True) if added else (False,))]


def judged(name: str, truth: Instances, found: Detections, classes: Sequence[str]) -> Judged:
    """The AP of a picture's detections and their counts."""
    metric = AveragePrecision(classes)
    metric.update(truth, found)
    (ap,) = metric.resampled([[0]])
    matching = classify_errors(truth, found, score=0.0).matching
    hits = np.flatnonzero(matching.truth >= 0)
    counted = matching.truth[: hits[-1] + 1] if len(hits) else matching.truth[:0]
    wrong = int((matching.truth == NOTHING).sum())
    until = len(hits) + int((counted == NOTHING).sum())
    return Judged(name, ap, len(hits), wrong, len(matching.missed), until)


def perfect(truth: Instances) -> Detections:
    """The truth itself as detections of score 1."""
    return Detections(truth.boxes, truth.labels, np.ones(len(truth.labels)), truth.masks)


def joined(first: Detections, second: Detections) -> Detections:
    """All of both.

    >>> two = Detections(np.zeros((1, 4)), np.zeros(1, int), np.ones(1), np.zeros((1, 2, 2), bool))
    >>> len(joined(two, two).scores)
    2
    """
    return Detections(*(np.concatenate(pair) for pair in zip(first, second, strict=True)))


def bad_boxes(truth: Instances, classes: int, seed: int, count: int = FIFTY) -> Detections:
    """Boxes around nothing, at score 0.01: mask IoU below 0.1 with every thing, and less than half on things at all.

    Args:
        truth: Of the picture; nothing lies on its void, which is not judged.
        classes: Labels are drawn below this number.
        seed: Decides where they lie.
        count: How many; fewer where a picture has no room for them.
    """
    rng, (height, width) = np.random.default_rng([seed, count]), truth.masks.shape[1:]
    areas = truth.masks.sum((1, 2))
    forbidden: np.ndarray = np.array(void_regions(truth.void), bool).reshape(-1, height, width).sum(0) > 0
    boxes: list[tuple[int, int, int, int]] = []
    for _ in range(TRIES):
        if len(boxes) == count:
            break
        wide, high = (int(side) for side in rng.integers(*SIDES, 2))
        x, y = int(rng.integers(width - wide)), int(rng.integers(height - high))
        window = np.s_[y : y + high, x : x + wide]
        shared = truth.masks[(slice(None), *window)].sum((1, 2))
        apart = (shared < LEAST * (areas + wide * high - shared)).all() and 2 * shared.sum() < wide * high
        if apart and not forbidden[window].any():
            boxes.append((x, y, x + wide, y + high))
    masks = np.zeros((len(boxes), height, width), bool)
    for mask, (x0, y0, x1, y1) in zip(masks, boxes, strict=True):
        mask[y0:y1, x0:x1] = True
    labels = rng.integers(classes, size=len(boxes))
    return Detections(np.array(boxes, float).reshape(-1, 4), labels, np.full(len(boxes), SCORE), masks)
