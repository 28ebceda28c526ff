"""The training loop: any number of processes, a progress bar, and checkpoints that survive a kill."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor, nn
from tqdm import tqdm

from .data import SceneStore
from .recipe import Recipe, RecipeError

CHECKPOINT_EVERY = 250  # steps
SMOOTHING = 0.98


def train(recipe: Recipe, store: SceneStore, folder: Path) -> tuple[nn.Module, float]:
    """Run a recipe to its end, from the checkpoint in ``folder`` if there is one.

    The batch of a step is split among the processes, so their number does not change the result beyond
    rounding. Returns the network on the CPU and the minutes spent, over all runs.

    Raises:
        RecipeError: The batch cannot be split among the processes, or the checkpoint is another recipe's.
    """
    accelerator = Accelerator(cpu=not torch.cuda.is_available())
    if recipe.batch % accelerator.num_processes:
        raise RecipeError(
            f"batch {recipe.batch} must be a multiple of the processes, {accelerator.num_processes}."
        )
    torch.set_flush_denormal(True)
    torch.manual_seed(recipe.seed)
    network = recipe.build().train()
    optimizer = torch.optim.AdamW(
        network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    checkpoint = folder / "checkpoint.pt"
    first, minutes = _resume(checkpoint, recipe, network, optimizer)
    model, stepper = accelerator.prepare(network, optimizer)
    started = time.monotonic()
    with tqdm(
        total=recipe.steps, initial=first, disable=not accelerator.is_main_process, mininterval=5
    ) as bar:
        smooth: dict[str, float] = {}
        for step in range(first, recipe.steps):
            losses = _step(recipe, store, accelerator, model, stepper, step)
            _show(bar, recipe, losses, smooth)
            last = step + 1 == recipe.steps
            if accelerator.is_main_process and ((step + 1) % CHECKPOINT_EVERY == 0 or last):
                spent = minutes + (time.monotonic() - started) / 60
                _save(checkpoint, recipe, network, optimizer, step + 1, spent)
    accelerator.wait_for_everyone()
    accelerator.end_training()  # from here on each process is alone: metrics must not wait for the others
    return network.cpu().eval(), minutes + (time.monotonic() - started) / 60


def _step(
    recipe: Recipe, store: SceneStore, accelerator: Accelerator, model: nn.Module, optimizer: Any, step: int
) -> dict[str, float]:
    for group in optimizer.param_groups:
        group["lr"] = recipe.rate(step)
    # the detector samples anchors at random: tied to the step, a resumed run equals an unbroken one
    torch.manual_seed(recipe.draws(step, accelerator.process_index))
    losses = recipe.loss(model, _examples(recipe, store, accelerator, step))
    total = torch.stack(list(losses.values())).sum()
    optimizer.zero_grad()
    accelerator.backward(total)
    norm = accelerator.clip_grad_norm_(model.parameters(), recipe.clip)
    if bool(torch.isfinite(norm)):  # the same on every process, since gradients are averaged
        optimizer.step()
    return {k: float(v.detach()) for k, v in losses.items()}


def _examples(
    recipe: Recipe, store: SceneStore, accelerator: Accelerator, step: int
) -> list[dict[str, Tensor]]:
    """This process's share of the step's batch."""
    own = list(enumerate(recipe.indices(step)))[accelerator.process_index :: accelerator.num_processes]
    found = []
    for place, index in own:
        rng = np.random.default_rng([recipe.seed, step, place])
        one = recipe.example(store[index], rng, step / recipe.steps)
        found.append({k: v.to(accelerator.device) for k, v in one.items()})
    return found


def _show(bar: tqdm, recipe: Recipe, losses: dict[str, float], smooth: dict[str, float]) -> None:
    for name, value in losses.items():
        smooth[name] = SMOOTHING * smooth.get(name, value) + (1 - SMOOTHING) * value
    bar.update()
    rate = bar.format_dict["rate"] or 0.0
    parts = " ".join(f"{k.removeprefix('loss_')} {v:.3f}" for k, v in smooth.items())
    bar.set_postfix_str(
        f"{rate * recipe.batch:.1f} images/s loss {sum(smooth.values()):.3f} = {parts}", refresh=False
    )


def _save(
    path: Path,
    recipe: Recipe,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    step: int,
    minutes: float,
) -> None:
    """Write beside the old checkpoint, then take its place, so that a kill leaves one whole file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".fresh")
    state = {
        "recipe": _identity(recipe),
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": step,
        "minutes": minutes,
    }
    torch.save(state, fresh)
    os.replace(fresh, path)


def _identity(recipe: Recipe) -> dict[str, Any]:
    return {**recipe.settings(), "seed": recipe.seed}


def _resume(
    path: Path, recipe: Recipe, network: nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[int, float]:
    if not path.exists():
        return 0, 0.0
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state.get("recipe") != _identity(recipe):
        raise RecipeError(
            f"A training goes on from its own recipe's checkpoint; {path} is another's: move it, or give --runs."
        )
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"]), float(state["minutes"])
