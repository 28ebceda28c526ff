"""A mask moved and scaled as a whole, pixel for pixel: the browser does the same arithmetic while a finger drags it."""

from __future__ import annotations

import math

import numpy as np


def moved_mask(mask: np.ndarray, dx: float, dy: float, scale: float = 1.0) -> np.ndarray:
    """A mask moved by (dx, dy) and scaled about the middle of its box; what leaves the picture is lost.

    The pixel in row r and column c is set if the point that lands on its centre lies in a pixel of the mask: with the
    middle (x, y) of the box, that point is x + (c + ½ − x − dx) / scale, y + (r + ½ − y − dy) / scale.

    Args:
        mask: bool [H, W].
        dx: pixels to the right.
        dy: pixels down.
        scale: more than 0; 2 doubles both sides.

    Returns:
        bool [H, W].

    Raises:
        ValueError: The scale is not a number above 0.

    Examples:
        >>> moved_mask(np.array([[True, False, False]]), 1, 0).tolist()
        [[False, True, False]]
    """
    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"A mask's scale is a number above 0; got {scale}. Leave it at 1.")
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return np.zeros_like(mask)
    down = _sources(mask.shape[0], rows, dy, scale)
    across = _sources(mask.shape[1], columns, dx, scale)
    inside = (down >= 0)[:, None] & (across >= 0)
    return np.asarray(mask[down[:, None], across] & inside)


def _sources(length: int, there: np.ndarray, by: float, scale: float) -> np.ndarray:
    """Along one axis, for each pixel the one of the mask that lands on it, -1 where there is none: int [length]."""
    middle = (there[0] + there[-1] + 1) / 2
    found = np.floor(middle + (np.arange(length) + 0.5 - middle - by) / scale).astype(np.int64)
    return np.where((found >= 0) & (found < length), found, -1)


def shift_curve(mask: np.ndarray, most: int = 40) -> list[float]:
    """IoU of a mask with itself moved by 0 to ``most`` pixels to the right, as if the picture had no edge.

    A square of side a, moved by d < a, has the IoU (a − d) / (a + d).

    Args:
        mask: bool [H, W], not empty.
        most: the largest shift, pixels.

    Raises:
        ValueError: The mask is empty.

    Examples:
        >>> shift_curve(np.ones((2, 2), bool), 2)
        [1.0, 0.3333333333333333, 0.0]
    """
    area = int(mask.sum())
    if not area:
        raise ValueError(
            "A curve of IoU against shift needs a mask; got an empty one. Choose a class that occurs."
        )
    width = mask.shape[1]
    shared = [int((mask[:, : max(width - by, 0)] & mask[:, by:]).sum()) for by in range(most + 1)]
    return [both / (2 * area - both) for both in shared]
