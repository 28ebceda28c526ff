"""Examples kept as bytes until they are on the device, where a whole batch is mirrored and lit at once.

Per step a recipe's ``example`` then costs little more than a copy out of the store. Examples carry, beside arrays as
the store has them, what was drawn for them: ``mirror`` and ``light``.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

GAIN, SHIFT = (0.8, 1.2), (-0.08, 0.08)  # of the light, for pictures in 0..1


def tensor(values: np.ndarray) -> Tensor:
    """A tensor with its own copy of an array's values: memory maps are read once, and never written."""
    return torch.from_numpy(np.array(values))


def drawn_mirror(rng: np.random.Generator) -> Tensor:
    """Whether an example is mirrored: bool scalar, one in two."""
    return torch.tensor(bool(rng.random() < 0.5))


def drawn_light(rng: np.random.Generator) -> Tensor:
    """How an example is lit: float [2], what its picture is multiplied by and what is added then."""
    return torch.tensor([rng.uniform(*GAIN), rng.uniform(*SHIFT)], dtype=torch.float32)


def stacked(examples: list[dict[str, Tensor]], name: str) -> Tensor:
    """One entry of all examples: [...] -> [N, ...]."""
    return torch.stack([one[name] for one in examples])


def mirrored(batch: Tensor, mirror: Tensor) -> Tensor:
    """Those of the maps [N, ..., W] that ``mirror``, bool [N], names, with left and right exchanged.

    >>> mirrored(torch.tensor([[[1, 2]], [[1, 2]]]), torch.tensor([True, False])).tolist()
    [[[2, 1]], [[1, 2]]]
    """
    return torch.where(mirror.view(-1, *[1] * (batch.ndim - 1)), batch.flip(-1), batch)


def pictures(examples: list[dict[str, Tensor]]) -> Tensor:
    """Pictures of all examples, mirrored: uint8 [H, W, 3] each -> float [N, 3, H, W] in 0..1."""
    batch = stacked(examples, "image").permute(0, 3, 1, 2).float() / 255
    return mirrored(batch, stacked(examples, "mirror"))


def lit(batch: Tensor, examples: list[dict[str, Tensor]]) -> Tensor:
    """Pictures [N, 3, H, W] under the examples' light, clipped to 0..1."""
    gain, shift = stacked(examples, "light").view(-1, 2, 1, 1, 1).unbind(1)
    return (batch * gain + shift).clamp(0, 1)
