"""Networks of other classes than the scenes': what both know, and truth and detections limited to that.

COCO's networks know two of the scenes' things, person and (sports) ball.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lecture_models.classes import in_our_words
from lecture_models.scenes import THINGS

from .detection import Detections, Instances

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace


def shared_classes(names: Sequence[str], network: str = "This network") -> tuple[str, ...]:
    """Classes of things that a network and the scenes have in common, in the scenes' order.

    Args:
        names: The network's classes, with or without the background.
        network: Its name, for the message.

    Raises:
        ValueError: There is none.

    >>> shared_classes(("__background__", "person", "bicycle", "sports ball"))
    ('ball', 'person')
    """
    known = in_our_words(names)
    shared = tuple(name for name in THINGS if name in known)
    if not shared:
        raise ValueError(
            f"{network} knows none of the scenes' things ({', '.join(THINGS)}). Choose a network that knows one."
        )
    return shared


def limited(truth: Instances, classes: tuple[str, ...]) -> tuple[Instances, np.ndarray]:
    """The true instances of some classes, with labels that index these, and their places in the whole truth."""
    names = [THINGS[label] for label in truth.labels]
    kept = np.array([k for k, name in enumerate(names) if name in classes], int)
    labels = np.array([classes.index(names[k]) for k in kept], int)
    return Instances(truth.boxes[kept], labels, truth.masks[kept], truth.void), kept


def detections_of(trace: RCNNTrace, classes: tuple[str, ...]) -> tuple[Detections, np.ndarray]:
    """A trace's detections of some classes, with labels that index these, and the scores of all others.

    Masks are taken at probability 0.5; those of a network without masks are its whole boxes.
    """
    names = in_our_words(
        [trace.classes[label] if trace.classes else THINGS[label - 1] for label in trace.labels.tolist()]
    )
    known = np.array([name in classes for name in names], bool)
    labels = np.array([classes.index(name) for name in names if name in classes], int)
    boxes, scores = trace.boxes.numpy(), trace.scores.numpy()
    masks = trace.binary_masks
    masks = masks[known] if len(masks) == len(boxes) else filled(boxes[known], trace)
    return Detections(boxes[known], labels, scores[known], masks), scores[~known]


def filled(boxes: np.ndarray, trace: RCNNTrace) -> np.ndarray:
    """Boxes as masks, bool [N, H, W]: the pixels whose centres they hold."""
    height, width = trace.image.shape[:2]
    y, x = np.mgrid[:height, :width] + 0.5
    x0, y0, x1, y1 = (side[:, None, None] for side in boxes.T)
    return (x > x0) & (x < x1) & (y > y0) & (y < y1)
