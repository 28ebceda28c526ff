"""The training loop: any number of processes, a progress bar, and checkpoints that survive a kill."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn
from tqdm import tqdm

from . import checkpoint
from .examples import Example, Scenes, batches
from .initial import start_from
from .recipe import Recipe, RecipeError

CHECKPOINT_EVERY = 250  # steps
SMOOTHING = 0.98
LOSSES_EVERY = 20  # steps, on a GPU, which waits whenever a number is read back


def train(
    recipe: Recipe, store: Scenes, folder: Path, initial: Mapping[str, Tensor] | None = None
) -> tuple[nn.Module, float]:
    """Run a recipe to its end, from the checkpoint in ``folder`` if there is one.

    The batch of a step is split among the processes. Their number changes the result: each process draws by itself,
    and a loss that divides by a count divides by that of its own part. Returns the network on the CPU and the minutes
    spent, over all runs.

    Args:
        recipe: What is trained, and how.
        store: Scenes by index.
        folder: Of the checkpoint.
        initial: Tensors of the network that this one starts from, where there is no checkpoint.

    Raises:
        RecipeError: The batch cannot be split among the processes, the checkpoint is another recipe's, or the
            initial tensors do not fit.
    """
    accelerator = Accelerator(cpu=not torch.cuda.is_available())
    if recipe.batch % accelerator.num_processes:
        raise RecipeError(
            f"batch {recipe.batch} must be a multiple of the processes, {accelerator.num_processes}."
        )
    torch.set_flush_denormal(True)
    torch.manual_seed(recipe.seed)
    network = recipe.build().train()
    if initial is not None:
        start_from(network, initial)
    optimizer = torch.optim.AdamW(
        network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    behind = checkpoint.resume(folder / checkpoint.NAME, recipe, network, optimizer)
    minutes = _run(recipe, store, folder / checkpoint.NAME, accelerator, network, optimizer, behind)
    accelerator.wait_for_everyone()
    accelerator.end_training()  # from here on each process is alone: metrics must not wait for the others
    return network.cpu().eval(), minutes


def _run(
    recipe: Recipe,
    store: Scenes,
    path: Path,
    accelerator: Accelerator,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    behind: tuple[int, float],
) -> float:
    """All steps that are left; returns the minutes spent, those behind included."""
    first, minutes = behind
    started, main = time.monotonic(), accelerator.is_main_process
    model, stepper = accelerator.prepare(network, optimizer)
    process = accelerator.process_index, accelerator.num_processes
    steps, every = range(first, recipe.steps), LOSSES_EVERY if accelerator.device.type == "cuda" else 1
    smooth: dict[str, float] = {}
    with tqdm(total=recipe.steps, initial=first, disable=not main, mininterval=5) as bar:
        for step, examples in zip(
            steps, batches(recipe, store, steps, process, accelerator.device), strict=True
        ):
            losses = _step(recipe, examples, accelerator, model, stepper, step)
            bar.update()
            done = step + 1
            if done % every == 0 or done == recipe.steps:
                _show(bar, recipe, {k: float(v) for k, v in losses.items()}, smooth)
            if main and (done % CHECKPOINT_EVERY == 0 or done == recipe.steps):
                spent = minutes + (time.monotonic() - started) / 60
                checkpoint.save(path, recipe, network, optimizer, done, spent, _device(accelerator))
    return minutes + (time.monotonic() - started) / 60


def _device(accelerator: Accelerator) -> str:
    """On what a training runs, as a card says it."""
    count = accelerator.num_processes
    if accelerator.device.type == "cuda":
        return "one GPU" if count == 1 else f"{count} GPUs"
    cores = count * torch.get_num_threads()
    return "one CPU core" if cores == 1 else f"{cores} CPU cores"


def _step(
    recipe: Recipe,
    examples: list[Example],
    accelerator: Accelerator,
    model: nn.Module,
    optimizer: Any,
    step: int,
) -> dict[str, Tensor]:
    for group in optimizer.param_groups:
        group["lr"] = recipe.rate(step)
    # the detector samples anchors at random: tied to the step, a resumed run equals an unbroken one
    torch.manual_seed(recipe.draws(step, accelerator.process_index))
    losses = recipe.loss(model, examples)
    total = torch.stack(list(losses.values())).sum()
    optimizer.zero_grad()
    accelerator.backward(total)
    norm = accelerator.clip_grad_norm_(model.parameters(), recipe.clip)
    if bool(torch.isfinite(norm)):  # the same on every process, since gradients are averaged
        optimizer.step()
    return {k: v.detach() for k, v in losses.items()}


def _show(bar: tqdm, recipe: Recipe, losses: dict[str, float], smooth: dict[str, float]) -> None:
    for name, value in losses.items():
        smooth[name] = SMOOTHING * smooth.get(name, value) + (1 - SMOOTHING) * value
    rate = bar.format_dict["rate"] or 0.0
    parts = " ".join(f"{k.removeprefix('loss_')} {v:.3f}" for k, v in smooth.items())
    bar.set_postfix_str(
        f"{rate * recipe.batch:.1f} images/s loss {sum(smooth.values()):.3f} = {parts}", refresh=False
    )
