"""All metrics that fit a network at once, scene by scene, from one forward pass of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import get_model_weights

from lecture_models.nets import rcnn_trace
from lecture_models.ops.panoptic import merge
from lecture_models.scenes import CLASSES, STUFF, THINGS, VOID, Scene

from . import instances_of
from .colour import ColourMeter
from .depth import GeometryMeter
from .detection import AveragePrecision
from .panoptic import PanopticQuality
from .segmentation import MeanIoU
from .semantic import PatchMeter, SemanticMeter
from .shared import detections_of, in_our_words, limited, shared_classes

SMALL = 24**2  # visible pixels: the scenes' difficulty is stated by the share of things below


class Meter(Protocol):
    """Takes scenes one by one and can be asked at any time."""

    def update(self, scene: Scene, network: Any) -> None:
        """Run the network on a scene and add what it says."""

    def compute(self) -> dict[str, Any]:
        """Metrics of the scenes so far; ValueError if there was none."""


def meter_of(network: Any) -> Meter:
    """The meter that fits: by the ``task`` that a network of ours names, else by what torchvision's have."""
    if (task := getattr(network, "task", None)) is not None:
        return TASKS[task]()
    labels = isinstance(network, nn.Module) and not hasattr(network, "roi_heads")
    return LabelMeter() if labels else DetectionMeter()


TASKS: Mapping[str, Callable[[], Meter]] = {
    "semantic": SemanticMeter,
    "patches": PatchMeter,
    "depth": GeometryMeter,
    "colour": ColourMeter,
}
"""Meters of our own networks that find no objects, by their ``task``."""


class Difficulty:
    """How hard the scenes were: things, their visible pixels, and the sides of their boxes."""

    def __init__(self) -> None:
        self.scenes = 0
        self._areas: list[int] = []
        self._sides: list[float] = []

    def add(self, scene: Scene) -> None:
        """Count the things of a scene."""
        self.scenes += 1
        for thing in scene.things:
            x0, y0, x1, y1 = thing.box
            self._areas.append(thing.area)
            self._sides.append(((x1 - x0) * (y1 - y0)) ** 0.5)

    def compute(self) -> dict[str, Any]:
        """Things a scene, the share of those below 24² visible pixels, the median of √(width · height) of boxes."""
        if not self.scenes:
            raise ValueError("There is nothing to compute before the first update().")
        some = bool(self._areas)
        return {
            "things_per_scene": len(self._areas) / self.scenes,
            "share_under_24px": float(np.mean(np.array(self._areas) < SMALL)) if some else None,
            "median_side": float(np.median(self._sides)) if some else None,
        }


class DetectionMeter:
    """Box and mask AP; mean IoU and PQ too, where the network has a semantic branch."""

    def __init__(self) -> None:
        self._difficulty = Difficulty()
        self._detection: AveragePrecision | None = None
        self._segmentation = MeanIoU(CLASSES)
        self._panoptic = PanopticQuality(CLASSES, STUFF)
        self._dense, self._masks = False, True

    def update(self, scene: Scene, network: Any) -> None:
        """Run the network on a scene and add what it says; ValueError if they share no class."""
        trace = rcnn_trace.trace_rcnn(network, scene.image)
        shared = shared_classes(trace.classes or THINGS, trace.network)
        self._detection = self._detection or AveragePrecision(shared)
        self._detection.update(limited(instances_of(scene), shared)[0], detections_of(trace, shared)[0])
        self._difficulty.add(scene)
        self._masks &= len(trace.mask_cells) == len(trace.boxes)
        if trace.half_semantic is not None:
            self._add_labels(scene, trace)

    def _add_labels(self, scene: Scene, trace: Any) -> None:
        self._dense = True
        found = (trace.labels.numpy() - 1 + len(STUFF), trace.scores.numpy(), trace.binary_masks)
        merged = merge(*found, trace.stuff_labels)
        self._segmentation.update(trace.semantic_labels, scene.semantic)
        self._panoptic.update(merged.label, merged.segment, scene.semantic, scene.instance)

    def compute(self) -> dict[str, Any]:
        """What :func:`evaluate` returns, of the scenes so far."""
        difficulty = self._difficulty.compute()
        assert self._detection is not None
        parts = [self._detection.compute()]
        if self._dense:
            parts += [self._segmentation.compute(), self._panoptic.compute()]
        by_class: dict[str, dict[str, Any]] = {name: {} for name in CLASSES}
        for part in parts:
            for name, values in part.pop("by_class").items():
                by_class[name].update(values)
        by_size = parts[0].pop("by_size")
        flat = {key: value for part in parts for key, value in part.items()}
        if not self._masks:  # boxes stood in for them
            flat = {key: value for key, value in flat.items() if not key.startswith("mask_")}
            for values in (*by_class.values(), *by_size.values()):
                values.pop("mask_ap", None)
        by_class = {name: values for name, values in by_class.items() if values}
        return {**flat, **difficulty, "by_size": by_size, "by_class": by_class}


class LabelMeter:
    """Mean IoU of torchvision's segmentation networks over the classes that they share with the scenes."""

    def __init__(self) -> None:
        self._difficulty = Difficulty()
        self._iou: MeanIoU | None = None
        self._shared: tuple[str, ...] = ()

    def update(self, scene: Scene, network: Any) -> None:
        """Run the network on a scene and add what it says; ValueError if they share no class."""
        self._shared = shared_classes(network.classes, network.name)
        self._iou = self._iou or MeanIoU(("anything else", *self._shared))
        answer, true = (self._numbers(names) for names in (in_our_words(network.classes), CLASSES))
        truth = np.where(scene.semantic == VOID, VOID, true[np.minimum(scene.semantic, len(CLASSES) - 1)])
        self._iou.update(answer[label_map(network, scene.image)], truth)
        self._difficulty.add(scene)

    def _numbers(self, names: Sequence[str]) -> np.ndarray:
        """For each class its number among the shared ones, 0 for any other."""
        return np.array([1 + self._shared.index(name) if name in self._shared else 0 for name in names])

    def compute(self) -> dict[str, Any]:
        """What :func:`evaluate` returns, of the scenes so far."""
        difficulty = self._difficulty.compute()
        assert self._iou is not None
        by_class = {name: self._iou.compute()["by_class"][name] for name in self._shared}
        known = [values["iou"] for values in by_class.values() if values["iou"] is not None]
        return {"miou": sum(known) / len(known) if known else None, **difficulty, "by_class": by_class}


@torch.inference_mode()
def label_map(network: Any, image: np.ndarray) -> np.ndarray:
    """What a torchvision segmentation network says of each pixel: int64 [H, W], labels of its own.

    The picture goes through the transforms that come with the weights, the logits back to the picture's size.
    """
    weights: Any = get_model_weights(network.name).DEFAULT
    place = next(network.parameters()).device
    pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1).to(place)
    logits = network(weights.transforms()(pixels)[None])["out"]
    back = F.interpolate(logits, size=image.shape[:2], mode="bilinear", align_corners=False)
    labels: np.ndarray = back[0].argmax(0).cpu().numpy()
    return labels
