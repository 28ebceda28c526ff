"""What the browser gets of a picture: truth and prediction without loss, for a brush that asks nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode, style

if TYPE_CHECKING:
    from lecture_models.evaluation.one_picture import Measured
    from lecture_models.studies.segmentation_metrics import Study

REST_COLOR = style.MUTED


@dataclass(frozen=True)
class Easel:
    """The picture, and the maps that are painted on.

    ``truth``, ``base`` and ``layer`` are packed label maps (255 is void) and a packed mask, ``move`` how the mask lies
    over the base: dx, dy, scale. ``about`` names what the maps depend on: while it stays, so does what was painted.
    ``against`` names what the truth depends on: while it stays, a prediction that was kept can be compared.
    """

    picture: str
    title: str
    message: str
    truth: Mapping[str, Any]
    base: Mapping[str, Any]
    layer: Mapping[str, Any] | None
    move: Sequence[float]
    about: str
    against: str
    names: Sequence[str]
    colors: Sequence[str]
    target: int


@dataclass(frozen=True)
class Checked:
    """What Python's libraries say of the prediction as it is at the start: the browser shows where it says the same."""

    iou: float | None
    miou: float | None
    pixel_accuracy: float | None
    boundary_iou: float | None


@dataclass(frozen=True)
class Curve:
    """IoU of one thing with itself, moved by 0, 1, 2 … pixels."""

    name: str
    area: int
    iou: Sequence[float]


@dataclass(frozen=True)
class More:
    """What follows: curves of IoU against shift."""

    curves: Sequence[Curve]


@dataclass(frozen=True)
class Row:
    """One picture of a data set: its key, its title, its confusion matrix, row by row."""

    key: str
    title: str
    confusion: Sequence[int]


@dataclass(frozen=True)
class Album:
    """A network measured on several pictures: ``names`` are their classes, ``ended`` says that no more will follow."""

    rows: Sequence[Row]
    names: Sequence[str]
    ended: bool


def easel(made: Study, start: str, network: str, message: str) -> Easel:
    """The maps of one study."""
    against = " ".join((made.picture.key, *made.names))
    return Easel(
        picture=encode.jpeg_uri(made.picture.image),
        title=made.picture.title,
        message=message,
        truth=encode.pack_indices(made.truth),
        base=encode.pack_indices(made.base),
        layer=None if made.layer is None else encode.pack_indices(made.layer.astype(np.uint8)),
        move=made.move,
        about=" ".join((against, *([network] if start == "network" else []), start)),
        against=against,
        names=made.names,
        colors=[colored(name) for name in made.names],
        target=made.target,
    )


def colored(name: str) -> str:
    """A class's colour; grey for the rest."""
    return style.class_color(name) if name in style.CLASS_COLORS else REST_COLOR


def checked(measured: Measured, target: int) -> Checked:
    """The metrics at the start."""
    return Checked(measured.iou[target], measured.miou, measured.pixel_accuracy, measured.boundary[target])


def row(key: str, title: str, confusion: np.ndarray) -> Row:
    """A picture's row."""
    return Row(key, title, confusion.ravel().tolist())
