"""Checkpoints of a training: written as a whole, and gone on from by the same recipe alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .recipe import Recipe, RecipeError

NAME = "checkpoint.pt"


def save(
    path: Path,
    recipe: Recipe,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    step: int,
    minutes: float,
    device: str,
) -> None:
    """Write beside the old checkpoint, then take its place, so that a kill leaves one whole file.

    Args:
        path: Of the checkpoint.
        recipe: What is trained.
        network: With the weights after ``step`` steps.
        optimizer: Likewise.
        step: Steps done.
        minutes: Wall time that they took.
        device: On what, in words.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".fresh")
    state = {
        "recipe": _identity(recipe),
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": step,
        "minutes": minutes,
        "device": device,
    }
    torch.save(state, fresh)
    os.replace(fresh, path)


def _identity(recipe: Recipe) -> dict[str, Any]:
    return {**recipe.settings(), "seed": recipe.seed}


def resume(
    path: Path, recipe: Recipe, network: nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[int, float]:
    """Put a checkpoint's values in place; returns the steps and minutes behind it, zeros where there is none.

    Raises:
        RecipeError: (a ValueError) The checkpoint is another recipe's.
    """
    if not path.exists():
        return 0, 0.0
    state = _read(path)
    if state.get("recipe") != _identity(recipe):
        raise RecipeError(
            f"A training goes on from its own recipe's checkpoint; {path} is another's: move it, or give --runs."
        )
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"]), float(state["minutes"])


def finished(path: Path) -> dict[str, Tensor] | None:
    """The network's tensors, by name, of a training that came to its end; None for any other, or for no file."""
    if not path.exists():
        return None
    state = _read(path)
    network: dict[str, Tensor] = state["network"]
    return network if state["step"] == state["recipe"]["steps"] else None


def trained_on(path: Path) -> str:
    """On what a checkpoint was trained, such as "one GPU"; "" where that is not known."""
    return str(_read(path).get("device", "")) if path.exists() else ""


def _read(path: Path) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
