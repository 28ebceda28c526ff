"""Errors as cards for the page: a cutting of the picture with outlines in picture pixels, and what there is to say.

Outlines travel as numbers and are drawn in the browser, so that they stay exact and sharp at any size; the cutting
below them is a photograph and travels as JPEG.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from demos.figures import encode

if TYPE_CHECKING:
    from lecture_models.evaluation.examples import Example

FINE = 4
"""Outlines are found on masks enlarged by this, so that they run along the pixels' edges to 1/8 pixel."""
QUALITY = 88
SIDE = 192


def outlines(mask: np.ndarray) -> list[list[float]]:
    """The borders of a mask, holes included, as closed polygons x0, y0, x1, y1 … in pixels of the mask.

    Args:
        mask: bool [H, W].

    Examples:
        >>> xs = outlines(np.ones((2, 3), bool))[0][::2]
        >>> min(xs) < 0.2, max(xs) > 2.8
        (True, True)
        >>> outlines(np.zeros((2, 3), bool))
        []
    """
    grown = cv2.resize(mask.astype(np.uint8), None, fx=FINE, fy=FINE, interpolation=cv2.INTER_NEAREST)
    found, _ = cv2.findContours(grown, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    return [((line.reshape(-1, 2) + 0.5) / FINE).round(2).reshape(-1).tolist() for line in found]


def card(example: Example, key: str) -> dict[str, Any]:
    """One error as the board draws it.

    Args:
        example: The error, cut out.
        key: Key of its picture, such as scene:42.

    Returns:
        kind, rule, key, seed, title, lines (texts), costs; image (data URI), size [h, w], and outlines `true`, `found`,
        `other` in pixels of the cutting.
    """
    return {
        "kind": example.kind,
        "rule": example.rule,
        "key": key,
        "seed": example.seed,
        "title": title(example),
        "lines": lines(example),
        "costs": example.costs,
        "image": encode.jpeg_uri(shrunk(example.image), QUALITY),
        "size": list(example.image.shape[:2]),
        "true": outlines(example.true_mask),
        "found": outlines(example.found_mask),
        "other": outlines(example.other_mask),
    }


def shrunk(image: np.ndarray) -> np.ndarray:
    """A cutting with sides of at most SIDE pixels, as large as a card shows it."""
    scale = SIDE / max(*image.shape[:2], SIDE)
    return image if scale == 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def title(example: Example) -> str:
    """What was said, or what was not: "ball, score 0.97" or "cone, not found"."""
    if not example.false_positive:
        return f"{example.true[0]}, not found"
    name, score = example.found[0]
    return f"{name}, score {score:.2f}"


def lines(example: Example) -> list[str]:
    """The numbers of an error, each in a short sentence."""
    said = []
    if example.found and not example.false_positive:
        said.append(f"inside {example.found[0][0]}, score {example.found[0][1]:.2f}")
    if example.true and example.found:
        said.append(
            f"mask IoU {example.mask_iou:.2f} = {example.shared} / {example.union} px with {example.true[0]}"
        )
        said.append(f"box IoU {example.box_iou:.2f}")
    if not example.false_positive:
        said.append(f"{example.area} visible pixels")
    if len(example.true) > 1:
        said.append(f"covers {', '.join(example.true)}")
    if len(example.found) > 1:
        rest = ", ".join(f"{name} {score:.2f}" for name, score in example.found[1:])
        said.append(f"{'taken by' if example.kind == 'duplicate' else 'with'} {rest}")
    if example.below:
        said.append(f"seen with score {example.below:.2f}, below the threshold")
    return said
