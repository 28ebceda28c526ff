"""One scene under a network's eyes: truth, detections and errors, in the classes that both know.

The lecture's own networks know the scenes' classes. COCO's know two of them, person and (sports) ball: the truth is
then limited to these two, and detections of classes that no scene has are counted and left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lecture_models.scenes import THINGS, Scene
from lecture_models.tasks import SAME_CLASS

from . import instances_of
from .detection import Detections, Instances
from .errors import Errors, classify_errors
from .galleries import Found

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace


@dataclass(frozen=True)
class Judged:
    """A scene beside what a network says of it.

    Args:
        scene: The truth, all of it.
        classes: Names of the classes that are judged; labels below index them.
        things: int [N], the index in ``scene.things`` of each true instance that is judged.
        truth: The true instances.
        found: The network's detections, whatever their score.
        errors: At IoU 0.5, of the detections above a score.
        strangers: Detections above that score whose class no scene has.
    """

    scene: Scene
    classes: tuple[str, ...]
    things: np.ndarray
    truth: Instances
    found: Detections
    errors: Errors
    strangers: int


def shared_classes(network_classes: tuple[str, ...]) -> tuple[str, ...]:
    """Classes of things that a network and the scenes have in common, in the scenes' order.

    >>> shared_classes(("__background__", "person", "bicycle", "sports ball"))
    ('ball', 'person')
    """
    known = {SAME_CLASS.get(name, name) for name in network_classes[1:]}
    return tuple(name for name in THINGS if name in known)


def judge(scene: Scene, trace: RCNNTrace, score: float) -> Judged:
    """Compare a trace with the truth of its scene.

    Args:
        scene: The scene whose picture was traced.
        trace: Of a network with masks that knows at least one of the scenes' things.
        score: Detections below it are no errors (the AP takes all).

    Raises:
        ValueError: The network has no masks or no class of the scenes.
    """
    classes = shared_classes(trace.classes)
    if not classes or len(trace.masks) != len(trace.boxes):
        raise ValueError(
            f"A network with masks for {', '.join(THINGS)} is needed; {trace.network} has none. Choose a Mask R-CNN."
        )
    names = [SAME_CLASS.get(trace.classes[label], trace.classes[label]) for label in trace.labels.tolist()]
    scores = trace.scores.numpy()
    known = np.array([name in classes for name in names], bool)
    labels = np.array([classes.index(name) for name in names if name in classes], int)
    found = Detections(trace.boxes.numpy()[known], labels, scores[known], trace.masks.numpy()[known] > 0.5)
    truth, things = limited(instances_of(scene), classes)
    strangers = int((scores[~known] >= score).sum())
    return Judged(scene, classes, things, truth, found, classify_errors(truth, found, score=score), strangers)


def limited(truth: Instances, classes: tuple[str, ...]) -> tuple[Instances, np.ndarray]:
    """The true instances of some classes, with labels that index these, and their places in the whole truth."""
    names = [THINGS[label] for label in truth.labels]
    kept = np.array([k for k, name in enumerate(names) if name in classes], int)
    labels = np.array([classes.index(names[k]) for k in kept], int)
    return Instances(truth.boxes[kept], labels, truth.masks[kept], truth.void), kept


def failures(judged: Judged) -> Found:
    """How many errors a scene has, then how many of them are false positives; members are the things they are about."""
    items = judged.errors.items
    about = sorted({int(judged.things[t]) for one in items for t in one.truths})
    return Found((len(items), sum(one.false_positive for one in items)), tuple(about))
