"""The ledgers of the R-CNN family as JSON for their two boards: pictures, boxes, counts, multiply-adds and times.

Both boards draw their bars on the same axes, which stand here, so that Slow R-CNN, which runs on its own, can be
read beside the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode, style
from demos.figures.overlays import segment_overlay

if TYPE_CHECKING:
    from lecture_models.rcnn.ledgers import Ledger

MACS_AXIS = (1e8, 1e13)
MS_AXIS = (10.0, 1e6)
"""Both axes are logarithmic, five decades each: our network and torchvision's, once and 300 times, have room."""

PAPERS = {
    "Slow R-CNN": {
        "year": "Girshick et al. 2014",
        "time": "47 s a picture",
        "source": "Girshick 2015, VGG-16",
    },
    "Fast R-CNN": {
        "year": "Girshick 2015",
        "time": "0.32 s without proposals",
        "source": "Girshick 2015, VGG-16",
    },
    "Faster R-CNN": {
        "year": "Ren et al. 2015",
        "time": "0.2 s, all steps",
        "source": "Ren et al. 2015, VGG-16",
    },
    "Mask R-CNN": {"year": "He et al. 2017"},
}
"""Years, and times that are reported there; they are not measured here, and look different.

R-CNN's and Fast R-CNN's are of table 4 in Girshick 2015, seconds a picture on a K40 GPU, without the time of selective
search; Faster R-CNN's is of the abstract of Ren et al. 2015, 5 pictures a second, all steps.
"""

Truth = Sequence[tuple[Sequence[float], bool]]
"""True things of a scene: the box xyxy in picture pixels, and whether the ledger found it."""


def board(
    image: np.ndarray,
    ledgers: Sequence[Ledger],
    classes: Sequence[str],
    of: str,
    score: float,
    truths: Sequence[Truth] | None = None,
    hint: str = "",
) -> dict[str, Any]:
    """What the boards ``rcnnLedgers`` and ``rcnnSlowLedger`` draw.

    Args:
        image: uint8 RGB [H, W, 3].
        ledgers: one for each column, from left to right.
        classes: names by detection label.
        of: picture and network in words; a result says what it was measured on.
        score: detections below it are not drawn and not counted.
        truths: for each ledger the true things; None for photographs.
        hint: what the empty column of Slow R-CNN says.

    Returns:
        JSON: ``picture`` (data URI), ``size`` [W, H], ``of``, ``score``, ``hint``, ``axes``, ``columns``.
    """
    known = truths if truths is not None else [None] * len(ledgers)
    return {
        "picture": encode.jpeg_uri(image),
        "size": [image.shape[1], image.shape[0]],
        "of": of,
        "score": score,
        "hint": hint,
        "axes": {"macs": list(MACS_AXIS), "ms": list(MS_AXIS)},
        "columns": [column(one, classes, score, its) for one, its in zip(ledgers, known, strict=True)],
    }


def column(
    ledger: Ledger, classes: Sequence[str], score: float, truth: Truth | None = None
) -> dict[str, Any]:
    """One ledger as JSON.

    Args:
        ledger: what ran.
        classes: names by detection label.
        score: least score of what is drawn.
        truth: true things and whether they were found, or None.

    Returns:
        JSON: ``name``, ``year``, ``source``, ``proposals`` (flat, xyxy), ``total`` and ``done`` proposals, ``passes``,
        ``warp``, ``boxes``, ``masks`` (data URI or None), ``found`` [found, of] or None, ``missed`` (boxes),
        ``stages``, ``macs``, ``ms``, ``paper``.
    """
    shown = [int(k) for k in np.flatnonzero(np.asarray(ledger.scores) >= score)]
    names = [classes[int(ledger.labels[k])] if classes else str(int(ledger.labels[k])) for k in shown]
    numbers = [names[:place].count(name) for place, name in enumerate(names)]
    colors = [style.instance_color(name, number) for name, number in zip(names, numbers, strict=True)]
    boxes = [
        {"box": _rounded(ledger.boxes[k]), "text": f"{name} {float(ledger.scores[k]):.2f}", "color": color}
        for k, name, color in zip(shown, names, colors, strict=True)
    ]
    paper = PAPERS[ledger.name]
    return {
        "name": ledger.name,
        "year": paper["year"],
        "paper": paper if "time" in paper else None,
        "source": ledger.source,
        "proposals": _rounded(np.asarray(ledger.proposals).reshape(-1)),
        "total": len(ledger.proposals),
        "done": ledger.done,
        "passes": ledger.passes,
        "warp": ledger.warp,
        "boxes": boxes,
        "masks": None if ledger.masks is None else masks(np.asarray(ledger.masks)[shown], colors),
        "found": None if truth is None else [sum(hit for _, hit in truth), len(truth)],
        "missed": [] if truth is None else [_rounded(box) for box, hit in truth if not hit],
        "stages": [{"name": s.name, "macs": s.macs, "ms": round(s.ms, 2)} for s in ledger.stages],
        "macs": ledger.macs,
        "ms": round(ledger.ms, 2),
    }


def masks(found: np.ndarray, colors: Sequence[str]) -> str:
    """Masks in their colours as a PNG data URI; where two overlap, the one of higher score is on top.

    Args:
        found: bool [D, H, W], by falling score.
        colors: hex colours, D of them.
    """
    segments = np.zeros(found.shape[1:], np.int64)
    for number in range(len(found), 0, -1):
        segments[found[number - 1]] = number
    return encode.png_uri(segment_overlay(segments, list(colors)))


def progress(ledger: Ledger) -> str:
    """How far Slow R-CNN is, in words.

    It is the text of the progress line: "120 of 300 crops of 96 × 96 px".
    """
    return f"{ledger.done} of {len(ledger.proposals)} crops of {ledger.warp} × {ledger.warp} px"


def _rounded(numbers: Any) -> list[float]:
    return [round(float(number), 1) for number in np.asarray(numbers).reshape(-1)]
