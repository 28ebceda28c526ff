"""What lesson B5's playground draws: the fixed picture, what a run has come to, the network level by level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demos.figures import encode
from demos.segmentation_playground import words

if TYPE_CHECKING:
    from lecture_models.studies.live_training import Learned
    from lecture_models.studies.segmentation_playground import Sketch
    from lecture_models.studies.small_scenes import Shown

DIGITS = 7  # more than are written: a number is rounded once


@dataclass(frozen=True)
class Shot:
    """The picture that is predicted, of ``side`` pixels; ``truth`` is None of a photograph."""

    about: str
    title: str
    side: int
    image: str
    truth: Mapping[str, Any] | None


@dataclass(frozen=True)
class Lanes:
    """Before anything is trained: the untrained network's labels (packed), its mIoU and loss; the lane that is next.

    ``setup`` names design, loss and seed; ``words`` say them.
    """

    shot: Shot
    lane: str
    setup: str
    words: str
    labels: Mapping[str, Any]
    miou: float | None
    loss: float | None
    guess: float | None


@dataclass(frozen=True)
class Lane:
    """A run so far: curves against ``steps`` (``owns`` is the mIoU of the picture alone), IoUs by class, its labels."""

    lane: str
    setup: str
    words: str
    shot: Shot
    step: int
    steps: Sequence[int]
    losses: Sequence[float]
    mious: Sequence[float]
    owns: Sequence[float]
    classes: Sequence[float | None]
    labels: Mapping[str, Any]


@dataclass(frozen=True)
class Floor:
    """A level: side of its maps in cells, ``stride`` in pixels, channels; ``skip`` says what is joined."""

    side: int
    stride: int
    encoder: int
    decoder: int
    skip: str


@dataclass(frozen=True)
class Levels:
    """All levels, the way up in a word, and the truth with one class a cell of the bottom (packed), if there is one."""

    floors: Sequence[Floor]
    up: str
    cells: Mapping[str, Any] | None
    said: str


def shot(picture: Shown) -> Shot:
    """The fixed picture."""
    truth = None if picture.labels is None else encode.pack_indices(picture.labels)
    return Shot(picture.key, picture.title, len(picture.image), encode.png_uri(picture.image), truth)


def lanes(made: Sketch, lane: str, guess: float) -> Lanes:
    """The board before a training."""
    truth = made.truth
    return Lanes(
        shot=shot(made.picture),
        lane=lane,
        setup=words.named(made.setup),
        words=words.told(made.setup),
        labels=encode.pack_indices(made.labels),
        miou=round(truth.miou, DIGITS) if truth else None,
        loss=round(truth.loss, DIGITS) if truth else None,
        guess=round(guess, DIGITS) if made.setup.loss == "cross-entropy" else None,
    )


def lane(made: Learned, name: str) -> Lane:
    """A report of a run."""
    return Lane(
        lane=name,
        setup=words.named(made.setup),
        words=words.told(made.setup),
        shot=shot(made.picture),
        step=made.step,
        steps=made.steps,
        losses=[round(value, DIGITS) for value in made.losses],
        mious=[round(value, DIGITS) for value in made.mious],
        owns=[round(value, DIGITS) for value in made.picture_mious],
        classes=[None if value is None else round(value, DIGITS) for value in made.by_class],
        labels=encode.pack_indices(made.labels),
    )


def levels(made: Sketch) -> Levels:
    """The network, level by level."""
    side = made.levels[0].side
    floors = [
        Floor(one.side, side // one.side, one.encoder, one.decoder, words.skip(made.setup.design.skips, one))
        for one in made.levels
    ]
    cells = encode.pack_indices(made.truth.cells) if made.truth else None
    return Levels(floors, words.UP[made.setup.design.upsampler], cells, words.celled(made))
