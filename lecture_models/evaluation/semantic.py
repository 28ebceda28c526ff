"""Meters of our own networks that label pixels, all of them or the middle of a patch."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from lecture_models.nets.patch_classifier import PATCH, STRIDE, pad_by_mean
from lecture_models.ops.convolutionalize import convolutionalize
from lecture_models.scenes import CLASSES, Scene

from .boundary import BoundaryIoU
from .segmentation import MeanIoU


class SemanticMeter:
    """The four metrics of Long et al. 2015, and boundary IoU, of a network: pictures [1, 3, H, W] -> logits."""

    def __init__(self) -> None:
        self._regions, self._outlines = MeanIoU(CLASSES), BoundaryIoU(CLASSES)

    def update(self, scene: Scene, network: Any) -> None:
        """Run the network on a scene and add what it says."""
        with torch.inference_mode():
            labels = network(picture(scene, network))[0].argmax(0).cpu().numpy()
        self._regions.update(labels, scene.semantic)
        self._outlines.update(labels, scene.semantic)

    def compute(self) -> dict[str, Any]:
        """Miou, pixel_accuracy, mean_accuracy, frequency_weighted_iou, boundary_iou, and `by_class`, of all scenes."""
        parts = [self._regions.compute(), self._regions.accuracies(), self._outlines.compute()]
        each = [part.pop("by_class") for part in parts]
        by_class = {name: {k: v for part in each for k, v in part[name].items()} for name in CLASSES}
        return {**{key: value for part in parts for key, value in part.items()}, "by_class": by_class}


class PatchMeter:
    """How often a classifier of patches is right, at every 32nd pixel along each axis of a scene.

    All patches of a scene are labelled in one pass of the network's convolutional form, which gives the same numbers.
    """

    def __init__(self) -> None:
        self._regions = MeanIoU(CLASSES)

    def update(self, scene: Scene, network: Any) -> None:
        """Run the network on a scene and add what it says."""
        first, reach = STRIDE // 2, PATCH // 2
        truth = scene.semantic[first::STRIDE, first::STRIDE]
        # around a pixel in column x lie the columns x - reach to x + reach - 1
        before = reach - first
        down, across = (
            (n - 1) * STRIDE + PATCH - before - side
            for n, side in zip(truth.shape, scene.semantic.shape, strict=True)
        )
        with torch.inference_mode():
            around = pad_by_mean(picture(scene, network), (before, across, before, down))
            labels = convolutionalize(network)(around)[0].argmax(0).cpu().numpy()
        self._regions.update(labels, truth)

    def compute(self) -> dict[str, Any]:
        """`accuracy` over all patches but those on void, `mean_accuracy` over the classes, and `by_class`."""
        found = self._regions.accuracies()
        kept = {"accuracy": found["pixel_accuracy"], "mean_accuracy": found["mean_accuracy"]}
        return {**kept, "by_class": found["by_class"]}


def picture(scene: Scene, network: Any) -> Tensor:
    """A scene's picture as our networks take it: float [1, 3, H, W] in 0..1, where the network is."""
    pixels = torch.from_numpy(np.array(scene.image)).to(next(network.parameters()).device)
    return pixels.permute(2, 0, 1)[None].float().div(255)
