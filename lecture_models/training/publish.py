"""The end of a training: measured on held-out scenes as loaded, with a result file; seed 0's weights go to the zoo."""

from __future__ import annotations

import platform
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import torch
from torch import nn

from .. import results, zoo
from ..evaluation import SIZE, evaluate
from ..nets.mask_softmax import SoftmaxMaskPredictor
from ..scenes.settings import THINGS
from . import data
from .recipe import Recipe

FIRST_TEST_SEED, TEST_SCENES = 0, 300
PUBLISHED_SEED = 0


def publish(recipe: Recipe, network: nn.Module, minutes: float) -> dict[str, Any]:
    """Measure the network in float16, add the run to its results, and complete its card if its seed is published."""
    if recipe.seed == PUBLISHED_SEED:
        zoo.save(recipe.name, network.state_dict(), card(recipe, minutes))
        metrics = evaluate(zoo.load(recipe.name), FIRST_TEST_SEED, TEST_SCENES, show)
        zoo.save(recipe.name, network.state_dict(), replace(card(recipe, minutes), metrics=metrics))
    else:
        metrics = evaluate(rounded(network), FIRST_TEST_SEED, TEST_SCENES, show)
    run = {
        "seed": recipe.seed,
        "steps": recipe.steps,
        "minutes": round(minutes, 1),
        "commit": _commit(),
        "versions": versions(),
        "test": {"first_seed": FIRST_TEST_SEED, "scenes": TEST_SCENES, "size": SIZE},
        "metrics": metrics,
        **other_readings(zoo.load(recipe.name) if recipe.seed == PUBLISHED_SEED else network),
    }
    results.add(recipe.name, about(recipe), run)
    return run


def other_readings(network: nn.Module) -> dict[str, Any]:
    """Softmax masks once more, a pixel belonging to the mask where its class beats the background."""
    predictor = getattr(getattr(network, "roi_heads", None), "mask_predictor", None)
    if not isinstance(predictor, SoftmaxMaskPredictor):
        return {}
    predictor.against_background = True
    try:
        return {"metrics_against_background": evaluate(network, FIRST_TEST_SEED, TEST_SCENES, show)}
    finally:
        predictor.against_background = False


def card(recipe: Recipe, minutes: float) -> zoo.Card:
    """What the zoo says of the network, but for its metrics."""
    return zoo.Card(
        name=recipe.name,
        title=recipe.title,
        kind=recipe.kind,
        data=f"{recipe.scenes} rendered scenes: two thirds with default settings, the rest at random",
        recipe=f"{command(recipe)} ({recipe.describe()})",
        steps=recipe.steps,
        minutes=round(minutes, 1),
        seeds={
            "train": [data.FIRST_SEED, data.FIRST_SEED + recipe.scenes - 1],
            "test": [FIRST_TEST_SEED, TEST_SCENES],
        },
        commit=_commit(),
        classes=("background", *THINGS),
        network=recipe.network,
        arguments=recipe.arguments,
    )


def about(recipe: Recipe) -> dict[str, Any]:
    """What all runs of a recipe share."""
    settings = {
        "network": recipe.network or recipe.name,
        "arguments": dict(recipe.arguments),
        "steps": recipe.steps,
        "batch": recipe.batch,
        "training_scenes": recipe.scenes,
        "first_training_seed": data.FIRST_SEED,
        "learning_rate": recipe.learning_rate,
        "weight_decay": recipe.weight_decay,
        "warm_up": recipe.warm_up,
        "clip": recipe.clip,
    }
    return {"name": recipe.name, "title": recipe.title, "command": command(recipe), "settings": settings}


def command(recipe: Recipe) -> str:
    """What trains the network anew."""
    return f"python -m lecture_models.training {recipe.name}"


def rounded(network: nn.Module) -> nn.Module:
    """The network with the weights that a float16 file would give back."""
    state = {
        name: value.half().float() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    network.load_state_dict(state)
    return network.eval()


def versions() -> dict[str, str]:
    """Of what decides the numbers."""
    names = ("torch", "torchvision", "numpy", "pycocotools", "accelerate")
    found = {name: version(name) for name in names}
    return {"python": platform.python_version(), **found, "threads": str(torch.get_num_threads())}


def show(done: int, total: int) -> None:
    """How far the measuring is, on stderr."""
    print(f"\rmeasuring {done}/{total} scenes", end="" if done < total else "\n", file=sys.stderr, flush=True)


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
