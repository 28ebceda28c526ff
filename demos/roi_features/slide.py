"""Lesson A3 as a figure: the box and what each operator pools of it, the crops with their errors, errors by stride."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from demos.figures import grids, style
from demos.figures.slides import Lines, Picture, Scale, Slide
from demos.records import Box

if TYPE_CHECKING:
    from lecture_models.studies.roi_features import Crops

ERRORS = "IoU: what was pooled with the box; off by: its farthest edge"
MASKS = "; mask IoU: the heads' mask from this crop with the truth"
MARGIN = 3  # cells around the box in its picture
Operators = Mapping[str, tuple[str, str]]
"""Of each operator, by its key: name and colour."""


def slide(
    made: Crops, operators: Operators, curves: Mapping[str, Sequence[float]], strides: Sequence[float]
) -> Slide:
    """The picture, four crops on one scale, and the mean IoU of random boxes at each stride."""
    iou, whose = made.overlaps(), list(operators.values())
    lines = [(strides, curves[key], color) for key, (_, color) in operators.items() if key in curves]
    axes = "stride, px", "mean IoU"
    known = made.mask_iou(0) is not None
    of = f"at {made.level} (stride {made.stride:g} px)"
    return Slide(
        title=f"{whose[0][0]} pools your box with IoU {iou[0]:.2f}; {whose[2][0]}: {iou[2]:.2f}",
        panels=[
            place(made, operators),
            *crops(made, operators),
            Lines("4,000 random boxes", lines, axes, "IoU of pooled and box"),
        ],
        legend=[("the box", style.INK), *whose],
        caption=f"A box on {made.picture.title}, cropped {of} by four operators. {ERRORS}{MASKS if known else ''}.",
        source="Crops, errors and curves: computed in this run.",
    )


def place(made: Crops, operators: Operators) -> Picture:
    """The box on the picture, and around it, dashed, what each operator pools."""
    x0, y0, x1, y1 = made.box
    side = max(x1 - x0, y1 - y0) / 2 + MARGIN * made.stride
    middle = (x0 + x1) / 2, (y0 + y1) / 2
    window = middle[0] - side, middle[1] - side, middle[0] + side, middle[1] + side
    pooled = zip(made.regions, operators.values(), strict=True)
    boxes = [Box(region, color, dashed=True) for region, (_, color) in pooled]
    return Picture(
        "The box",
        made.picture.image,
        boxes=[Box(made.box, style.INK), *boxes],
        window=window,
        ruler="px",
        note="Dashed: what is pooled.",
    )


def crops(made: Crops, operators: Operators) -> list[Picture]:
    """What each operator outputs, all on one scale of colours."""
    values = [operator.output[0].numpy() for operator in made.operators]
    low, high = float(np.min(values)), float(np.max(values))
    scale = Scale("feature", low, high)
    names = [name for name, _ in operators.values()]
    return [
        Picture(name, grids.heat(value, low, high), sharp=True, scale=scale, note=errors(made, number))
        for number, (name, value) in enumerate(zip(names, values, strict=True))
    ]


def errors(made: Crops, number: int) -> str:
    """How far off a crop is, and what it does to the mask."""
    far = max(map(abs, made.shifts(number)))
    said = f"IoU {made.overlaps()[number]:.2f}, off by {far:.1f} px"
    mask = made.mask_iou(number)
    return said if mask is None else f"{said}; mask IoU {mask:.2f}"
