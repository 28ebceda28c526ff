"""Weights that a training starts from: those of another network, as FCN-16s starts from FCN-32s."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from .. import zoo
from ..weights import read_weights
from . import checkpoint
from .recipe import Recipe, RecipeError


def initial_state(recipe: Recipe, runs: Path) -> dict[str, Tensor] | None:
    """Tensors, by name, of the network that a recipe starts from; None for a recipe that starts from nothing.

    They are those of that network's finished run with the same seed, else the published ones.

    Args:
        recipe: ``initial`` names the network.
        runs: The folder of all checkpoints.

    Raises:
        RecipeError: (a ValueError) There is neither.
    """
    name = recipe.initial
    if not name:
        return None
    state = checkpoint.finished(runs / f"{name}-{recipe.seed}" / checkpoint.NAME)
    if state is not None:
        return state
    try:
        return read_weights(zoo.WEIGHTS / f"{name}.safetensors", zoo.card(name).sha256)
    except ValueError as error:
        raise RecipeError(
            f"{recipe.name} starts from {name}, of which there is neither a finished run with seed {recipe.seed} in "
            f"{runs} nor a published file: train it first, python -m lecture_models.training {name}."
        ) from error


@torch.no_grad()
def start_from(network: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Copy what two networks share by name; what the network has alone stays as it is.

    A linear layer's matrix [out, in · k · k] fills a convolution's kernels [out, in, k, k], which are the same numbers
    (Long et al. 2015, section 3.1).

    Args:
        network: Whose parameters and buffers are overwritten.
        state: The other's tensors, by name.

    Raises:
        RecipeError: (a ValueError) They share no name, or two tensors of one name differ in the number of values.
    """
    own = network.state_dict()
    shared = [name for name in own if name in state]
    if not shared:
        raise RecipeError("A network starts from one that shares names with it; these two share none.")
    for name in shared:
        if own[name].numel() != state[name].numel():
            raise RecipeError(
                f"{name} has {own[name].numel()} values, and {state[name].numel()} in the network that this one "
                "starts from: train that one anew."
            )
        own[name].copy_(state[name].reshape(own[name].shape))
