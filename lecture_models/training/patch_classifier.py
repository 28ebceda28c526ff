"""Recipe of ``patch_classifier``: patches around pixels of the scenes, half of them on things.

Things cover a fifth of the pixels, and some classes of them a fiftieth: half of the patches are drawn from the classes
of things that a scene shows, each as often as the others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..nets.patch_classifier import cut_patches, patch_classifier
from ..scenes import STUFF, VOID
from .recipe import Recipe
from .semantic import BATCH, FIELDS, SCENES, light, pictures

PATCHES = 4  # of each scene; the second half of them on things


def example(scene: dict[str, np.ndarray], rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
    """One stored scene -> ``image`` uint8 [S, S, 3], ``points`` int64 [4, 2], ``labels`` uint8 [4], ``light``."""
    image, semantic = scene["image"], scene["semantic"]
    if rng.random() < 0.5:
        image, semantic = image[:, ::-1], semantic[:, ::-1]
    places = pixels(semantic, rng)
    rows, columns = np.divmod(places, semantic.shape[1])
    return {
        "image": torch.from_numpy(image.copy()),
        "points": torch.from_numpy(np.stack([columns, rows], 1)),
        "labels": torch.from_numpy(semantic.ravel()[places]),
        "light": light(rng),
    }


def pixels(semantic: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Indices, int64 [4], into a flattened label map: two of any pixel, two of a thing if there is one."""
    flat = semantic.ravel()
    anywhere = rng.integers(flat.size, size=PATCHES)
    shown = np.flatnonzero(np.bincount(flat, minlength=VOID)[len(STUFF) : VOID]) + len(STUFF)
    if len(shown):
        for place in range(PATCHES // 2, PATCHES):
            anywhere[place] = rng.choice(np.flatnonzero(flat == rng.choice(shown)))
    return anywhere


def loss(network: nn.Module, examples: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Cross-entropy of all patches but those on void."""
    points, labels = (torch.cat([one[key] for one in examples]) for key in ("points", "labels"))
    owners = torch.arange(len(examples), device=points.device).repeat_interleave(PATCHES)
    patches = cut_patches(pictures(examples), owners, points)
    return {"loss_class": F.cross_entropy(network(patches), labels.long(), ignore_index=VOID)}


def recipe(**changes: Any) -> Recipe:
    """The recipe of the published weights; changes are the seed, or for tests and trials."""
    usual: dict[str, Any] = {
        "steps": 1500,
        "scenes": SCENES,
        "batch": BATCH,
        "fields": FIELDS,
        "kind": "patches",
    }
    title = "Classifier of patches of street scenes"
    return Recipe("patch_classifier", title, patch_classifier, example, loss, **{**usual, **changes})
