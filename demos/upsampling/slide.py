"""Lesson B3 as a figure: the input and three of its outputs, how many inputs meet where, errors on the real map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demos.figures import grids, style
from demos.figures.slides import Bars, Picture, Scale, Slide
from demos.upsampling.words import NAMES

if TYPE_CHECKING:
    from lecture_models.studies.upsampling import Upsampled

SHOWN = ("nearest", "bilinear", "transposed")


def slide(made: Upsampled) -> Slide:
    """The small map on one scale of colours, the coverage, and what each operator makes of the real map."""
    high = max(9.0, *(float(made.traces[kind].output.max()) for kind in SHOWN))
    scale = Scale("value", 0.0, high)
    small = [Picture("The input", heat(made.cells.numpy(), high), sharp=True, scale=scale)]
    small += [
        Picture(NAMES[kind], heat(made.traces[kind].output.numpy(), high), sharp=True, scale=scale)
        for kind in SHOWN
    ]
    counts = made.coverage().numpy()
    layer = f"kernel {len(made.layer.kernel)}, stride {made.layer.stride}"
    meet = Scale("inputs that meet", 0.0, float(counts.max()))
    small.append(
        Picture("Where inputs meet", heat(counts, float(counts.max())), sharp=True, scale=meet, note=layer)
    )
    (height, width), (h, w) = made.restored.original.shape, made.restored.pooled.shape
    return Slide(
        title="One map, upsampled: " + ", ".join(NAMES[kind].lower() for kind in SHOWN),
        panels=[*small, bars(made)],
        caption=f"Last: errors after {made.level} of {made.picture.title} went from {height} × {width} to {h} × {w} "
        "cells and back, in standard deviations of the map.",
        source="All numbers: computed in this run.",
    )


def heat(values: np.ndarray, high: float) -> np.ndarray:
    """Numbers from 0 on as a picture."""
    return grids.heat(values, 0, high)


def bars(made: Upsampled) -> Bars:
    """A bar for each operator, the best on top."""
    errors = sorted(made.restored.errors.items(), key=lambda pair: pair[1])
    rows = [(NAMES[kind], error, f"{error:.2f}", style.CYCLE[0]) for kind, error in errors]
    return Bars("Back to its size", rows, "error")
