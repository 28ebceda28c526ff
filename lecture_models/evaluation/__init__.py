"""How good a network is on scenes it has not seen: AP, mean IoU, panoptic quality.

    detection.AveragePrecision     boxes and masks, by pycocotools
    segmentation.MeanIoU           label maps, by torchmetrics
    panoptic.PanopticQuality       both at once, by torchmetrics

Each is fed picture by picture (`update`) and can be asked at any time (`compute`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lecture_models.scenes import CLASSES, STUFF, THINGS, VOID, Scene, render

if TYPE_CHECKING:
    from torchvision.models.detection.generalized_rcnn import GeneralizedRCNN

    from .detection import AveragePrecision, Detections, Instances
    from .panoptic import PanopticQuality
    from .segmentation import MeanIoU

SIZE = 256
SMALL = 24**2  # visible pixels: the scenes' difficulty is stated by the share of things below


def evaluate(
    network: GeneralizedRCNN,
    first_seed: int,
    scenes: int,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Every metric of a panoptic network on the scenes `first_seed` … at 256×256 with default settings.

    Args:
        network: In eval mode, its detection labels 1.. in the order of THINGS, with a semantic branch.
        first_seed: The others follow, one by one; seeds that it was trained on measure something else.
        scenes: How many, at least 1.
        progress: Called with (scenes done, scenes in total).

    Returns:
        box_ap, box_ap50, box_ap75, mask_ap, mask_ap50, mask_ap75, miou, pq, sq, rq, pq_things, pq_stuff, in
        0..1; `by_class` and `by_size`; and the scenes' difficulty: `things_per_scene`, `share_under_24px`.

    Raises:
        ValueError: `scenes` is below 1, or the network is not such a network.
    """
    if scenes < 1:
        raise ValueError(f"At least 1 scene is needed to measure on; got {scenes}.")
    meter = PanopticMeter()
    for done, seed in enumerate(range(first_seed, first_seed + scenes), start=1):
        meter.update(render(seed, size=SIZE), network)
        if progress is not None:
            progress(done, scenes)
    return meter.compute()


class PanopticMeter:
    """All metrics at once, scene by scene, from one forward pass of each."""

    def __init__(self) -> None:
        from .detection import AveragePrecision
        from .panoptic import PanopticQuality
        from .segmentation import MeanIoU

        self.detection: AveragePrecision = AveragePrecision(THINGS)
        self.segmentation: MeanIoU = MeanIoU(CLASSES)
        self.panoptic: PanopticQuality = PanopticQuality(CLASSES, STUFF)
        self._scenes = 0
        self._areas: list[int] = []

    def update(self, scene: Scene, network: GeneralizedRCNN) -> None:
        """Run the network on a scene and add what it says. Raises ValueError as :func:`evaluate`."""
        from lecture_models.nets.panoptic import merge_panoptic
        from lecture_models.nets.rcnn_trace import trace_rcnn

        trace = trace_rcnn(network, scene.image)
        if trace.semantic is None or trace.classes[1:] not in ((), THINGS):
            raise ValueError(
                f"Only a network of the lecture's classes can be measured here; got {trace.network}."
            )
        found = _detections(trace.boxes, trace.labels, trace.scores, trace.masks)
        semantic = trace.semantic.numpy()
        merged = merge_panoptic(found.labels + len(STUFF), found.scores, found.masks, semantic)
        self.detection.update(instances_of(scene), found)
        self.segmentation.update(semantic.argmax(0), scene.semantic)
        self.panoptic.update(merged.label, merged.segment, scene.semantic, scene.instance)
        self._scenes += 1
        self._areas += [thing.area for thing in scene.things]

    def compute(self) -> dict[str, Any]:
        """What :func:`evaluate` returns, of the scenes so far; raises ValueError if there was none."""
        if not self._scenes:
            raise ValueError("There is nothing to compute before the first update().")
        parts = [part.compute() for part in (self.detection, self.segmentation, self.panoptic)]
        by_class: dict[str, dict[str, Any]] = {name: {} for name in CLASSES}
        for part in parts:
            for name, values in part.pop("by_class").items():
                by_class[name].update(values)
        by_size = parts[0].pop("by_size")
        return {
            **{key: value for part in parts for key, value in part.items()},
            "things_per_scene": len(self._areas) / self._scenes,
            "share_under_24px": float(np.mean(np.array(self._areas) < SMALL)) if self._areas else None,
            "by_size": by_size,
            "by_class": by_class,
        }


def instances_of(scene: Scene) -> Instances:
    """A scene's truth for :class:`detection.AveragePrecision`; labels count within THINGS."""
    from .detection import Instances

    numbers = np.arange(1, len(scene.things) + 1)
    return Instances(
        boxes=np.array([thing.box for thing in scene.things], float).reshape(-1, 4),
        labels=np.array([thing.label - len(STUFF) for thing in scene.things], int),
        masks=scene.instance == numbers[:, None, None],
        void=scene.semantic == VOID,
    )


def _detections(boxes: Any, labels: Any, scores: Any, masks: Any) -> Detections:
    """Tensors of a trace as arrays; masks at probability 0.5, labels within THINGS."""
    from .detection import Detections

    return Detections(boxes.numpy(), labels.numpy() - 1, scores.numpy(), masks.numpy() > 0.5)
