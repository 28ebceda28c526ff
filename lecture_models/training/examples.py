"""The examples of each step, made by a thread while the network is busy with those of the step before."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from .recipe import Recipe

Example = dict[str, Tensor]


class Scenes(Protocol):
    """Scenes by index: a store, or a list."""

    def __getitem__(self, index: int, /) -> dict[str, np.ndarray]:
        """The fields of a scene."""


def batches(
    recipe: Recipe, store: Scenes, steps: range, process: tuple[int, int], device: torch.device
) -> Iterator[list[Example]]:
    """One process's share of each step's batch, on a device.

    An example depends on the recipe's seed, the step and its place in the batch alone, so neither the thread nor the
    number of processes changes it.

    Args:
        recipe: Says which scenes, and how an example is made.
        store: Scenes by index.
        steps: In order.
        process: Index of this process, and their number.
        device: Where the examples are used.
    """
    pinned = device.type == "cuda"  # only from such memory does a copy run while the network computes
    with ThreadPoolExecutor(1) as pool:
        coming = [pool.submit(examples, recipe, store, step, process, pinned) for step in steps[:1]]
        for step in steps:
            ready = coming.pop().result()
            coming = [pool.submit(examples, recipe, store, step + 1, process, pinned)] * (step + 1 in steps)
            yield [{k: v.to(device, non_blocking=True) for k, v in one.items()} for one in ready]


def examples(
    recipe: Recipe, store: Scenes, step: int, process: tuple[int, int], pinned: bool = False
) -> list[Example]:
    """One process's share of a step's batch, on the CPU, in pinned memory if asked for."""
    index, processes = process
    found = []
    for place, scene in list(enumerate(recipe.indices(step)))[index::processes]:
        rng = np.random.default_rng([recipe.seed, step, place])
        one = recipe.example(store[scene], rng, step / recipe.steps)
        found.append({k: v.pin_memory() for k, v in one.items()} if pinned else one)
    return found
