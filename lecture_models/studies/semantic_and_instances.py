"""One picture's semantic map beside its boxes and instances, and what a click selects in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lecture_models import pictures, segments, zoo
from lecture_models.cache import KEPT

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace
    from lecture_models.studies.vision_tasks import Answers

SHOWN_SCORE = 0.5  # least score of a detection that is drawn


@dataclass(frozen=True)
class Told:
    """What semantic segmentation, detection and instance segmentation say of one picture, and what was selected."""

    picture: pictures.Picture
    network: RCNNTrace
    answers: Answers
    pixel: tuple[int, int]
    label: int  # of the semantic map at the pixel
    probs: np.ndarray  # float [9, H, W], of the semantic branch

    @property
    def name(self) -> str:
        """The selected class."""
        return self.answers.semantic.names[self.label]

    @property
    def objects(self) -> list[int]:
        """Detections of the selected class."""
        return [k for k, name in enumerate(self.answers.names) if name == self.name]

    @property
    def regions(self) -> int:
        """Connected regions of the selected class in the semantic map."""
        return regions_of(self.answers.semantic, self.label)


def tell(key: str, network: str, pixel: Sequence[float]) -> Told:
    """All three answers from one pass of a network with a semantic branch; the largest thing's middle if no pixel."""
    from lecture_models.studies import vision_tasks

    shown = pictures.resolve(key)
    trace = zoo.trace(network, shown.image)
    answers = vision_tasks.answer(trace, SHOWN_SCORE)
    height, width = shown.image.shape[:2]
    x, y = (int(side) for side in pixel) if pixel else _usual(answers, width, height)
    x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    kept = ("semantic probabilities", network, shown.key)
    probs = KEPT.get(kept, lambda: trace.semantic.softmax(0).numpy())  # type: ignore[union-attr]
    return Told(shown, trace, answers, (x, y), int(answers.semantic.map[y, x]) - 1, probs)


def _usual(answers: Answers, width: int, height: int) -> tuple[int, int]:
    """A pixel of the largest instance, else the picture's middle."""
    numbers, areas = np.unique(answers.instances.map[answers.instances.map > 0], return_counts=True)
    if not len(numbers):
        return width // 2, height // 2
    ys, xs = np.nonzero(answers.instances.map == numbers[areas.argmax()])
    nearest = int(((ys - ys.mean()) ** 2 + (xs - xs.mean()) ** 2).argmin())
    return int(xs[nearest]), int(ys[nearest])


def regions_of(semantic: segments.Segments, label: int) -> int:
    """Connected regions (8 neighbours) of a class in a semantic map."""
    import cv2

    return int(cv2.connectedComponents((semantic.map == label + 1).astype(np.uint8))[0]) - 1
