"""What the two boards of the lesson on the mask head draw, as JSON: logits, crops, deltas, gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode, grids, style

if TYPE_CHECKING:
    from lecture_models.roi_masks import RoIMasks

SURE = 0.5  # score of the detections that a learner may jump to


def flow(made: RoIMasks, cell: Sequence[int]) -> dict[str, Any]:
    """What the board of the two heads draws; probabilities are its own arithmetic on these logits."""
    heads, labels = made.heads, made.labels
    rest = [k for k in range(len(made.names)) if k not in labels]
    return {
        "classes": classes(made),
        "count": len(made.names),
        "logits": encode.pack_values(heads.mask_logits[labels].numpy()),
        "rest": encode.pack_values(heads.mask_probs[rest].sum(0).numpy()) if rest else None,
        "rule": heads.rule,
        "picked": labels.index(heads.label),
        "background": heads.background,
        "chosen": labels.index(made.chosen),
        "by_hand": made.by_hand,
        "threshold": made.threshold,
        "target": encode.pack_values(made.gradients.target.numpy()) if made.thing is not None else None,
        "level": heads.level,
        "channels": len(heads.box_crop),
        "crops": [heat_uri(heads.box_crop), heat_uri(heads.mask_crop)],
        "deltas": heads.deltas[heads.label].tolist(),
        "box": heads.box.tolist(),
        "refined": heads.boxes[heads.label].tolist(),
        "detections": made.network.boxes[made.network.scores >= SURE].tolist(),
        "cell": list(cell),
    }


def heat_uri(crop: Any) -> str:
    """A crop's mean over its channels, one pixel a bin."""
    return encode.png_uri(grids.heat(crop.mean(0).numpy()))


def classes(made: RoIMasks) -> list[dict[str, Any]]:
    """Name, colour, and the class head's logit and probability of each shown class."""
    heads = made.heads
    return [
        {
            "name": made.names[k] if k else "background",  # COCO's list writes it with underscores
            "color": style.class_color(made.names[k]) if k else style.MUTED,
            "logit": float(heads.class_logits[k]),
            "prob": float(heads.class_probs[k]),
        }
        for k in made.labels
    ]


def gradients(made: RoIMasks) -> dict[str, Any]:
    """The gradient of the mask loss for each shown class, and the length of it for all the others."""
    if made.negative:
        return {"none": no_loss(made)}
    found, labels = made.gradients, made.labels
    rest = [k for k in range(len(made.names)) if k not in labels]
    return {
        "classes": classes(made),
        "values": encode.pack_values(found.gradients[labels].numpy()),
        "norms": [found.norms[k] for k in labels],
        "rest": [len(rest), max((found.norms[k] for k in rest), default=0.0)],
        "target": encode.pack_values(found.target.numpy()),
        "label": labels.index(found.label),
        "truth": made.thing is not None,
        "rule": made.heads.rule,
        "loss": found.loss,
    }


def no_loss(made: RoIMasks) -> str:
    """Why there is no mask loss for a RoI on the background."""
    return (
        f"The truth here is background, no mask loss for it: the box has an IoU of {made.overlap or 0.0:.2f} with the "
        f"nearest true box, and only RoIs of at least {made.heads.positive:g} train the mask head."
    )


def colors(kind: str) -> list[str]:
    """A map's 256 colours, for the cells that the browser draws itself."""
    return [style.hex_color(*color) for color in grids.heat(np.arange(256.0)[None], kind=kind)[0].tolist()]
