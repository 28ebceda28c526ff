"""What a crop did to the picture: its content pasted back as a ghost, and its mask beside the true outline."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from demos.figures import grids, style

GHOST_WEIGHT = 0.5


def around(box: Sequence[float], size: tuple[int, int], margin: float = 0.3) -> tuple[int, int, int, int]:
    """Whole-pixel surroundings of a box inside a picture of ``size`` (height, width): x0, y0, x1, y1.

    >>> around((10.0, 10.0, 30.0, 20.0), (100, 100))
    (4, 4, 36, 26)
    """
    reach = margin * max(box[2] - box[0], box[3] - box[1], 8)
    x0, y0 = max(0, int(box[0] - reach)), max(0, int(box[1] - reach))
    return x0, y0, min(size[1], int(np.ceil(box[2] + reach))), min(size[0], int(np.ceil(box[3] + reach)))


def ghost(
    image: np.ndarray, box: Sequence[float], pooled: Sequence[float], region: Sequence[int], side: int = 240
) -> np.ndarray:
    """The pooled part of a picture, pasted into the box that was asked for, half transparent over the picture.

    The heads believe that their crop shows the box. Where it shows something else, everything appears twice.

    Args:
        image: uint8 RGB [H, W, 3].
        box: asked for, xyxy, picture pixels.
        pooled: really pooled, the same.
        region: whole pixels of the picture to show, xyxy.
        side: longer side of the result, pixels.

    Returns:
        uint8 RGB, the region enlarged smoothly.
    """
    zoom = side / max(region[2] - region[0], region[3] - region[1])
    to_region = np.array([[zoom, 0, -zoom * region[0]], [0, zoom, -zoom * region[1]], [0, 0, 1]])
    size = (max(1, round(zoom * (region[2] - region[0]))), max(1, round(zoom * (region[3] - region[1]))))
    shown = _warp(image, to_region, size)
    pasted = _warp(image, to_region @ _between(pooled, box), size)
    corners = (to_region @ np.array([[box[0], box[2]], [box[1], box[3]], [1, 1]])).round().astype(int)
    (x0, x1), (y0, y1) = corners[0].clip(0, size[0]), corners[1].clip(0, size[1])
    inside = np.s_[y0:y1, x0:x1]
    shown[inside] = cv2.addWeighted(shown[inside], 1 - GHOST_WEIGHT, pasted[inside], GHOST_WEIGHT, 0)
    return shown


def mask_tile(cells: np.ndarray, truth: np.ndarray | None, factor: int = 8) -> np.ndarray:
    """A 28 × 28 mask as grey probabilities, with its ½ contour and the truth's outline.

    Args:
        cells: float [28, 28], probabilities.
        truth: bool [28 · factor, 28 · factor], the true mask inside the same box, or None.
        factor: screen pixels a cell.

    Returns:
        uint8 RGB [28 · factor, 28 · factor, 3].
    """
    tile = grids.enlarge(grids.heat(cells, 0.0, 1.0, "gray"), factor)
    half = grids.enlarge((cells >= 0.5).astype(np.uint8), factor)
    _outline(tile, half, style.PREDICTION)
    if truth is not None:
        _outline(tile, truth.astype(np.uint8), style.TRUTH)
    return tile


def inside_box(mask: np.ndarray, box: Sequence[float], side: int) -> np.ndarray:
    """The part of a mask that a box frames, at ``side`` × ``side``: bool; outside the picture nothing is true."""
    to_tile = _between(box, (0, 0, side, side))
    return _warp(mask.astype(np.float32), to_tile, (side, side), cv2.BORDER_CONSTANT) >= 0.5


def _between(source: Sequence[float], target: Sequence[float]) -> np.ndarray:
    """The map [3, 3] of points that carries one box onto the other, outer corners to outer corners."""
    across = (target[2] - target[0]) / max(source[2] - source[0], 1e-6)
    down = (target[3] - target[1]) / max(source[3] - source[1], 1e-6)
    return np.array(
        [[across, 0, target[0] - across * source[0]], [0, down, target[1] - down * source[1]], [0, 0, 1]]
    )


def _warp(
    image: np.ndarray, points: np.ndarray, size: tuple[int, int], border: int = cv2.BORDER_REPLICATE
) -> np.ndarray:
    # OpenCV counts from pixel centres, our boxes from the outer corner
    half = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    centred = half @ points @ np.linalg.inv(half)
    return cv2.warpAffine(image, centred[:2], size, flags=cv2.INTER_LINEAR, borderMode=border)


def _outline(tile: np.ndarray, mask: np.ndarray, color: str) -> None:
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(tile, contours, -1, style.rgb(color), 2)
