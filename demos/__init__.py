"""The lecture: its parts and lessons in order. A lesson is one folder here and one line of SYLLABUS."""

from __future__ import annotations

import gc
import logging

from demos import operators
from demos.colorization import lesson as colorization
from demos.depth_normals import lesson as depth_normals
from demos.fcn import lesson as fcn
from demos.fully_convolutional import lesson as fully_convolutional
from demos.mask_head import lesson as mask_head
from demos.mask_rcnn_results import lesson as mask_rcnn_results
from demos.panoptic import lesson as panoptic
from demos.panoptic_datasets import lesson as panoptic_datasets
from demos.rcnn_family import lesson as rcnn_family
from demos.receptive_field import lesson as receptive_field
from demos.roi_features import lesson as roi_features
from demos.segmentation_metrics import lesson as segmentation_metrics
from demos.segmentation_playground import lesson as segmentation_playground
from demos.ui import Part
from demos.unet import lesson as unet
from demos.upsampling import lesson as upsampling
from demos.vision_tasks import lesson as vision_tasks
from lecture_models import pictures, zoo

__all__ = ["FIRST_PICTURE", "SYLLABUS", "operators", "pictures", "warm_up", "zoo"]

FIRST_PICTURE = "scene:42"

SYLLABUS = (
    Part(
        "A",
        "From boxes to instances",
        (
            vision_tasks.LESSON,
            rcnn_family.LESSON,
            roi_features.LESSON,
            mask_head.LESSON,
            mask_rcnn_results.LESSON,
        ),
    ),
    Part(
        "B",
        "A label for every pixel",
        (
            fully_convolutional.LESSON,
            receptive_field.LESSON,
            upsampling.LESSON,
            fcn.LESSON,
            unet.LESSON,
            segmentation_playground.LESSON,
            segmentation_metrics.LESSON,
        ),
    ),
    Part("C", "Both at once", (panoptic.LESSON, panoptic_datasets.LESSON)),
    Part("D", "Beyond labels", (depth_normals.LESSON, colorization.LESSON)),
)


def warm_up() -> None:
    """Import torch and load the first lesson's network, so that the first visitor does not wait for it."""
    try:
        vision_tasks.LESSON.update(picture=FIRST_PICTURE)
    except zoo.WeightsUnavailable as error:
        logging.getLogger(__name__).warning("%s", error)
    # these modules stay for ever; a collection that looks at them all halts a slider for 0.4 s
    gc.collect()
    gc.freeze()
