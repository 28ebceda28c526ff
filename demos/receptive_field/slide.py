"""Lesson B2 as a figure: a stack's field on the picture and its growth, or one unit's field and gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demos.figures import grids, style
from demos.figures.slides import Lines, Numbers, Picture, Scale, Slide
from demos.receptive_field import words
from demos.receptive_field.board import glow
from demos.records import Box, Table

if TYPE_CHECKING:
    from lecture_models.ops.receptive_stack import Grown
    from lecture_models.studies.receptive_field import Looked, Stacked

DRAWN = 6  # fields of a stack on the picture
ROWS = 8  # of its table
FIELD = style.CYCLE[1]
STACK = ("picture", "view", "stack", "padded", "channels", "side")
NETWORK = ("picture", "view", "net", "layer", "unit", "patch")


def of_stack(made: Stacked) -> Slide:
    """Fields of the layers around the thing's middle, their growth, and what each layer costs."""
    fields, last = [one.field for one in made.grown], made.grown[-1]
    name, size = words.wanted(made)
    layers = list(range(1, len(fields) + 1))
    rows = [
        (f"{i + 1}", one.step.title, f"{one.field}", f"{one.side}", f"{one.macs / 1e9:.3g}")
        for i, one in some(made)
    ]
    table = Table(
        ("layer", "kind", "field", "cells", "GMAC"), rows, f"{made.channels} channels, {made.side} px"
    )
    plain = [1 + 2 * i for i in layers]
    lines = [(layers, fields, style.CYCLE[0]), (layers, plain, style.MUTED)]
    return Slide(
        title=f"After {words.layers_of(len(fields))} a unit sees {last.field} px; the {name} has {size}",
        panels=[
            Picture("Fields of the layers", made.picture.image, boxes=boxes(made), ruler="px"),
            Lines("The field grows", lines, ("layer", "field, px")),
            Numbers("Each layer", table),
        ],
        legend=[
            ("this stack", style.CYCLE[0]),
            ("3 × 3 convolutions alone", style.MUTED),
            (name, style.TRUTH),
        ],
        caption=f"A stack of layers over {made.picture.title}; the outermost box is the field of the last one.",
        source="Fields and costs: computed in this run.",
        uses=STACK,
    )


def some(made: Stacked) -> list[tuple[int, Grown]]:
    """A few layers, the first and the last among them."""
    places = np.unique(np.linspace(0, len(made.grown) - 1, min(ROWS, len(made.grown))).round().astype(int))
    return [(int(i), made.grown[int(i)]) for i in places]


def boxes(made: Stacked) -> list[Box]:
    """The fields of a few layers around the thing, or around the picture's middle; the thing itself dashed."""
    found, (height, width) = words.thing(made), made.picture.image.shape[:2]
    x0, y0, x1, y1 = found[1] if found else (0, 0, width, height)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    sizes = [one.field / 2 for _, one in some(made)[-DRAWN:]]
    around = [Box((x - r, y - r, x + r, y + r), style.CYCLE[0]) for r in sizes]
    return [*around, *([Box((x0, y0, x1, y1), style.TRUTH, dashed=True)] if found else [])]


def overlay(heat: np.ndarray) -> np.ndarray:
    """A gradient as uint8 RGBA [H, W, 4] to lay over the picture, clear where it is 0."""
    strength = glow(heat) / 255
    return np.dstack(
        [grids.heat(strength, 0, 1), np.rint(255 * np.minimum(1, 2 * strength)).astype(np.uint8)]
    )


def of_network(made: Looked) -> Slide:
    """The unit in its map, its field on the picture, and its gradients."""
    layer, (row, column), (high, wide) = made.layer, made.unit, made.layer.receptive_field
    units = made.seen[0].map
    scale = Scale("mean of the channels", float(units.min()), float(units.max()))
    here = Box((column, row, column + 1, row + 1), FIELD)
    sights = [
        Picture(
            f"Gradient, {words.weights(one.trained)}",
            made.image,
            overlay(one.heat),
            [Box(made.box, FIELD)],
            note=f"{100 * one.inside:.1f} % inside; half of it in {100 * one.half**2:.0f} % of the area.",
        )
        for one in made.seen
    ]
    return Slide(
        title=f"A unit of {layer.name} can see {wide} × {high} px, and mostly looks at their middle",
        panels=[Picture(layer.name, grids.heat(units), boxes=[here], sharp=True, scale=scale), *sights],
        legend=[("the unit, its receptive field", FIELD)],
        caption=f"One unit of {made.name} on {made.picture.title}. Bright: changes it most (root of the gradient).",
        source="Fields and gradients: computed in this run.",
        uses=NETWORK,
    )
