"""A training that is watched: some steps at a time, what it has come to after each, and a way to go on later.

It has a thread of its own, which computes on one core and gives way to all others: whoever moves a slider meanwhile is
answered first. Everything follows from the setup and the number of steps; the clock only decides when it ends.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

import numpy as np

from lecture_models.studies.small_scenes import Shown, Small, ious, mean

if TYPE_CHECKING:
    from torch import Tensor

    from lecture_models.nets.small_segmenter import Design, SmallSegmenter

Loss = Literal["cross-entropy", "dice"]
LOSSES: tuple[Loss, ...] = get_args(Loss)
BATCH = 8
LEARNING_RATE = 8e-3
WEIGHT_DECAY = 0.01
CLIP = 5.0  # norm of the gradient
SECONDS = 60.0
"""Longest that a training goes on at a time."""
EVERY = 10
"""Steps between two looks at what it has learned."""
MOST_SEED = 9999
NICENESS = 10
"""How much the trainer's thread gives way to others, of 19."""
T = TypeVar("T")


@dataclass(frozen=True)
class Setup:
    """All that decides a training but its number of steps.

    Raises:
        ValueError: no such loss, or a seed out of range.
    """

    design: Design
    loss: Loss = "cross-entropy"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise ValueError(f"loss is one of {', '.join(LOSSES)}; got {self.loss!r}. Choose one.")
        if not 0 <= self.seed <= MOST_SEED:
            raise ValueError(f"seed is from 0 to {MOST_SEED}; got {self.seed}. Choose another.")

    def indices(self, step: int, scenes: int) -> tuple[np.ndarray, np.ndarray]:
        """Scenes of a step, int [B], each once, and which of them are mirrored, bool [B]."""
        draws = np.random.default_rng([self.seed, step])
        return draws.choice(scenes, BATCH, replace=False), draws.random(BATCH) < 0.5


@dataclass(frozen=True, eq=False)
class Learned:
    """What a training has come to.

    Args:
        setup: what is trained.
        step: steps done; 0 is the network with fresh weights.
        seconds: that they took.
        steps: at which the curves have a value.
        losses: mean over the steps since the value before; NaN at step 0.
        mious: on the held-out scenes.
        picture_mious: on the one picture alone; NaN of a photograph.
        by_class: IoU of each class on the held-out scenes, None where one occurs nowhere.
        picture: that was predicted.
        labels: its prediction, uint8 [S, S].
    """

    setup: Setup
    step: int
    seconds: float
    steps: tuple[int, ...]
    losses: tuple[float, ...]
    mious: tuple[float, ...]
    picture_mious: tuple[float, ...]
    by_class: tuple[float | None, ...]
    picture: Shown
    labels: np.ndarray


def loss_of(logits: Tensor, labels: Tensor, kind: Loss) -> Tensor:
    """The loss of a batch: logits [B, K, H, W], labels int64 [B, H, W] with 255 for void."""
    from torch.nn import functional as F

    from lecture_models.ops.soft_dice import soft_dice

    if kind == "dice":
        return 1 - soft_dice(logits.softmax(1), labels).mean()
    return F.cross_entropy(logits, labels, ignore_index=255)


def as_input(images: np.ndarray) -> Tensor:
    """Pictures uint8 [N, S, S, 3] as networks take them: float [N, 3, S, S] in 0..1."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float().div(255)


@dataclass(eq=False)
class Training:
    """Network, optimizer and curves of one training; only the trainer's thread changes them."""

    setup: Setup
    step: int = 0
    seconds: float = 0.0
    curve: list[tuple[int, float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        import torch

        from lecture_models.nets.small_segmenter import small_segmenter

        self.network: SmallSegmenter = small_segmenter(self.setup.design, self.setup.seed)
        weights = self.network.parameters()
        self.optimizer = torch.optim.AdamW(weights, LEARNING_RATE, weight_decay=WEIGHT_DECAY)

    @property
    def nbytes(self) -> int:
        """Memory that it takes, in bytes: weights, gradients, and the optimizer's two means of them."""
        return 4 * sum(weight.nbytes for weight in self.network.parameters())

    def advance(self, scenes: Small, steps: int) -> float:
        """Train for so many steps; returns the mean of their losses."""
        began = time.perf_counter()
        losses = [self._step(scenes, step) for step in range(self.step, self.step + steps)]
        self.step += steps
        self.seconds += time.perf_counter() - began
        return sum(losses) / len(losses)

    def _step(self, scenes: Small, step: int) -> float:
        import torch

        chosen, mirrored = self.setup.indices(step, len(scenes.images))
        x = as_input(scenes.images[chosen])
        y = torch.from_numpy(scenes.labels[chosen]).long()
        turn = torch.from_numpy(mirrored)
        x, y = (torch.where(turn.view(-1, *[1] * (t.ndim - 1)), t.flip(-1), t) for t in (x, y))
        loss = loss_of(self.network(x), y, self.setup.loss)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        self.optimizer.step()
        return loss.item()

    def look(self, held_out: Small, picture: Shown, loss: float) -> Learned:
        """Predict the held-out scenes and the picture, and put the result on the curve."""
        said = self.predict(held_out.images)
        by_class, labels = ious(said, held_out.labels), self.predict(picture.image[None])[0]
        own = float("nan") if picture.labels is None else mean(ious(labels, picture.labels))
        point = (self.step, loss, mean(by_class), own)
        if (
            self.curve and self.curve[-1][0] == self.step
        ):  # it goes on from here, perhaps with another picture
            point = (self.step, self.curve[-1][1], *point[2:])
            self.curve.pop()
        self.curve.append(point)
        steps, losses, mious, owns = zip(*self.curve, strict=True)
        return Learned(
            self.setup, self.step, self.seconds, steps, losses, mious, owns, by_class, picture, labels
        )

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Labels of pictures: uint8 [N, S, S, 3] -> uint8 [N, S, S]."""
        import torch

        with torch.inference_mode():
            labels: np.ndarray = self.network(as_input(images)).argmax(1).byte().numpy()
        return labels


def _alone() -> None:
    """Let the calling thread compute on one core, and after all others."""
    import torch

    if sys.platform == "linux":  # elsewhere only whole processes have a priority
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    usual = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    # the number is each thread's own, but threads that come later take the last one that was set anywhere
    other = threading.Thread(target=torch.set_num_threads, args=(usual,))
    other.start()
    other.join()


_trainer = ThreadPoolExecutor(1, "trainer", initializer=_alone)


def apart(function: Callable[[], T]) -> T:
    """What a function returns, computed by the trainer's thread."""
    return _trainer.submit(function).result()


def learn(
    training: Training,
    sets: tuple[Small, Small],
    picture: Shown,
    seconds: float = SECONDS,
    every: int = EVERY,
) -> Iterator[Learned]:
    """Train on, and report after every so many steps; closing the iterator stops it, and it can go on later.

    Args:
        training: what goes on; where it was stopped, it continues as if it had not been.
        sets: training and held-out scenes.
        picture: whose prediction is reported.
        seconds: after which it ends.
        every: steps between two reports.
    """
    scenes, held_out = sets
    began = time.monotonic()
    yield apart(lambda: training.look(held_out, picture, float("nan")))
    while time.monotonic() - began < seconds:
        yield apart(lambda: training.look(held_out, picture, training.advance(scenes, every)))
