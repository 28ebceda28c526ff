"""Lesson D2's pictures: without colour, with a network's, with the learner's, and as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from demos.figures import encode, grids
from demos.records import Panel, Panels

if TYPE_CHECKING:
    from lecture_models.studies.colorization import Coloured
    from lecture_models.studies.colorization_views import Chosen, Compared, Pixel

LOSSES = {"regression": "Regression", "classes": "Classification", "rebalanced": "Rebalanced"}
GREY, TRUE, OFF, YOURS = "Without colour", "True colour", "Off by", "Your colour"
ASKS = {
    GREY: "All that the network gets.",
    TRUE: "The picture's own colour.",
    OFF: "Distance in the ab plane of what is painted, a mean over 4 × 4 pixels.",
    YOURS: "One object in the colour that you chose.",
}
READS = {
    "regression": "The mean of what is possible.",
    "classes": "A distribution, read at T.",
    "rebalanced": "The same, rare colours weighing more.",
}
UNIT = "Lab units"
UNSEEN = "These networks know only our scenes: what they make of a photograph is a guess about another world."
CELL = 4  # pixels of the network’s own grid, at which the distance is read out
WORST = 60.0  # Lab units of the last colour of an error map


def message(made: Coloured) -> str:
    """What a photograph's viewer has to know."""
    return "" if made.picture.scene is not None else UNSEEN


def of_pixel(seen: Pixel) -> Panels:
    """The input, the network's colour, the truth and the distance between the two."""
    off = np.linalg.norm(seen.ab - seen.made.truth, axis=2)
    heat = encode.jpeg_uri(grids.heat(off, 0, WORST))
    cells = cv2.resize(off, None, fx=1 / CELL, fy=1 / CELL, interpolation=cv2.INTER_AREA)
    packed = encode.pack_values(np.round(cells, 1))
    alt = f"{ASKS[OFF]} The mean is {off.mean():.1f} {UNIT}."
    error = Panel(OFF, alt, heat, values=packed, unit=f"over {CELL} × {CELL} pixels", asks=ASKS[OFF])
    shown = [picture(GREY, seen.grey), said(seen), picture(TRUE, seen.made.image), error]
    return Panels(seen.made.size, shown, legend=ends(), selection=place(seen), message=message(seen.made))


def place(seen: Pixel) -> str:
    """The point as a stage's selection."""
    return f"{seen.point[0]},{seen.point[1]}"


def ends() -> list[tuple[str, str]]:
    """The ends of the error map's colours."""
    table = grids.table()
    return [(f"off by 0 {UNIT}", table[0]), (f"{WORST:.0f} and more", table[-1])]


def of_compare(found: Compared) -> Panels:
    """The three losses beside the truth."""
    first = found.made["regression"]
    shown = [coloured(one, image) for one, image in found.images.items()]
    return Panels(first.size, [*shown, picture(TRUE, first.image)], message=message(first))


def of_choose(found: Chosen) -> Panels:
    """The input, the network's colour, the learner's and the truth."""
    seen = found.seen
    shown = [
        picture(GREY, seen.grey),
        said(seen),
        picture(YOURS, found.image),
        picture(TRUE, seen.made.image),
    ]
    return Panels(seen.made.size, shown, selection=place(seen), message=message(seen.made))


def said(seen: Pixel) -> Panel:
    """What the network says."""
    return coloured(seen.made.loss, seen.image)


def coloured(loss: str, image: np.ndarray) -> Panel:
    """A picture in a network's colours."""
    title = LOSSES[loss]
    return Panel(title, f"{title}: {READS[loss]}", encode.jpeg_uri(image), asks=READS[loss])


def picture(title: str, image: np.ndarray) -> Panel:
    """A picture with what it is."""
    return Panel(title, ASKS[title], encode.jpeg_uri(image), asks=ASKS[title])
