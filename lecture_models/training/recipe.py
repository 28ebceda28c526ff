"""What a recipe is: everything that decides which weights come out of a training."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import Tensor, nn

from .data import FIELDS, FIRST_SEED, USUAL_FIELDS

MAX_SEED = 2**32 - 1  # `draws` packs seed, step and process into the 64 bits that torch takes


class RecipeError(ValueError):
    """A training that cannot be begun or kept; the message is one sentence for who asked for it."""


@dataclass(frozen=True)
class Recipe:
    """A training, counted in steps so that the result does not depend on how fast the machine is.

    ``build`` makes the network with fresh weights, ``example`` turns one stored scene into one training
    example (index, generator, share of the training done -> example), ``loss`` maps the network and a list
    of examples to named losses, whose sum is minimised. ``kind``, ``network`` and ``arguments`` are the card's.
    ``fields`` of a stored scene are what ``example`` gets; ``initial`` names the network whose weights the training
    starts from, as far as the two share names.

    Raises:
        RecipeError: (a ValueError) Steps, scenes, batch, warm-up or seed are out of range, or a field is not stored.
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
    fields: tuple[str, ...] = USUAL_FIELDS
    initial: str = ""

    def __post_init__(self) -> None:
        for name, low in {"steps": 1, "batch": 1, "warm_up": 1}.items():
            if getattr(self, name) < low:
                raise RecipeError(f"{name} must be at least {low}; got {getattr(self, name)}: give more.")
        if self.scenes < self.batch:
            raise RecipeError(
                f"scenes must be at least {self.batch}, which is one batch; got {self.scenes}: give more."
            )
        if not 0 <= self.seed <= MAX_SEED:
            raise RecipeError(f"seed must be from 0 to {MAX_SEED}; got {self.seed}: choose another.")
        if not set(self.fields) <= set(FIELDS):
            raise RecipeError(f"fields must be of {', '.join(FIELDS)}; got {self.fields}: choose of these.")

    def settings(self) -> dict[str, Any]:
        """All that decides the weights, but for the seed: runs with equal settings can be compared."""
        return {
            **({"initial": self.initial} if self.initial else {}),
            "network": self.network or self.name,
            "arguments": dict(self.arguments),
            "steps": self.steps,
            "batch": self.batch,
            "training_scenes": self.scenes,
            "first_training_seed": FIRST_SEED,
            "learning_rate": self.learning_rate,
            "weight_decay": self.weight_decay,
            "warm_up": self.warm_up,
            "clip": self.clip,
        }

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
        start = f"starts from {self.initial}, " if self.initial else ""
        return (
            f"{start}AdamW, peak rate {self.learning_rate:g}, weight decay {self.weight_decay:g}, batch {self.batch}, "
            f"{self.steps} steps, gradients clipped at {self.clip:g}, seed {self.seed}"
        )
