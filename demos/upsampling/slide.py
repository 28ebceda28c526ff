"""Lesson B3 as a figure: the input and three of its outputs, how many inputs meet where, the same on a real map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demos.figures import grids
from demos.figures.slides import Picture, Scale, Slide
from demos.upsampling.words import NAMES

if TYPE_CHECKING:
    from lecture_models.studies.upsampling import Upsampled

SHOWN = {"bed_of_nails": "Bed of nails", "bilinear": "Bilinear", "transposed": "Transposed"}


def slide(made: Upsampled) -> Slide:
    """The small map on one scale of colours, the coverage, and the transposed convolution of the real map."""
    high = max(9.0, *(float(made.traces[kind].output.max()) for kind in SHOWN))
    small = [heat("The input", made.cells.numpy(), Scale("value", 0.0, high))]
    small += [
        heat(title, made.traces[kind].output.numpy(), Scale("value", 0.0, high))
        for kind, title in SHOWN.items()
    ]
    counts, real = made.coverage().numpy(), made.restored
    meet = heat("Where inputs meet", counts, Scale("inputs", 0.0, float(counts.max())))
    low, top = float(real.original.min()), float(real.original.max())
    back = heat("On a real map", real.outputs["transposed"].numpy(), Scale("feature", low, top))
    (height, width), (h, w) = real.original.shape, real.pooled.shape
    errors = sorted(real.errors.items(), key=lambda pair: pair[1])
    listed = ", ".join(f"{NAMES[kind].lower()} {error:.2f}" for kind, error in errors)
    return Slide(
        title="One map of 4 × 4 numbers, upsampled",
        panels=[*small, meet, back],
        caption=f"Transposed convolution: kernel {len(made.layer.kernel)}, stride {made.layer.stride}. The real map, "
        f"{made.level} of {made.picture.title}, went from {height} × {width} to {h} × {w} cells and back; errors in "
        f"standard deviations: {listed}.",
        source="All numbers: computed in this run.",
    )


def heat(title: str, values: np.ndarray, scale: Scale) -> Picture:
    """Numbers as a picture of cells, on a scale."""
    return Picture(title, grids.heat(values, scale.low, scale.high), sharp=True, scale=scale)
