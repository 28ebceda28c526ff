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
from .semantic import BATCH, FIELDS, SCENES, draw, pictures

PATCHES = 4  # of each scene; the second half of them on things
SPARSE = 3  # pixels; a thing that is judged at all covers several cells of this size


def example(scene: dict[str, np.ndarray], rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
    """One stored scene -> ``image`` uint8 [S, S, 3], ``points`` int64 [4, 2], ``labels`` uint8 [4], and ``draw``'s.

    Points are (x, y) in the picture as it is shown, which may be mirrored.
    """
    semantic, shown = scene["semantic"], draw(rng)
    rows, columns = pixels(semantic, rng).T
    across = semantic.shape[1] - 1 - columns if shown["mirrored"] else columns
    return {
        "image": torch.from_numpy(scene["image"].copy()),
        "points": torch.from_numpy(np.stack([across, rows], 1)),
        "labels": torch.from_numpy(semantic[rows, columns]),
        **shown,
    }


def pixels(semantic: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rows and columns, int64 [4, 2], in a label map: two of any pixel, two of a thing if there is one.

    Things are looked for in every third row and column, from where chance begins, which is quicker.
    """
    places = rng.integers(semantic.shape, size=(PATCHES, 2))
    start = rng.integers(SPARSE, size=2)
    sparse = np.ascontiguousarray(semantic[start[0] :: SPARSE, start[1] :: SPARSE])
    things = len(STUFF) + np.flatnonzero(np.bincount(sparse.ravel(), minlength=VOID)[len(STUFF) : VOID])
    for k in range(PATCHES // 2, PATCHES if len(things) else 0):
        found = np.flatnonzero(sparse == things[rng.integers(len(things))])
        places[k] = start + SPARSE * np.array(divmod(found[rng.integers(len(found))], sparse.shape[1]))
    return places


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
