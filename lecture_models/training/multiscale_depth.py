"""Recipes of ``multiscale_depth``: depth and normals at three scales, on whole pictures, in two rounds.

Whole pictures, since scale 1 is to see all of one, and since metric depth depends on where in the picture a pixel is.
Mirroring keeps that, and turns the normals' x around.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..nets.multiscale_depth import STRIDES, Geometry, multiscale_depth
from ..ops.normals import cosine_loss
from ..ops.scale_invariant import scale_invariant_loss
from .data import NORMAL_STEPS
from .recipe import Recipe
from .semantic import draw, pictures, stacked

FIELDS = ("image", "depth", "normals")
WEIGHTS = {"coarse": 0.5, "middle": 0.5, "fine": 1.0}  # the lower scales are means, not ends
KNOWN_SHARE = 0.5  # of a cell's pixels that must have a depth for the cell to have one


def example(scene: dict[str, np.ndarray], rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
    """One stored scene -> the same as tensors, and how it is shown: ``light`` and ``mirrored``.

    Args:
        scene: ``image`` uint8 [S, S, 3]; ``depth`` float16 [S, S] in metres, infinite in the sky; ``normals`` int8
            [S, S, 3], 127 times the unit vector in camera axes.
        rng: of this example.
        progress: not used: all of the training sees the same.
    """
    return {**{field: torch.from_numpy(scene[field].copy()) for field in FIELDS}, **draw(rng)}


def truth(examples: list[dict[str, Tensor]]) -> tuple[Tensor, Tensor, Tensor]:
    """Mirrored truth of all examples.

    Returns:
        ln metres float [N, S, S], 0 in the sky; unit normals float [N, 3, S, S], zero in the sky; and bool
        [N, S, S], where there is a depth.
    """
    depth = stacked(examples, "depth").float()
    known = torch.isfinite(depth)
    x, y, z = stacked(examples, "normals").float().div(NORMAL_STEPS).unbind(3)
    turned = torch.where(torch.stack([one["mirrored"] for one in examples]).view(-1, 1, 1), -x, x)
    normals = F.normalize(torch.stack([turned, y, z], 1), dim=1)
    return torch.where(known, depth, 1.0).log(), normals, known


def reduced(log_depth: Tensor, normals: Tensor, known: Tensor, stride: int) -> tuple[Tensor, Tensor, Tensor]:
    """The truth in cells of ``stride`` pixels: means over the pixels with a depth, if these are half of the cell.

    Shapes as :func:`truth`, with S / stride for S.
    """
    if stride == 1:
        return log_depth, normals, known
    counted = known[:, None].float()
    share = F.avg_pool2d(counted, stride)
    mean = F.avg_pool2d(torch.cat([log_depth[:, None], normals], 1) * counted, stride) / share.clamp_min(1e-6)
    return mean[:, 0], F.normalize(mean[:, 1:], dim=1), share[:, 0] >= KNOWN_SHARE


def loss(network: nn.Module, examples: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Depth (Eigen & Fergus 2015, equation 1) and normals (1 − cos) at each scale, weighted: six losses."""
    trace = network(pictures(examples))
    whole = truth(examples)
    losses = {}
    for (name, weight), stride in zip(WEIGHTS.items(), STRIDES, strict=True):
        said: Geometry = getattr(trace, name)
        log_depth, normals, known = reduced(*whole, stride)
        losses[f"loss_depth_{name}"] = weight * scale_invariant_loss(said.log_depth[:, 0], log_depth, known)
        losses[f"loss_normals_{name}"] = weight * cosine_loss(said.normals, normals, known)
    return losses


def _recipe(name: str, title: str, usual: dict[str, Any], changes: dict[str, Any]) -> Recipe:
    settings: dict[str, Any] = {"batch": 16, "kind": "depth", "fields": FIELDS, **usual, **changes}
    return Recipe(name, title, multiscale_depth, example, loss, network="multiscale_depth", **settings)


def draft_recipe(**changes: Any) -> Recipe:
    """The first round, whose weights only the second one needs; changes are the seed, or for tests and trials."""
    title = "Multi-scale depth and normals, first round"
    return _recipe("multiscale_depth_draft", title, {"steps": 2000, "scenes": 4000}, changes)


def recipe(**changes: Any) -> Recipe:
    """The recipe of the published weights: a second round, with smaller steps and half as many scenes again."""
    usual = {"steps": 800, "scenes": 6000, "learning_rate": 7e-4, "initial": "multiscale_depth_draft"}
    return _recipe("multiscale_depth", "Multi-scale depth and normals on street scenes", usual, changes)


RECIPES: dict[str, Callable[..., Recipe]] = {
    "multiscale_depth_draft": draft_recipe,
    "multiscale_depth": recipe,
}
