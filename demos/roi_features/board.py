"""What the browser draws of four crops: the map and settings for its own arithmetic, what the heads said of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demos.figures import encode, grids
from demos.figures.overlays import Polygons, outlines

if TYPE_CHECKING:
    from lecture_models.studies.roi_features import Crops


@dataclass(frozen=True)
class Column:
    """One operator: its crop of the drawn channel, and what the heads made of its crop of all channels.

    ``mask`` is a picture of one pixel a cell, ``outline`` in its pixels; IoUs are None where nobody knows the truth.
    """

    output: Sequence[float]
    label: str
    score: float
    mask: str
    outline: Polygons
    mask_iou: float | None
    mean_iou: float | None


@dataclass(frozen=True)
class Board:
    """The picture, the features of one channel, the box on both, and a column for each operator.

    ``map`` are the packed features; ``averaged`` true boxes entered each ``mean_iou``; ``things`` are the scene's true
    boxes, ``truth`` the outline of the one in the box; ``curves`` mean IoUs of random boxes by stride; ``centres``
    where cells of each stride lie: cell i's centre at i + centre.
    """

    picture: str
    map: Mapping[str, Any]
    box: Sequence[float]
    native: str
    stride: float
    bins: int
    reduce: str
    operators: Sequence[Column]
    averaged: int
    things: Sequence[Sequence[float]]
    truth: Polygons
    curves: Mapping[str, Sequence[float]]
    centres: Sequence[float]


def board(
    made: Crops,
    bins: int,
    reduce: str,
    curves: Mapping[str, Sequence[float]],
    centres: Mapping[str, float],
) -> Board:
    """The board of one study."""
    truth = made.truth()
    return Board(
        picture=encode.jpeg_uri(made.picture.image),
        map=encode.pack_values(made.features[0].numpy()),
        box=made.box,
        native=made.native,
        stride=made.stride,
        bins=bins,
        reduce=reduce,
        operators=[column(made, number) for number in range(len(made.operators))],
        averaged=made.average[0] if made.average else 0,
        things=[thing.box for thing in made.things],
        truth=[] if truth is None else outlines(truth),
        curves=curves,
        centres=list(centres.values()),
    )


def column(made: Crops, number: int) -> Column:
    """One operator's column."""
    cells = made.swap.mask_cells[number].numpy()
    return Column(
        output=made.operators[number].output[0].flatten().tolist(),
        label=made.network.classes[int(made.swap.labels[number])],
        score=float(made.swap.scores[number]),
        mask=encode.png_uri(grids.heat(cells, 0, 1, "gray")),
        outline=outlines(cells >= 0.5),
        mask_iou=made.mask_iou(number),
        mean_iou=made.average[1][number] if made.average else None,
    )
