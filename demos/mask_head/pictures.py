"""Pictures of lesson A4: outlines over the picture, and which names of boxes have room."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from demos.figures import style

FILL = 90  # of 255: how much of the mask's colour lies over the picture
SIDE = 768  # pixels of the overlay's longer side, at most: outlines finer than the picture's pixels
SMALL, LETTER, ROW = 0.17, 0.014, 0.035  # of the picture: a small box, a letter's width, a label's height
LINE = 0.007  # width of an outline, of the shorter side


def outlines(mask: np.ndarray, truth: np.ndarray | None) -> np.ndarray:
    """A mask filled and outlined, and the true outline, to lay over the picture.

    Args:
        mask: bool [H, W].
        truth: bool [H, W] or None.

    Returns:
        uint8 RGBA, a whole number of times larger than the mask.
    """
    factor = max(1, SIDE // max(mask.shape))
    layer = np.zeros((mask.shape[0] * factor, mask.shape[1] * factor, 4), np.uint8)
    width = max(2, round(LINE * min(layer.shape[:2])))
    layer[_enlarged(mask, factor) > 0] = (*style.rgb(style.PREDICTION), FILL)
    if truth is not None:
        _draw(layer, truth, factor, style.TRUTH, width)
    _draw(layer, mask, factor, style.PREDICTION, width)
    return layer


def _enlarged(mask: np.ndarray, factor: int) -> np.ndarray:
    return np.repeat(np.repeat(mask.astype(np.uint8), factor, 0), factor, 1)


def _draw(layer: np.ndarray, mask: np.ndarray, factor: int, color: str, width: int) -> None:
    found, _ = cv2.findContours(_enlarged(mask, factor), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(layer, found, -1, (*style.rgb(color), 255), width)


def named(boxes: Sequence[Sequence[float]], texts: Sequence[str], size: tuple[int, int]) -> list[str]:
    """The texts of boxes, shortened to the class above small boxes, "" where one would cover another's.

    Args:
        boxes: xyxy, the most important first.
        texts: of each, such as "ball 0.97".
        size: (height, width) of the picture.
    """
    taken: list[tuple[float, float, float, float]] = []
    kept = []
    for (x0, y0, x1, _), text in zip(boxes, texts, strict=True):
        said = text if x1 - x0 >= SMALL * size[1] else text.rpartition(" ")[0]
        wide, high = LETTER * size[1] * (len(said) + 1), ROW * size[0]
        left = x1 - wide if x0 > 0.6 * size[1] else x0  # as stage.js places them
        top = y0 if y0 < 0.07 * size[0] else y0 - high
        place = (left, top, left + wide, top + high)
        free = not any(
            place[0] < o[2] and o[0] < place[2] and place[1] < o[3] and o[1] < place[3] for o in taken
        )
        taken += [place] if free else []
        kept.append(said if free else "")
    return kept
