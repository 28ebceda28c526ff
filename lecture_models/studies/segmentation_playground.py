"""A network to design, before it learns anything: its maps on a small picture, what it costs, what it says, its loss.

And the trainings of visitors, kept for a while so that they can go on. torch is imported inside the functions, so that
the page is up before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from lecture_models.cache import KEPT, ByteCache
from lecture_models.scenes.settings import CLASSES, VOID
from lecture_models.studies import live_training, small_scenes
from lecture_models.studies.live_training import Learned, Loss, Setup, Training
from lecture_models.studies.small_scenes import Shown

if TYPE_CHECKING:
    from torch import Tensor

    from lecture_models.nets.small_segmenter import Design, SegmenterTrace, Skips, Upsampler

DEPTHS = (1, 2, 3, 4)
TRAININGS = 32 << 20
"""Bytes of trainings that can go on: ten of the largest, more of smaller ones; the oldest leaves first."""

_trainings: ByteCache[Training] = ByteCache(TRAININGS)


@dataclass(frozen=True)
class Level:
    """Maps of one level: side in cells, and channels of the encoder's, the upsampled, the joined and the decoder's map.

    The last three are 0 at the bottom.
    """

    side: int
    encoder: int
    upsampled: int
    joined: int
    decoder: int


@dataclass(frozen=True, eq=False)
class Pixel:
    """The loss at one pixel: where, its class, the logits and probs of all classes, float [K]."""

    row: int
    column: int
    label: int
    logits: np.ndarray
    probs: np.ndarray


@dataclass(frozen=True, eq=False)
class Dice:
    """Sums of one class over the picture, and what they come to."""

    overlap: float
    predicted: float
    true: float
    dice: float


@dataclass(frozen=True, eq=False)
class Truth:
    """What only a scene can tell: the untrained network against its labels.

    Args:
        loss: of the chosen kind, over the whole picture.
        cross_entropy: mean over its ``pixels``, void left out.
        miou: of the untrained prediction.
        counts: pixels of each class.
        pixel: one of the class with the fewest pixels.
        dice: of that class.
        cells: the picture with one class for each cell of the bottom, uint8 [S, S], and its IoUs.
    """

    loss: float
    cross_entropy: float
    pixels: int
    miou: float
    counts: tuple[int, ...]
    pixel: Pixel
    dice: Dice
    cells: np.ndarray
    cell_ious: tuple[float | None, ...]

    @property
    def present(self) -> tuple[int, ...]:
        """Classes that the picture has."""
        return tuple(label for label, count in enumerate(self.counts) if count)

    @property
    def vanished(self) -> tuple[int, ...]:
        """Those of which no cell is left."""
        return tuple(label for label in self.present if not np.any(self.cells == label))


@dataclass(frozen=True, eq=False)
class Sketch:
    """A design with fresh weights on the small picture; ``labels`` is its prediction, uint8 [S, S]."""

    setup: Setup
    picture: Shown
    levels: tuple[Level, ...]
    parameters: int
    macs: int
    labels: np.ndarray
    truth: Truth | None

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return int(self.picture.nbytes + self.labels.nbytes + (self.truth.cells.nbytes if self.truth else 0))


def chosen(depth: int, skips: Skips, upsampler: Upsampler, loss: Loss, seed: int) -> Setup:
    """The setup of some choices. Raises ValueError where there is no such choice."""
    from lecture_models.nets.small_segmenter import Design

    return Setup(Design(depth, skips, upsampler), loss, seed)


def sketch(key: str, setup: Setup) -> Sketch:
    """The untrained network on a picture; kept, but for what a visitor has uploaded."""
    picture = small_scenes.shown(key)
    if key.startswith("upload:"):
        return _sketch(picture, setup)
    return KEPT.get(("playground", picture.key, setup), lambda: _sketch(picture, setup))


def _sketch(picture: Shown, setup: Setup) -> Sketch:
    import torch

    from lecture_models.nets.small_segmenter import small_segmenter

    network = small_segmenter(setup.design, setup.seed)
    with torch.inference_mode():
        trace = network.trace(live_training.as_input(picture.image[None]))
    labels = trace.logits[0].argmax(0).byte().numpy()
    count = sum(weight.numel() for weight in network.parameters())
    truth = None if picture.labels is None else _truth(trace.logits, picture.labels, labels, setup)
    return Sketch(setup, picture, _levels(trace), count, _macs(setup.design), labels, truth)


@lru_cache(maxsize=64)
def _macs(design: Design) -> int:
    """Multiply-adds of one small picture, counted on tensors without numbers."""
    import torch

    from lecture_models.nets.macs import count_macs
    from lecture_models.nets.small_segmenter import SmallSegmenter

    with torch.device("meta"):
        side = small_scenes.SIDE
        return count_macs(SmallSegmenter(design), torch.zeros(1, 3, side, side))


def _levels(trace: SegmenterTrace) -> tuple[Level, ...]:
    sides = [(maps.shape[-1], maps.shape[1]) for maps in trace.encoder]
    steps = zip(trace.upsampled, trace.joined, trace.decoder, strict=True)
    channels = [tuple(maps.shape[1] for maps in step) for step in steps]
    return tuple(Level(*size, *step) for size, step in zip(sides, [*channels, (0, 0, 0)], strict=True))


def _truth(logits: Tensor, labels: np.ndarray, said: np.ndarray, setup: Setup) -> Truth:
    import torch

    from lecture_models.ops.soft_dice import trace_soft_dice

    known = torch.from_numpy(labels).long()[None]
    counts = tuple(int((labels == label).sum()) for label in range(len(CLASSES)))
    rarest = min((label for label, count in enumerate(counts) if count), key=lambda label: counts[label])
    sums = trace_soft_dice(logits.softmax(1), known)
    dice = Dice(*(float(one[rarest]) for one in (sums.overlap, sums.predicted, sums.true, sums.dice)))
    cells = small_scenes.one_class_a_cell(labels, setup.design.stride)
    return Truth(
        loss=float(live_training.loss_of(logits, known, setup.loss)),
        cross_entropy=float(live_training.loss_of(logits, known, "cross-entropy")),
        pixels=int((labels != VOID).sum()),
        miou=small_scenes.mean(small_scenes.ious(said, labels)),
        counts=counts,
        pixel=_pixel(logits[0], labels, rarest),
        dice=dice,
        cells=cells,
        cell_ious=small_scenes.ious(cells, labels),
    )


def _pixel(logits: Tensor, labels: np.ndarray, label: int) -> Pixel:
    """The middle one of a class's pixels, row by row."""
    rows, columns = np.nonzero(labels == label)
    row, column = int(rows[len(rows) // 2]), int(columns[len(rows) // 2])
    here = logits[:, row, column].double()
    return Pixel(row, column, label, here.numpy(), here.softmax(0).numpy())


def train(
    key: str, setup: Setup, owner: tuple[str, str] | None, seconds: float = live_training.SECONDS
) -> Iterator[tuple[int, int] | Learned]:
    """Render the scenes where they are not kept, then train; closing the iterator stops it.

    Args:
        key: of the picture whose prediction is reported.
        setup: what is trained.
        owner: whose training it is: with the same owner and setup it goes on where it was stopped, as long as it is
            kept. None keeps nothing.
        seconds: of training.

    Yields:
        (scenes rendered, scenes in all), then what the network has learned.

    Raises:
        ValueError: seconds are out of range, or there is no such picture.
    """
    if not 0 < seconds <= live_training.SECONDS:
        most = live_training.SECONDS
        raise ValueError(
            f"A training goes on for more than 0 and at most {most:g} s at a time; got {seconds:g}. Choose fewer."
        )
    picture = small_scenes.shown(key)
    both = yield from small_scenes.sets(live_training.apart)
    training = Training(setup) if owner is None else _trainings.get((owner, setup), lambda: Training(setup))
    yield from live_training.learn(training, both, picture, seconds)


def guessing(classes: int = len(CLASSES)) -> float:
    """Cross-entropy of a network that gives all classes the same probability: ln K.

    >>> round(guessing(), 3)
    2.197
    """
    return math.log(classes)


def code() -> tuple[Callable[..., Any], ...]:
    """What is read first: the network, its losses, and one step."""
    from lecture_models.nets.small_segmenter import SmallSegmenter
    from lecture_models.ops.soft_dice import trace_soft_dice

    return SmallSegmenter, live_training.loss_of, trace_soft_dice, Training
