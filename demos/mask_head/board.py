"""What lesson A4 draws: logits, crops, deltas and gradients on its two boards, outlines and names on the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from demos.figures import encode, grids, style
from demos.mask_head import words

if TYPE_CHECKING:
    from lecture_models.studies.mask_head import RoIMasks

FILL = 90  # of 255: how much of the mask's colour lies over the picture
SIDE = 768  # pixels of the overlay's longer side, at most: outlines finer than the picture's pixels
SMALL, LETTER, ROW = 0.17, 0.014, 0.035  # of the picture: a small box, a letter's width, a label's height
LINE = 0.007  # width of an outline, of the shorter side
Packed = Mapping[str, Any]


@dataclass(frozen=True)
class Class:
    """A shown class: the class head's logit and probability for it."""

    name: str
    color: str
    logit: float
    prob: float


@dataclass(frozen=True)
class Flow:
    """Both heads on one RoI. Probabilities are the browser's own arithmetic on these logits.

    ``classes`` of all ``count``, ``rest`` the sum of the others' probabilities; ``picked`` and ``chosen`` are indices
    of ``classes``; crops are pictures with captions, boxes xyxy in picture pixels; ``cell`` is (column, row) of the
    28 × 28 grid.
    """

    classes: Sequence[Class]
    count: int
    logits: Packed
    rest: Packed | None
    rule: str
    picked: int
    background: bool
    chosen: int
    by_hand: bool
    threshold: float
    target: Packed | None
    crops: Sequence[tuple[str, str]]
    deltas: Sequence[float]
    box: Sequence[float]
    refined: Sequence[float]
    detections: Sequence[Sequence[float]]
    cell: Sequence[int]


@dataclass(frozen=True)
class Gradients:
    """The gradient of the mask loss for each shown class, of which ``label`` is the true one; no classes, no loss."""

    about: str
    names: Sequence[str] = ()
    values: Packed | None = None
    norms: Sequence[float] = ()
    target: Packed | None = None
    label: int = 0


def flow(made: RoIMasks, cell: Sequence[int]) -> Flow:
    """The board of the two heads."""
    heads, labels, others = made.heads, made.labels, made.others
    return Flow(
        classes=[shown(made, label) for label in labels],
        count=len(made.names),
        logits=encode.pack_values(heads.mask_logits[labels].numpy()),
        rest=encode.pack_values(heads.mask_probs[others].sum(0).numpy()) if others else None,
        rule=heads.rule,
        picked=labels.index(heads.label),
        background=heads.background,
        chosen=labels.index(made.chosen),
        by_hand=made.by_hand,
        threshold=made.threshold,
        target=encode.pack_values(made.gradients.target.numpy()) if made.thing is not None else None,
        crops=[crop(features, heads.level) for features in (heads.box_crop, heads.mask_crop)],
        deltas=heads.deltas[heads.label].tolist(),
        box=heads.box.tolist(),
        refined=heads.boxes[heads.label].tolist(),
        detections=made.network.boxes[made.sure].tolist(),
        cell=cell,
    )


def shown(made: RoIMasks, label: int) -> Class:
    """What the class head says of one class."""
    name, heads = made.names[label], made.heads
    color = style.class_color(name) if label else style.MUTED
    return Class(name, color, float(heads.class_logits[label]), float(heads.class_probs[label]))


def crop(features: Any, level: str) -> tuple[str, str]:
    """A crop's mean over its channels, one pixel a bin, and its shape in words."""
    channels, rows, columns = features.shape
    picture = grids.heat(features.mean(0).numpy())
    return encode.png_uri(picture), f"{rows} × {columns} × {channels} from {level}"


def gradients(made: RoIMasks) -> Gradients:
    """The board of the gradients."""
    found, labels = made.gradients, made.labels
    if made.negative:
        return Gradients(words.loss(made))
    return Gradients(
        about=words.loss(made),
        names=[made.names[k] for k in labels],
        values=encode.pack_values(found.gradients[labels].numpy()),
        norms=[found.norms[k] for k in labels],
        target=encode.pack_values(found.target.numpy()),
        label=labels.index(found.label),
    )


def outlines(mask: np.ndarray, truth: np.ndarray | None) -> np.ndarray:
    """A mask, bool [H, W], filled and outlined, under the true outline, to lay over the picture: uint8 RGBA, finer."""
    factor = max(1, SIDE // max(mask.shape))
    layer = np.zeros((mask.shape[0] * factor, mask.shape[1] * factor, 4), np.uint8)
    width = max(2, round(LINE * min(layer.shape[:2])))
    layer[grids.enlarge(mask, factor)] = (*style.rgb(style.PREDICTION), FILL)
    for one, color in ((truth, style.TRUTH), (mask, style.PREDICTION)):
        if one is not None:
            fine = grids.enlarge(one.astype(np.uint8), factor)
            found, _ = cv2.findContours(fine, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(layer, found, -1, (*style.rgb(color), 255), width)
    return layer


def named(boxes: Sequence[Sequence[float]], texts: Sequence[str], size: tuple[int, int]) -> list[str]:
    """Names of boxes, the best first: "ball 0.97", above a small box "ball", "" where it would cover another's."""
    taken: list[tuple[float, float, float, float]] = []
    kept = []
    for (x0, y0, x1, _), text in zip(boxes, texts, strict=True):
        said = text if x1 - x0 >= SMALL * size[1] else text.rpartition(" ")[0]
        wide, high = LETTER * size[1] * (len(said) + 1), ROW * size[0]
        left = x1 - wide if x0 > 0.6 * size[1] else x0  # as stage.js places them
        top = y0 if y0 < 0.07 * size[0] else y0 - high
        free = not any(
            left < x1 and x0 < left + wide and top < y1 and y0 < top + high for x0, y0, x1, y1 in taken
        )
        if free:
            taken.append((left, top, left + wide, top + high))
        kept.append(said if free else "")
    return kept
