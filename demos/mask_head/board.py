"""What the two boards of lesson A4 draw: logits, crops, deltas, gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demos.figures import encode, grids, style

if TYPE_CHECKING:
    from lecture_models.studies.mask_head import RoIMasks

SURE = 0.5  # score of the detections that a learner may jump to
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
    of ``classes``; boxes are xyxy in picture pixels; ``cell`` is (column, row) of the 28 × 28 grid.
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
    level: str
    channels: int
    crops: Sequence[str]
    deltas: Sequence[float]
    box: Sequence[float]
    refined: Sequence[float]
    detections: Sequence[Sequence[float]]
    cell: Sequence[int]


@dataclass(frozen=True)
class Gradients:
    """The gradient of the mask loss for each shown class; ``rest``: how many others, and the largest of their norms."""

    classes: Sequence[Class]
    values: Packed
    norms: Sequence[float]
    rest: tuple[int, float]
    target: Packed
    label: int
    truth: bool
    rule: str
    loss: float


@dataclass(frozen=True)
class NoLoss:
    """Why there is no mask loss for this RoI."""

    none: str


def flow(made: RoIMasks, cell: Sequence[int]) -> Flow:
    """The board of the two heads."""
    heads, labels = made.heads, made.labels
    others = [k for k in range(len(made.names)) if k not in labels]
    return Flow(
        classes=classes(made),
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
        level=heads.level,
        channels=len(heads.box_crop),
        crops=[heat_uri(heads.box_crop), heat_uri(heads.mask_crop)],
        deltas=heads.deltas[heads.label].tolist(),
        box=heads.box.tolist(),
        refined=heads.boxes[heads.label].tolist(),
        detections=made.network.boxes[made.network.scores >= SURE].tolist(),
        cell=cell,
    )


def heat_uri(crop: Any) -> str:
    """A crop's mean over its channels, one pixel a bin."""
    return encode.png_uri(grids.heat(crop.mean(0).numpy()))


def classes(made: RoIMasks) -> list[Class]:
    """The shown classes."""
    names = [
        made.names[k] if k else "background" for k in made.labels
    ]  # COCO's list writes it with underscores
    colors = [
        style.class_color(name) if k else style.MUTED for k, name in zip(made.labels, names, strict=True)
    ]
    logits, probs = (of[made.labels].tolist() for of in (made.heads.class_logits, made.heads.class_probs))
    return [Class(*one) for one in zip(names, colors, logits, probs, strict=True)]


def gradients(made: RoIMasks) -> Gradients | NoLoss:
    """The board of the gradients."""
    if made.negative:
        return NoLoss(
            f"The truth here is background, no mask loss for it: the box has an IoU of {made.overlap or 0.0:.2f} with "
            f"the nearest true box, and only RoIs of at least {made.heads.positive:g} train the mask head."
        )
    found, labels = made.gradients, made.labels
    others = [k for k in range(len(made.names)) if k not in labels]
    return Gradients(
        classes=classes(made),
        values=encode.pack_values(found.gradients[labels].numpy()),
        norms=[found.norms[k] for k in labels],
        rest=(len(others), max((found.norms[k] for k in others), default=0.0)),
        target=encode.pack_values(found.target.numpy()),
        label=labels.index(found.label),
        truth=made.thing is not None,
        rule=made.heads.rule,
        loss=found.loss,
    )
