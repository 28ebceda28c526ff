"""What lies behind the ablation of the mask loss, measured on its two networks: gradients, heads, chance, beginnings.

    python -m lecture_models.training.mask_losses        some twenty minutes; writes assets/results/mask_losses.json

Two trainings that differ in the loss alone differ in more than their masks: one loss may push the shared backbone
harder under the common clip, and so change the boxes too. Therefore: how long the mask loss's gradient on the backbone
is, what the masks alone are worth on the same boxes, by how much other scenes would move the AP, and which of
the two fits better where the lesson begins.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from .. import pictures, results, zoo
from ..evaluation import SIZE, instances_of
from ..evaluation.detection import AveragePrecision, Detections
from ..nets.mask_heads import every_mask
from ..nets.rcnn_trace import RCNNTrace, paste, trace_rcnn
from ..scenes import THINGS, render
from ..segments import MASK_THRESHOLD
from ..studies import mask_head
from ..weights import replace_file
from .ablations import RECIPES
from .data import FIRST_SEED, settings_for, stored
from .examples import examples
from .publish import versions
from .recipe import Recipe

NAME = "mask_losses"
LOSSES = ("softmax", "sigmoid")
SCENES, BATCHES, DRAWS, BEGINNINGS = 300, 8, 400, 100
Scenes = Mapping[int, dict[str, np.ndarray]]


def norms(recipe: Recipe, network: nn.Module, batch: list[Any], step: int) -> tuple[float, float]:
    """Lengths of two gradients in a step of a training: the mask loss's on the backbone, the whole one on everything.

    Args:
        recipe: Of the training; its clip would cut the second to a length.
        network: In training mode.
        batch: The step's examples.
        step: Decides what the network draws by itself.
    """
    torch.manual_seed(recipe.draws(step, 0))
    losses, of = recipe.loss(network, batch), network.named_parameters()
    named = [(name, value) for name, value in of if value.requires_grad]
    body, every = [value for name, value in named if name.startswith("backbone.")], [v for _, v in named]
    mask = torch.autograd.grad(losses["loss_mask"], body, retain_graph=True, allow_unused=True)
    whole = torch.autograd.grad(torch.stack(list(losses.values())).sum(), every, allow_unused=True)
    return length(mask), length(whole)


def length(gradients: Iterable[Tensor | None]) -> float:
    """Euclidean length of all together.

    >>> length([torch.tensor([3.0]), None, torch.tensor([[4.0]])])
    5.0
    """
    return float(torch.stack([g.detach().norm() for g in gradients if g is not None]).norm())


def gradients(loss: str, batches: int = BATCHES) -> dict[str, Any]:
    """Both lengths for the fresh and the trained network of one loss: means over the training's first batches."""
    recipe = RECIPES[f"mask_{loss}"]()
    asked = {index for step in range(batches) for index in recipe.indices(step)}
    scenes = {index: training_scene(index) for index in sorted(asked)}
    torch.manual_seed(recipe.seed)
    fresh, trained = recipe.build().train(), recipe.build().train()
    trained.load_state_dict(zoo.load(recipe.name).cpu().state_dict())
    found: dict[str, Any] = {"batches": batches, "batch": recipe.batch, "clip": recipe.clip}
    for when, network in (("fresh", fresh), ("trained", trained)):
        pairs = [
            norms(recipe, network, examples(recipe, scenes, step, (0, 1)), step) for step in range(batches)
        ]
        mask, whole = np.mean(pairs, axis=0)
        found[when] = {"mask_loss_on_backbone": float(mask), "whole": float(whole)}
    return found


def training_scene(index: int) -> dict[str, np.ndarray]:
    """A scene of the training set as its store would give it."""
    seed = FIRST_SEED + index
    return stored(render(seed, settings_for(seed), SIZE))


def on_boxes(network: Any, trace: RCNNTrace, boxes: RCNNTrace) -> Detections:
    """One network's masks in the boxes, classes and scores of another's detections, of the same picture."""
    rows = torch.arange(len(boxes.boxes))
    cells = every_mask(network, trace, boxes.boxes)[rows, boxes.labels]
    masks = paste(cells, boxes.boxes, boxes.image.shape[:2]) >= MASK_THRESHOLD
    return Detections(boxes.boxes.numpy(), boxes.labels.numpy() - 1, boxes.scores.numpy(), masks.numpy())


def swapped(scenes: int = SCENES) -> dict[tuple[str, str], AveragePrecision]:
    """AP for the masks of each network in the boxes of each, by (whose boxes, whose masks)."""
    networks = {loss: zoo.load(f"mask_{loss}") for loss in LOSSES}
    found = {(boxes, masks): AveragePrecision(THINGS) for boxes in LOSSES for masks in LOSSES}
    for seed in tqdm(range(scenes), "swapping heads"):
        scene = render(seed, size=SIZE)
        traces = {loss: trace_rcnn(network, scene.image) for loss, network in networks.items()}
        truth = instances_of(scene)
        for (boxes, masks), metric in found.items():
            metric.update(truth, on_boxes(networks[masks], traces[masks], traces[boxes]))
    return found


def chance(found: Mapping[Any, AveragePrecision], scenes: int, draws: int = DRAWS) -> dict[Any, list[float]]:
    """The bootstrap's mask APs, the same draws of scenes for all."""
    rng = np.random.default_rng(0)
    orders = rng.integers(0, scenes, (draws, scenes)).tolist()
    return {key: [ap or 0.0 for ap in metric.resampled(orders)] for key, metric in found.items()}


def heads(scenes: int = SCENES, draws: int = DRAWS) -> list[dict[str, Any]]:
    """For the boxes of each network: mask AP by the masks of each, their gain, and the standard errors of all."""
    metrics = swapped(scenes)
    drawn = chance(metrics, scenes, draws)
    rows = []
    for boxes in LOSSES:
        ap = {loss: metrics[boxes, loss].compute()["mask_ap"] for loss in LOSSES}
        tried = {loss: np.array(drawn[boxes, loss]) for loss in LOSSES}
        gain = tried["sigmoid"] - tried["softmax"]
        error = {loss: float(values.std(ddof=1)) for loss, values in tried.items()}
        rows.append(
            {
                "boxes": boxes,
                "mask_ap": ap,
                "standard_error": error,
                "gain": ap["sigmoid"] - ap["softmax"],
                "gain_standard_error": float(gain.std(ddof=1)),
            }
        )
    own = np.array(drawn["sigmoid", "sigmoid"]) - np.array(drawn["softmax", "softmax"])
    whole = metrics["sigmoid", "sigmoid"].compute()["mask_ap"] - rows[0]["mask_ap"]["softmax"]
    rows.append({"boxes": "own", "gain": whole, "gain_standard_error": float(own.std(ddof=1))})
    return rows


def beginnings(scenes: int = BEGINNINGS) -> dict[str, Any]:
    """Where the lesson begins in each scene: which loss's mask fits better there, and what the sigmoids add up to."""
    fits, sums = [], []
    for seed in tqdm(range(scenes), "beginnings"):
        picture = pictures.resolve(pictures.scene_key(seed))
        one, other = (mask_head.study(picture, f"mask_{loss}") for loss in ("sigmoid", "softmax"))
        other = mask_head.study(picture, "mask_softmax", one.heads.box.tolist())
        fits.append([one.iou(one.heads.label) or 0.0, other.iou(other.heads.label) or 0.0])
        sums.append(one.over(one.heads.label))
    better = np.round(fits, 2)
    return {
        "scenes": scenes,
        "sigmoid_fits_better": int((better[:, 0] > better[:, 1]).sum()),
        "softmax_fits_better": int((better[:, 0] < better[:, 1]).sum()),
        "mean_iou": dict(zip(("sigmoid", "softmax"), np.mean(fits, axis=0).tolist(), strict=True)),
        "mean_sum": float(np.mean(sums)),
    }


def measure(scenes: int = SCENES, batches: int = BATCHES, draws: int = DRAWS) -> dict[str, Any]:
    """Everything that the file holds."""
    return {
        "name": NAME,
        "title": "What lies behind the ablation of the mask loss",
        "command": f"python -m lecture_models.training.{NAME}",
        "networks": {loss: zoo.card(f"mask_{loss}").sha256 for loss in LOSSES},
        "versions": versions(),
        "test": {"first_seed": 0, "scenes": scenes, "size": SIZE, "draws": draws},
        "gradients": {loss: gradients(loss, batches) for loss in LOSSES},
        "heads": heads(scenes, draws),
        "beginnings": beginnings(),
    }


def main(arguments: Sequence[str] | None = None, write: Callable[[Path, bytes], Any] = replace_file) -> int:
    """Run the command; with fewer scenes it is a trial that only prints."""
    parser = argparse.ArgumentParser(prog=f"python -m lecture_models.training.{NAME}", description=__doc__)
    parser.add_argument("--scenes", type=int, default=SCENES, metavar="K", help=f"default {SCENES}")
    scenes = parser.parse_args(arguments).scenes
    found = json.dumps(measure(scenes), indent=1) + "\n"
    sys.stdout.write(found)
    if scenes == SCENES:
        write(results.RESULTS / f"{NAME}.json", found.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
