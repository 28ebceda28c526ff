"""``python -m lecture_models.training NAME``: render what is missing, train, evaluate, write the weights.

Several processes: ``torchrun --nproc-per-node 2 -m lecture_models.training NAME``.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from . import ablations, data, panoptic_fpn
from .loop import train

RECIPES = {"panoptic_fpn": panoptic_fpn.recipe, **ablations.RECIPES}


def main() -> None:
    """Read the command line and run."""
    arguments = _parser().parse_args()
    changes = {k: v for k in ("steps", "scenes", "seed") if (v := getattr(arguments, k)) is not None}
    recipe = RECIPES[arguments.name](**changes)
    rank = int(os.environ.get("RANK", "0"))
    if rank == 0:
        data.prepare(arguments.data, recipe.scenes)
    store = data.wait_for(arguments.data, recipe.scenes)
    network, minutes = train(recipe, store, arguments.runs / f"{recipe.name}-{recipe.seed}")
    if rank == 0:
        from .publish import publish

        publish(recipe, network, minutes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m lecture_models.training", description=__doc__)
    parser.add_argument("name", choices=sorted(RECIPES), help="network to train")
    parser.add_argument("--steps", type=int, help="steps instead of the recipe's")
    parser.add_argument("--scenes", type=int, help="training scenes instead of the recipe's")
    parser.add_argument(
        "--seed", type=int, help="other weights, order and draws; 0 if not given, and published"
    )
    parser.add_argument("--data", type=Path, default=Path("data/scenes"), help="where scenes are kept")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where checkpoints are kept")
    return parser


if __name__ == "__main__":
    main()
