"""``python -m lecture_models.training NAME``: render what is missing, train, evaluate, write the weights.

Only the recipe as it stands, with seed 0, publishes weights; with another seed it adds a run to the results. With other
steps or scenes it is a trial, which writes nothing into ``assets``.

With ``--train-only`` it ends at the checkpoint, and the same command without it measures and publishes later, also on
another machine to which the runs were brought; that needs no training scenes.

Several processes: ``torchrun --nproc-per-node 2 -m lecture_models.training NAME``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from . import (
    ablations,
    checkpoint,
    colorizers,
    data,
    multiscale_depth,
    panoptic_fpn,
    patch_classifier,
    semantic,
)
from .examples import Scenes
from .initial import initial_state
from .loop import train
from .publish import destination, publish
from .recipe import Recipe, RecipeError

RECIPES: dict[str, Callable[..., Recipe]] = {
    "panoptic_fpn": panoptic_fpn.recipe,
    **ablations.RECIPES,
    "patch_classifier": patch_classifier.recipe,
    **semantic.RECIPES,
    **multiscale_depth.RECIPES,
    **colorizers.RECIPES,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status: 2 where the training cannot be begun or kept."""
    options = _parser().parse_args(arguments)
    try:
        _run(options)
    except RecipeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _run(options: argparse.Namespace) -> None:
    changes = {k: v for k in ("steps", "scenes", "seed") if (v := getattr(options, k)) is not None}
    recipe, rank = RECIPES[options.name](**changes), int(os.environ.get("RANK", "0"))
    goes = destination(recipe, RECIPES[options.name](), options.runs)
    if rank == 0:
        print(goes.told, file=sys.stderr, flush=True)
    path = goes.folder / checkpoint.NAME
    initial = None if path.exists() else initial_state(recipe, options.runs)
    store: Scenes = [] if checkpoint.finished(path) is not None else _scenes(options.data, recipe, rank)
    network, minutes = train(recipe, store, goes.folder, initial)
    if rank == 0 and not options.train_only:
        print(json.dumps(publish(recipe, network, minutes, goes)["metrics"], indent=1))


def _scenes(folder: Path, recipe: Recipe, rank: int) -> Scenes:
    if rank == 0:
        data.prepare(folder, recipe.scenes)
    return data.wait_for(folder, recipe.scenes, recipe.fields)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m lecture_models.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=sorted(RECIPES), help="network to train")
    parser.add_argument("--steps", type=int, help="steps instead of the recipe's: a trial")
    parser.add_argument("--scenes", type=int, help="training scenes instead of the recipe's: a trial")
    parser.add_argument(
        "--seed", type=int, help="other weights, order and draws; 0 if not given, and published"
    )
    parser.add_argument("--train-only", action="store_true", help="measure and publish nothing yet")
    parser.add_argument("--data", type=Path, default=Path("data/scenes"), help="where scenes are kept")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where checkpoints are kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
