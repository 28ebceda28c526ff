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
SPECK = 16  # pixels; a smaller region of a semantic map is not counted


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

    @property
    def things(self) -> tuple[int, int]:
        """Instances of all classes, and the regions that their classes have in the semantic map."""
        found = set(self.answers.instances.names)
        labels = [label for label, name in enumerate(self.answers.semantic.names) if name in found]
        return len(self.answers.instances), sum(regions_of(self.answers.semantic, label) for label in labels)


def tell(key: str, network: str, pixel: Sequence[float]) -> Told:
    """All three answers from one pass of a network with a semantic branch; a thing's middle if no pixel."""
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
    """A pixel of the largest instance of the class that has most instances, else the picture's middle."""
    names, areas = answers.instances.names, np.bincount(answers.instances.map.ravel(), minlength=2)[1:]
    if not areas.any():
        return width // 2, height // 2
    best = max(range(len(names)), key=lambda k: (names.count(names[k]), areas[k]))
    ys, xs = np.nonzero(answers.instances.map == best + 1)
    if not len(ys):  # it is wholly behind others
        return width // 2, height // 2
    nearest = int(((ys - ys.mean()) ** 2 + (xs - xs.mean()) ** 2).argmin())
    return int(xs[nearest]), int(ys[nearest])


def regions_of(semantic: segments.Segments, label: int) -> int:
    """Connected regions (8 neighbours) of a class in a semantic map, those of a few pixels left out.

    >>> semantic = segments.from_labels(np.kron([[0, 1, 0]], np.ones((8, 8), int)), ("sky", "ball"))
    >>> regions_of(semantic, 0), regions_of(semantic, 1)
    (2, 1)
    """
    import cv2

    _, _, found, _ = cv2.connectedComponentsWithStats((semantic.map == label + 1).astype(np.uint8))
    return int((found[1:, cv2.CC_STAT_AREA] >= SPECK).sum())
