"""What a recipe is: everything that decides which weights come out of a training."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import Tensor, nn

Batch = Any


@dataclass(frozen=True)
class Recipe:
    """A training, counted in steps so that the result does not depend on how fast the machine is.

    ``build`` makes the network with fresh weights, ``example`` turns one stored scene into one training
    example (index, generator, share of the training done -> example), ``loss`` maps the network and a list
    of examples to named losses, whose sum is minimised. ``kind``, ``network`` and ``arguments`` are the card's.
    """

    name: str
    title: str
    build: Callable[[], nn.Module]
    example: Callable[[dict[str, np.ndarray], np.random.Generator, float], Any]
    loss: Callable[[nn.Module, list[Any]], dict[str, Tensor]]
    steps: int
    scenes: int
    batch: int = 8
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.02
    warm_up: int = 200
    clip: float = 5.0
    seed: int = 0
    kind: str = "panoptic"
    network: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def rate(self, step: int) -> float:
        """Learning rate: linear warm-up, then a half cosine down to 1 % (one cycle)."""
        warm = min(1.0, (step + 1) / self.warm_up)
        return self.learning_rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / self.steps)))

    def draws(self, step: int, process: int) -> int:
        """Seed of what the network draws by itself in a step."""
        return (self.seed * 1_000_003 + step) * 1024 + process

    def indices(self, step: int) -> list[int]:
        """The scenes of a step: a new shuffle each epoch, a pure function of the step."""
        per_epoch = self.scenes // self.batch
        epoch, place = divmod(step, per_epoch)
        order = np.random.default_rng([self.seed, epoch]).permutation(self.scenes)
        return [int(i) for i in order[place * self.batch : (place + 1) * self.batch]]

    def describe(self) -> str:
        """The numbers of the recipe in one line, for the card."""
        return (
            f"AdamW, peak rate {self.learning_rate:g}, weight decay {self.weight_decay:g}, batch {self.batch}, "
            f"{self.steps} steps, gradients clipped at {self.clip:g}, seed {self.seed}"
        )
