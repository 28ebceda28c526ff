"""The ledgers of the R-CNN family for their two boards: pictures, boxes, counts, multiply-adds and times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode, style
from demos.figures.overlays import segment_overlay
from demos.records import Box

if TYPE_CHECKING:
    from lecture_models.rcnn.ledgers import Ledger
    from lecture_models.rcnn.meter import Stage
    from lecture_models.studies.rcnn_family import Books

AXES = {
    "macs": (1e8, 1e13, ("0.1 G", "1 G", "10 G", "100 G", "1 T", "10 T")),
    "ms": (10.0, 1e6, ("10 ms", "0.1 s", "1 s", "10 s", "100 s", "1000 s")),
}
"""Logarithmic axes that all columns share, five decades each: our network and torchvision's, once and 300 times."""

PAPERS = {  # year, and the time that a paper reports
    "Slow R-CNN": ("Girshick et al. 2014", "47 s a picture (Girshick 2015, VGG-16)"),
    "Fast R-CNN": ("Girshick 2015", "0.32 s without proposals (Girshick 2015, VGG-16)"),
    "Faster R-CNN": ("Ren et al. 2015", "0.2 s, all steps (Ren et al. 2015, VGG-16)"),
    "Mask R-CNN": ("He et al. 2017", ""),
}
"""What papers report is not measured here, and looks different.

R-CNN's and Fast R-CNN's times are of table 4 in Girshick 2015, seconds a picture on a K40 GPU; its section 4.4 leaves
out proposals for Fast R-CNN, and the table does not say what R-CNN's leaves out. Faster R-CNN's is of the abstract of
Ren et al. 2015, 5 pictures a second, all steps.
"""

Truth = Sequence[tuple[Sequence[float], bool]]
"""True things of a scene: the box xyxy in picture pixels, and whether the ledger found it."""


@dataclass(frozen=True)
class Column:
    """One member of the family: what it ran, found and took.

    ``proposals`` are numbers as a text, four a box, of which the first ``done`` went through; ``masks`` is a data URI
    or ''; ``truth`` is None for photographs.
    """

    name: str
    source: str
    proposals: str
    total: int
    done: int
    passes: int
    warp: int
    boxes: Sequence[Box]
    masks: str
    truth: Truth | None
    stages: Sequence[Stage]
    macs: int
    ms: float


@dataclass(frozen=True)
class Board:
    """What both boards draw: the picture, what was measured on it (``of``), and a column for each ledger.

    ``waiting``: Fast R-CNN's column is still to come. Detections below ``score`` are not drawn and not counted.
    """

    picture: str
    size: tuple[int, int]
    of: str
    score: float
    waiting: bool
    columns: Sequence[Column]


def board(made: Books) -> Board:
    """One or several ledgers."""
    image = made.picture.image
    truths: Sequence[Truth | None] = made.truths or [None] * len(made.ledgers)
    pairs = zip(made.ledgers, truths, strict=True)
    return Board(
        picture=encode.jpeg_uri(image),
        size=(image.shape[0], image.shape[1]),
        of=f"{made.picture.title}, {made.network}",
        score=made.score,
        waiting=made.waiting,
        columns=[column(one, made.classes, made.score, its) for one, its in pairs],
    )


def column(ledger: Ledger, classes: Sequence[str], score: float, truth: Truth | None = None) -> Column:
    """One ledger; detections of less than ``score`` are left out, ``classes`` are names by label."""
    shown = np.flatnonzero(np.asarray(ledger.scores) >= score)
    names = [classes[label] if classes else str(label) for label in ledger.labels[shown].tolist()]
    colors = instance_colors(names)
    labels = [f"{name} {s:.2f}" for name, s in zip(names, ledger.scores[shown].tolist(), strict=True)]
    return Column(
        name=ledger.name,
        source=ledger.source,
        proposals=encode.listed(ledger.proposals),
        total=len(ledger.proposals),
        done=ledger.done,
        passes=ledger.passes,
        warp=ledger.warp,
        boxes=list(map(Box, rounded(ledger.boxes[shown]), colors, labels)),
        masks="" if ledger.masks is None else mask_overlay(np.asarray(ledger.masks)[shown], colors),
        truth=truth and [(rounded(box), hit) for box, hit in truth],
        stages=ledger.stages,
        macs=ledger.macs,
        ms=round(ledger.ms, 2),
    )


def brief(shown: Board) -> Board:
    """What a report of a run says anew: picture and proposals are in the first and in the last one."""
    return replace(shown, picture="", columns=[replace(one, proposals="") for one in shown.columns])


def instance_colors(names: Sequence[str]) -> list[str]:
    """Colours of things by the names of their classes: those of one class differ."""
    return [style.instance_color(name, names[:place].count(name)) for place, name in enumerate(names)]


def mask_overlay(found: np.ndarray, colors: Sequence[str]) -> str:
    """Masks, bool [D, H, W] by falling score, in their colours as a data URI; the one of higher score is on top.

    '' where there is none.
    """
    if not len(found):
        return ""
    segments = np.zeros(found.shape[1:], np.int64)
    for number in range(len(found), 0, -1):
        segments[found[number - 1]] = number
    return encode.png_uri(segment_overlay(segments, colors))


def rounded(boxes: Any) -> list[Any]:
    """Boxes as lists, to a tenth of a pixel."""
    return np.round(np.asarray(boxes, np.float64), 1).tolist()  # type: ignore[no-any-return]
