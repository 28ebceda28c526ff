"""Recipes of three colorizers that differ in what Zhang, Isola & Efros (ECCV 2016) compare, and in nothing else.

``colorizer_regression`` minimises the squared error in ab (their "L2"), ``colorizer_classes`` the cross-entropy with
soft targets (equation 2), ``colorizer_rebalanced`` the same with each pixel weighted by how rare its colour is
(equations 3 and 4). Of one seed, all see the same crops in the same order; the two with classes also start from the
same weights.

The light is left as it was rendered: how light a surface is tells what colours it may have.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..colour_prior import training_counts
from ..nets.colorizer import AB_SCALE, STRIDE, colorizer
from ..ops.colour_bins import gamut_bins, nearest_bins, rebalancing_weights
from ..ops.lab import rgb_to_lab
from .panoptic_fpn import CROP
from .recipe import Recipe
from .semantic import stacked

STEPS, SCENES, BATCH = 2000, 4000, 16
Loss = Callable[[nn.Module, list[dict[str, Tensor]]], dict[str, Tensor]]


def example(scene: dict[str, np.ndarray], rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
    """One stored scene -> a crop ``image`` uint8 [192, 192, 3], and whether to mirror it."""
    image = scene["image"]
    top, left = (int(rng.integers(side - CROP + 1)) for side in image.shape[:2])
    crop = image[top : top + CROP, left : left + CROP].copy()
    return {"image": torch.from_numpy(crop), "mirrored": torch.tensor(bool(rng.random() < 0.5))}


def lightness_and_ab(examples: list[dict[str, Tensor]]) -> tuple[Tensor, Tensor]:
    """Lightness float [N, 1, S, S], and the mean ab of each cell of the output, float [N, 2, S/4, S/4]."""
    lab = rgb_to_lab(stacked(examples, "image").permute(0, 3, 1, 2).float() / 255)
    return lab[:, :1], F.avg_pool2d(lab[:, 1:], STRIDE)


def regression_loss(network: nn.Module, examples: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Squared distance in ab, in units of 50 (equation 1)."""
    lightness, ab = lightness_and_ab(examples)
    distance = ((network(lightness) - ab) / AB_SCALE).square().sum(1)
    return {"loss_ab": distance.mean()}


def classes_loss(network: nn.Module, examples: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Cross-entropy with soft targets (equation 2), averaged over pixels."""
    entropy, _ = cross_entropy(network, examples)
    return {"loss_classes": entropy.mean()}


def rebalanced_loss(network: nn.Module, examples: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The same, each pixel weighted by its nearest bin (equations 2 to 4)."""
    entropy, nearest = cross_entropy(network, examples)
    return {"loss_rebalanced": (entropy * _weights(entropy.device)[nearest]).mean()}


def cross_entropy(network: nn.Module, examples: list[dict[str, Tensor]]) -> tuple[Tensor, Tensor]:
    """−Σ Z log ẑ of each pixel, float [N · S/4 · S/4], and its nearest bin, int64 of the same shape.

    Z has five values that are not 0, and only those are summed.
    """
    lightness, ab = lightness_and_ab(examples)
    log_probs = network(lightness).log_softmax(1).permute(0, 2, 3, 1).flatten(0, 2)
    index, weight = nearest_bins(ab.permute(0, 2, 3, 1).flatten(0, 2), _bins(ab.device))
    return -(log_probs.gather(1, index) * weight).sum(1), index[:, 0]


@cache
def _bins(device: torch.device) -> Tensor:
    return gamut_bins().to(device)


@cache
def _weights(device: torch.device) -> Tensor:
    return rebalancing_weights(training_counts(), gamut_bins()).to(device)


def _recipe(name: str, title: str, output: Any, loss: Loss, **changes: Any) -> Recipe:
    card = {"kind": "colour", "network": "colorizer", "arguments": {"output": output}}
    sizes = {"steps": STEPS, "scenes": SCENES, "batch": BATCH, "fields": ("image",)}
    settings: dict[str, Any] = {**sizes, **card, **changes}
    return Recipe(name, title, partial(colorizer, output), example, loss, **settings)


RECIPES: dict[str, Callable[..., Recipe]] = {
    name: partial(_recipe, name, f"Colorizer, {title}", output, loss)
    for name, title, output, loss in (
        ("colorizer_regression", "regression to ab", "regression", regression_loss),
        ("colorizer_classes", "classes of colour", "classes", classes_loss),
        ("colorizer_rebalanced", "classes of colour, rare ones weighted", "classes", rebalanced_loss),
    )
}
