"""One scene compared with what a network says of it, in the classes that both know: truth, detections, errors.

The lecture's own networks know the scenes' classes. COCO's know two of them, person and (sports) ball: the truth is
then limited to these two, and detections of classes that no scene has are counted and left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lecture_models.scenes import Scene

from . import instances_of
from .detection import Detections, Instances
from .errors import Errors, classify_errors
from .shared import detections_of, limited, shared_classes

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace


@dataclass(frozen=True)
class Comparison:
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


def compare(scene: Scene, trace: RCNNTrace, score: float) -> Comparison:
    """Compare a trace with the truth of its scene.

    Args:
        scene: The scene whose picture was traced.
        trace: Of a network with masks that knows at least one of the scenes' things.
        score: Detections below it are no errors (the AP takes all).

    Raises:
        ValueError: The network has no masks or no class of the scenes.
    """
    classes = shared_classes(trace.classes, trace.network)
    if len(trace.mask_cells) != len(trace.boxes):
        raise ValueError(f"A network with masks is needed; {trace.network} has none. Choose a Mask R-CNN.")
    found, others = detections_of(trace, classes)
    truth, things = limited(instances_of(scene), classes)
    strangers = int((others >= score).sum())
    return Comparison(
        scene, classes, things, truth, found, classify_errors(truth, found, score=score), strangers
    )
