"""The playground as a figure: picture, truth, truth in cells of the bottom, untrained prediction, and all levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from demos.figures import style
from demos.figures.slides import Numbers, Picture, Slide
from demos.records import Table
from demos.segmentation_playground import words

if TYPE_CHECKING:
    from lecture_models.studies.segmentation_playground import Sketch

USES = ("picture", "depth", "skips", "upsampler", "loss", "seed")


def slide(made: Sketch, classes: Sequence[str]) -> Slide:
    """The design before its training."""
    stride = made.setup.design.stride
    panels: list[Picture | Numbers] = [Picture("The picture", made.picture.image, sharp=True)]
    if made.truth is not None and made.picture.labels is not None:
        panels.append(painted("Truth", made.picture.labels, classes))
        cells = painted(
            f"One class for {stride} × {stride} px", made.truth.cells, classes, words.celled(made)
        )
        panels.append(cells)
    panels.append(painted("Untrained network", made.labels, classes))
    panels.append(Numbers("Its levels", levels(made)))
    present = made.truth.present if made.truth else range(len(classes))
    return Slide(
        title=f"{made.parameters:,} parameters before training: {words.told(made.setup)}",
        panels=panels,
        legend=style.legend(tuple(classes[label] for label in present)),
        caption=words.seen(made),
        source="All numbers: computed in this run.",
        uses=USES,
    )


def painted(title: str, labels: np.ndarray, classes: Sequence[str], note: str = "") -> Picture:
    """A label map in the colours of its classes."""
    return Picture(title, style.palette(tuple(classes))[labels], sharp=True, note=note)


def levels(made: Sketch) -> Table:
    """Sides and channels."""
    rows = [
        (
            f"{i}",
            f"{one.side} × {one.side}",
            f"{one.encoder}",
            f"{one.joined or '–'}",
            f"{one.decoder or '–'}",
        )
        for i, one in enumerate(made.levels)
    ]
    return Table(
        ("level", "cells", "encoder", "joined", "decoder"), rows, "Channels of the maps of each level."
    )
