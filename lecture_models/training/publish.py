"""The end of a training: weights in float16, measured on held-out scenes as loaded, and a card."""

from __future__ import annotations

import subprocess
from dataclasses import replace

from torch import nn

from .. import zoo
from ..evaluation import evaluate
from ..scenes.settings import THINGS
from . import data
from .recipe import Recipe

FIRST_TEST_SEED, TEST_SCENES = 0, 300


def publish(recipe: Recipe, network: nn.Module, minutes: float) -> zoo.Card:
    """Save the weights, load them back from the file, evaluate that, and complete the card."""
    card = zoo.Card(
        name=recipe.name,
        title=recipe.title,
        data=f"{recipe.scenes} rendered scenes: two thirds with default settings, the rest at random",
        recipe=f"python -m lecture_models.training {recipe.name} ({recipe.describe()})",
        steps=recipe.steps,
        minutes=round(minutes, 1),
        seeds={
            "train": [data.FIRST_SEED, data.FIRST_SEED + recipe.scenes - 1],
            "test": [FIRST_TEST_SEED, TEST_SCENES],
        },
        commit=_commit(),
        classes=("background", *THINGS),
    )
    zoo.save(recipe.name, network.state_dict(), card)
    metrics = evaluate(zoo.load(recipe.name), FIRST_TEST_SEED, TEST_SCENES)
    return zoo.save(recipe.name, network.state_dict(), replace(card, metrics=metrics))


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
