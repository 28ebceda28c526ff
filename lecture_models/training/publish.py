"""Where a training's outcome goes, said before it begins; and its end: measured on held-out scenes, then kept."""

from __future__ import annotations

import platform
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
from torch import nn

from .. import results, zoo
from ..evaluation import SIZE, evaluate
from ..nets.mask_softmax import SoftmaxMaskPredictor
from ..nets.pool_scales import set_scales
from ..scenes.settings import CLASSES, THINGS
from ..weights import save_weights, to_float16
from . import checkpoint, data
from .recipe import Recipe, RecipeError

FIRST_TEST_SEED, TEST_SCENES = 0, 300
PUBLISHED_SEED = 0
LABELS = {"semantic": CLASSES, "patches": CLASSES, "depth": (), "colour": ()}
"""Names of a network's labels by its kind; a detector's are the background and the things."""


@dataclass(frozen=True)
class Destination:
    """What a run writes, besides its checkpoint.

    Attributes:
        folder: Of the checkpoint; a trial's weights are kept there too.
        told: What is written where, in one sentence.
        weights: Whether weights and card go to the zoo.
        results: Whether the run goes to the network's results.
    """

    folder: Path
    told: str
    weights: bool = False
    results: bool = False


def destination(recipe: Recipe, standard: Recipe, runs: Path) -> Destination:
    """Where the outcome of a recipe goes: only the unchanged one with seed 0 publishes its weights.

    Args:
        recipe: What is asked for.
        standard: The recipe of this name as it stands.
        runs: The folder of all checkpoints.

    Raises:
        RecipeError: (a ValueError) The run could not be added to the network's results.
    """
    own, usual = recipe.settings(), standard.settings()
    name = f"{recipe.name}-{recipe.seed}"
    changed = [f"{key} {own[key]} instead of {usual[key]}" for key in own if own[key] != usual[key]]
    if changed:
        folder = runs / f"{name}-{recipe.steps}-steps-{recipe.scenes}-scenes"
        told = f"A trial ({', '.join(changed)}): its weights stay in {folder}, nothing is published."
        return Destination(folder, told)
    try:
        results.runs_so_far(recipe.name, about(recipe))
    except ValueError as error:
        raise RecipeError(str(error)) from error
    weights = recipe.seed == PUBLISHED_SEED
    what = "weights, card and results" if weights else f"a run of seed {recipe.seed} in the results"
    return Destination(runs / name, f"The recipe of {recipe.name}: it publishes {what}.", weights, True)


def publish(recipe: Recipe, network: nn.Module, minutes: float, goes: Destination) -> dict[str, Any]:
    """Measure a trained network as its file would give it back, then write what its destination says.

    Nothing is replaced before everything is measured.

    Returns:
        The run, as :func:`lecture_models.results.load` describes it.

    Raises:
        RecipeError: (a ValueError) The weights are not finite, or do not fit into float16.
    """
    network, device = as_loaded(network), checkpoint.trained_on(goes.folder / checkpoint.NAME)
    metrics = evaluate(network, FIRST_TEST_SEED, TEST_SCENES, show)
    run = {
        "seed": recipe.seed,
        "steps": recipe.steps,
        "minutes": round(minutes, 1),
        "device": device,
        "commit": _commit(),
        "versions": versions(),
        "test": {"first_seed": FIRST_TEST_SEED, "scenes": TEST_SCENES, "size": SIZE},
        "metrics": metrics,
        **other_readings(network),
    }
    whole = replace(card(recipe, minutes), device=device, metrics=metrics)
    if goes.weights:
        zoo.save(recipe.name, network.state_dict(), whole)
    if goes.results:
        results.add(recipe.name, about(recipe), run)
    else:
        save_weights(goes.folder, recipe.name, network.state_dict(), whole)
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
        classes=LABELS.get(recipe.kind, ("background", *THINGS)),
        network=recipe.network,
        arguments=recipe.arguments,
    )


def about(recipe: Recipe) -> dict[str, Any]:
    """What all runs of a recipe share."""
    return {
        "name": recipe.name,
        "title": recipe.title,
        "command": command(recipe),
        "settings": recipe.settings(),
    }


def command(recipe: Recipe) -> str:
    """What trains the network anew."""
    return f"python -m lecture_models.training {recipe.name}"


def as_loaded(network: nn.Module) -> nn.Module:
    """The network as :func:`lecture_models.zoo.load` would give it: float16's values, on its device.

    Raises:
        RecipeError: (a ValueError) A value does not fit into float16.
    """
    try:
        state = {key: to_float16(key, value) for key, value in network.state_dict().items()}
    except ValueError as error:
        raise RecipeError(str(error)) from error
    network.load_state_dict(state)
    set_scales(network)
    return network.eval().requires_grad_(False).to(zoo.device())


def versions() -> dict[str, str]:
    """Of what decides the numbers, as far as it is installed."""
    found = {}
    for name in ("torch", "torchvision", "numpy", "pycocotools", "accelerate"):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return {"python": platform.python_version(), **found, "threads": str(torch.get_num_threads())}


def show(done: int, total: int) -> None:
    """How far the measuring is, on stderr."""
    print(f"\rmeasuring {done}/{total} scenes", end="" if done < total else "\n", file=sys.stderr, flush=True)


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
