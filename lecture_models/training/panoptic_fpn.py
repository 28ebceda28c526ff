"""Recipe of ``panoptic_fpn``: detector and semantic branch trained together on seeded scenes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..nets.panoptic_fpn import panoptic_fpn
from ..scenes import STUFF, VOID, tight_box
from .recipe import Recipe

CROP = 192  # pixels; most steps see crops, which are faster and vary the picture's edge
FULL_PICTURES_FROM = 0.9  # share of the training after which whole pictures are used
SMALLEST_PIECE = 16  # pixels; a thing that a crop leaves less of is not a target


def example(scene: dict[str, np.ndarray], rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
    """One stored scene -> image float [3, S, S] in 0..1 and targets, cropped, mirrored, re-lit."""
    size = scene["image"].shape[0] if progress >= FULL_PICTURES_FROM else CROP
    top, left = (int(rng.integers(scene["image"].shape[0] - size + 1)) for _ in range(2))
    window = np.s_[top : top + size, left : left + size]
    image, semantic, instance = (scene[f][window] for f in ("image", "semantic", "instance"))
    if rng.random() < 0.5:
        image, semantic, instance = image[:, ::-1], semantic[:, ::-1], instance[:, ::-1]
    gain, shift = rng.uniform(0.8, 1.2), rng.uniform(-0.08, 0.08)
    pixels = torch.from_numpy(image.copy()).permute(2, 0, 1).float().div(255)
    return {
        "image": (pixels * gain + shift).clamp(0, 1),
        "semantic": torch.from_numpy(semantic.copy()).long(),
        **targets(semantic, instance),
    }


def targets(semantic: np.ndarray, instance: np.ndarray) -> dict[str, Tensor]:
    """Label and instance maps [H, W] -> ``boxes`` [N, 4], ``labels`` [N] in 1..5, ``masks`` [N, H, W]."""
    area = np.bincount(instance.ravel(), minlength=1)
    area[0] = 0
    numbers = np.flatnonzero(area >= SMALLEST_PIECE)
    masks = instance[None] == numbers[:, None, None]
    boxes = [tight_box(m) for m in masks]
    labels = [int(semantic[m][0]) - len(STUFF) + 1 for m in masks]
    assert all(0 < label < VOID - len(STUFF) for label in labels)
    return {
        "boxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        "labels": torch.tensor(labels, dtype=torch.int64),
        "masks": torch.from_numpy(masks.astype(np.uint8)),
    }


def loss(network: nn.Module, examples: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Torchvision's five detector losses and the semantic one."""
    images = [e["image"] for e in examples]
    return network(images, [{k: v for k, v in e.items() if k != "image"} for e in examples])


def recipe(**changes: Any) -> Recipe:
    """The recipe of the published weights; changes are for tests and trials."""
    settings: dict[str, Any] = {"steps": 6000, "scenes": 8000, **changes}
    return Recipe("panoptic_fpn", "Panoptic FPN on street scenes", panoptic_fpn, example, loss, **settings)
