"""How good a network is on scenes it has not seen: AP, mean IoU, panoptic quality.

    detection.AveragePrecision     boxes and masks, by pycocotools
    segmentation.MeanIoU           label maps, by torchmetrics
    boundary.BoundaryIoU           label maps, along the outlines alone
    panoptic.PanopticQuality       both at once, by torchmetrics

Each is fed picture by picture (`update`) and can be asked at any time (`compute`). `meters` feeds a whole network
to those that fit it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lecture_models.scenes import STUFF, VOID, Scene, render

if TYPE_CHECKING:
    from torch import nn

    from .detection import Instances

SIZE = 256
UNSEEN = 1_000_000
"""Seeds below it were never trained on."""


def evaluate(
    network: nn.Module,
    first_seed: int,
    scenes: int,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Every metric that fits a network of the zoo, on the scenes `first_seed` … at 256×256 with default settings.

    A network of COCO's or VOC's classes is measured on the classes that the scenes share with it.

    Args:
        network: In eval mode, as `zoo.load` gives it.
        first_seed: The others follow, one by one, all below ``UNSEEN``.
        scenes: How many, at least 1.
        progress: Called with (scenes done, scenes in total).

    Returns:
        For a network of ours that finds no objects, what its meter in `meters.TASKS` says. Else, in 0..1: for a
        detection network box_ap, box_ap50, box_ap75, mask_ap, mask_ap50, mask_ap75 and `by_size`; with a semantic
        branch also miou, pq, sq, rq, pq_things, pq_stuff; for a segmentation network miou. For all of them
        `by_class`, and the scenes' difficulty: `things_per_scene`, `share_under_24px`, `median_side` in pixels.

    Raises:
        ValueError: `scenes` is below 1, a scene was trained on, or the network shares no class with the scenes.
    """
    from .meters import meter_of

    if scenes < 1:
        raise ValueError(f"At least 1 scene is needed to measure on; got {scenes}.")
    check_unseen(first_seed, scenes)
    meter = meter_of(network)
    for done, seed in enumerate(range(first_seed, first_seed + scenes), start=1):
        meter.update(render(seed, size=SIZE), network)
        if progress is not None:
            progress(done, scenes)
    return meter.compute()


def check_unseen(first_seed: int, scenes: int) -> None:
    """Refuse scenes of the training, on which a network looks better than it is.

    Raises:
        ValueError: One of the seeds `first_seed` … is below 0, or not below ``UNSEEN``.
    """
    if not 0 <= first_seed <= UNSEEN - scenes:
        raise ValueError(
            f"Seeds 0 to {UNSEEN - 1} were never trained on; got {first_seed} to {first_seed + scenes - 1}. "
            "Choose a lower first seed."
        )


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
