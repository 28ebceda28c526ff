"""What the browser draws of four crops: the map and settings for its own arithmetic, pictures for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demos.figures import encode
from demos.roi_features import pictures

if TYPE_CHECKING:
    from lecture_models.studies.roi_features import Crops

FACTOR = 8  # pixels of a mask's tile for each of its cells


@dataclass(frozen=True)
class Column:
    """One operator: what it pooled (xyxy, picture pixels), the ghost, and what the heads made of its crop.

    ``mask`` is '' where the network has none; IoUs are None where nobody knows the truth.
    """

    region: Sequence[float]
    output: Sequence[float]
    ghost: str
    label: str
    score: float
    mask: str
    mask_iou: float | None
    mean_iou: float | None


@dataclass(frozen=True)
class Board:
    """The features of one channel, the box on them, and a column for each operator.

    ``map`` are the packed features, ``range`` their extremes; ``averaged`` true boxes entered each ``mean_iou``;
    ``things`` are the scene's true boxes; ``curves`` mean IoUs of random boxes for each of ``strides``.
    """

    map: Mapping[str, Any]
    range: tuple[float, float]
    box: Sequence[float]
    size: tuple[int, int]
    native: str
    stride: float
    bins: int
    reduce: str
    operators: Sequence[Column]
    averaged: int
    things: Sequence[Sequence[float]]
    curves: Mapping[str, Sequence[float]]
    strides: Sequence[int]


def board(
    made: Crops,
    bins: int,
    reduce: str,
    things: Sequence[Any],
    curves: Mapping[str, Sequence[float]],
    strides: Sequence[int],
) -> Board:
    """The board of one study."""
    values = made.features[0].numpy()
    height, width = made.picture.image.shape[:2]
    return Board(
        map=encode.pack_values(values),
        range=(float(values.min()), float(values.max())),
        box=made.box,
        size=(height, width),
        native=made.native,
        stride=made.stride,
        bins=bins,
        reduce=reduce,
        operators=[column(made, number) for number in range(len(made.operators))],
        averaged=made.average[0] if made.average else 0,
        things=[thing.box for thing in things],
        curves=curves,
        strides=strides,
    )


def column(made: Crops, number: int) -> Column:
    """One operator's column."""
    region = pictures.around(made.box, made.picture.image.shape[:2])
    return Column(
        region=made.regions[number],
        output=made.operators[number].output[0].flatten().tolist(),
        ghost=encode.jpeg_uri(pictures.ghost(made.picture.image, made.box, made.regions[number], region)),
        label=made.network.classes[int(made.swap.labels[number])],
        score=float(made.swap.scores[number]),
        mask=mask(made, number),
        mask_iou=made.mask_iou(number),
        mean_iou=made.average[1][number] if made.average else None,
    )


def mask(made: Crops, number: int) -> str:
    """The 28 × 28 mask of one crop with the truth's outline, as a picture; '' where there is none."""
    if not len(made.swap.mask_cells):
        return ""
    truth = made.truth()
    inside = None if truth is None else pictures.inside_box(truth, made.box, 28 * FACTOR)
    return encode.png_uri(pictures.mask_tile(made.swap.mask_cells[number].numpy(), inside, FACTOR))
