"""Recipes of the networks that label pixels: U-Net, and FCN-32s, -16s, -8s, each of which starts from the one before.

All have the loss of the panoptic network's semantic branch, so that architectures are compared and not losses; Long et
al. 2015 take the cross-entropy without Dice. Pictures stay bytes until they are on the device of the training.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..nets.fcn import fcn
from ..nets.semantic_branch import semantic_loss
from ..nets.unet import unet
from .panoptic_fpn import CROP, FULL_PICTURES_FROM
from .recipe import Recipe

SCENES = 12000
BATCH = 16
FIELDS = ("image", "semantic")
GAIN, SHIFT = (0.8, 1.2), (-0.08, 0.08)


def example(scene: dict[str, np.ndarray], rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
    """One stored scene -> ``image`` uint8 [S, S, 3] and ``semantic`` uint8 [S, S], cropped, and :func:`draw`'s."""
    whole = scene["image"].shape[0]
    size = whole if progress >= FULL_PICTURES_FROM else CROP
    top, left = (int(place) for place in rng.integers(whole - size + 1, size=2))
    window = np.s_[top : top + size, left : left + size]
    parts = {field: torch.from_numpy(scene[field][window].copy()) for field in FIELDS}
    return {**parts, **draw(rng)}


def draw(rng: np.random.Generator) -> dict[str, Tensor]:
    """How a picture is shown: ``light``, float32 [2], gain and shift of values in 0..1, and ``mirrored``, a bool."""
    light = [rng.uniform(*GAIN), rng.uniform(*SHIFT)]
    mirrored = bool(rng.random() < 0.5)
    return {"light": torch.tensor(light, dtype=torch.float32), "mirrored": torch.tensor(mirrored)}


def stacked(examples: list[dict[str, Tensor]], field: str) -> Tensor:
    """One field of all examples, [B, S, S, ...], mirrored from left to right where an example says so."""
    values = torch.stack([one[field] for one in examples])
    mirrored = torch.stack([one["mirrored"] for one in examples])
    return torch.where(mirrored.reshape(-1, *[1] * (values.ndim - 1)), values.flip(2), values)


def pictures(examples: list[dict[str, Tensor]]) -> Tensor:
    """The examples' pictures as a network takes them, mirrored and re-lit: float [B, 3, S, S] in 0..1."""
    images = stacked(examples, "image").permute(0, 3, 1, 2).float().div(255)
    gain, shift = torch.stack([one["light"] for one in examples])[:, :, None, None, None].unbind(1)
    return (images * gain + shift).clamp(0, 1)


def loss(network: nn.Module, examples: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Cross-entropy and Dice of all pixels but void."""
    labels = stacked(examples, "semantic").long()
    return {"loss_semantic": semantic_loss(network(pictures(examples)), labels)}


def _recipe(
    name: str, title: str, build: Callable[[], nn.Module], steps: int, changes: dict[str, Any], **card: Any
) -> Recipe:
    usual: dict[str, Any] = {"steps": steps, "scenes": SCENES, "batch": BATCH, "fields": FIELDS}
    return Recipe(name, title, build, example, loss, **{**usual, "kind": "semantic", **card, **changes})


def unet_recipe(**changes: Any) -> Recipe:
    """The recipe of ``unet``; `changes` are the seed, or for tests and trials."""
    return _recipe("unet", "U-Net on street scenes", unet, 5000, changes)


STARTS = {32: "patch_classifier", 16: "fcn_32s", 8: "fcn_16s"}
STEPS = {32: 2000, 16: 1200, 8: 1500}
RATES = {32: 1e-3, 16: 7e-4, 8: 7e-4}


def fcn_recipe(stride: Any, **changes: Any) -> Recipe:
    """The recipe of an FCN of one finest stride; `changes` as above."""
    name, arguments = f"fcn_{stride}s", {"stride": stride}
    card = {"network": "fcn", "arguments": arguments, "initial": STARTS[stride]}
    title = f"FCN-{stride}s on street scenes"
    build = partial(fcn, stride)
    return _recipe(name, title, build, STEPS[stride], changes, learning_rate=RATES[stride], **card)


RECIPES: dict[str, Callable[..., Recipe]] = {
    "unet": unet_recipe,
    **{f"fcn_{stride}s": partial(fcn_recipe, stride) for stride in (32, 16, 8)},
}
