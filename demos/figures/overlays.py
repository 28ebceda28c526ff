"""Maps laid over a picture, as arrays: label maps, instances, panoptic maps; the outlines of masks.

An overlay is RGBA, so that the browser keeps the picture below it sharp and lets the learner fade it.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from demos.figures.style import VOID_COLOR, rgb

FILL = 0.72
"""Opacity of a segment's colour over the picture."""
EDGE = 255
FINE = 4
"""Outlines are found on masks enlarged by this, so that they run along the pixels' edges to 1/8 pixel."""
Polygons = Sequence[Sequence[float]]


def segment_overlay(segments: np.ndarray, colors: Sequence[str], void: str | None = None) -> np.ndarray:
    """Segments in their colours with a fine dark border between them.

    Args:
        segments: int [H, W]; 0 is drawn in ``void`` (nothing where None), k in ``colors[k - 1]``.
        colors: hex colours.
        void: colour of pixels that nobody explains.

    Returns:
        uint8 RGBA [H, W, 4].

    Examples:
        >>> segment_overlay(np.array([[0, 1]]), ["#ff0000"])[0, 0].tolist()
        [0, 0, 0, 0]
    """
    table = np.zeros((len(colors) + 1, 4), np.uint8)
    if void is not None:
        table[0] = (*rgb(void), round(255 * FILL))
    for number, color in enumerate(colors, start=1):
        table[number] = (*rgb(color), round(255 * FILL))
    table = np.vstack([table, (*rgb(VOID_COLOR), EDGE)]).astype(np.uint8)
    index = np.where(borders(segments) & (segments > 0), len(table) - 1, segments)
    four_bytes = table.view(np.uint32)[:, 0]
    return four_bytes[index].view(np.uint8).reshape(*segments.shape, 4)


def borders(segments: np.ndarray) -> np.ndarray:
    """Pixels whose right or lower neighbour is of another segment: bool [H, W].

    >>> borders(np.array([[1, 1, 2]])).tolist()
    [[False, True, False]]
    """
    border = np.zeros(segments.shape, bool)
    border[:, :-1] |= segments[:, :-1] != segments[:, 1:]
    border[:-1] |= segments[:-1] != segments[1:]
    return border


def outlines(mask: np.ndarray) -> Polygons:
    """The borders of a mask, holes included, as closed polygons x0, y0, x1, y1 … in pixels of the mask."""
    grown = cv2.resize(mask.astype(np.uint8), None, fx=FINE, fy=FINE, interpolation=cv2.INTER_NEAREST)
    found, _ = cv2.findContours(grown, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    return [((line.reshape(-1, 2) + 0.5) / FINE).round(2).reshape(-1).tolist() for line in found]


def covering(boxes: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """Which boxes cover each pixel's centre.

    Args:
        boxes: float [N, 4], xyxy in picture pixels.
        size: (height, width).

    Returns:
        index int32 [H, W] and the list that it indexes: tuples of box numbers from 0, in order.

    Examples:
        >>> index, sets = covering(np.array([[0.0, 0, 2, 1]]), (1, 3))
        >>> index.tolist(), sets
        ([[1, 1, 0]], [(), (0,)])
    """
    height, width = size
    if not len(boxes):
        return np.zeros(size, np.int32), [()]
    xs, ys = np.arange(width) + 0.5, np.arange(height) + 0.5
    columns = (boxes[:, None, 0] <= xs) & (xs < boxes[:, None, 2])
    rows = (boxes[:, None, 1] <= ys) & (ys < boxes[:, None, 3])
    kinds_x, column_kind = np.unique(columns, axis=1, return_inverse=True)
    kinds_y, row_kind = np.unique(rows, axis=1, return_inverse=True)
    cells = (kinds_y.T[:, None] & kinds_x.T[None]).reshape(-1, len(boxes))
    kinds, cell_kind = np.unique(cells, axis=0, return_inverse=True)
    grid = cell_kind.reshape(kinds_y.shape[1], kinds_x.shape[1])
    index = grid[row_kind.reshape(-1)][:, column_kind.reshape(-1)].astype(np.int32)
    return index, [tuple(np.flatnonzero(kind).tolist()) for kind in kinds]


def dimmed(image: np.ndarray, share: float = 0.45) -> np.ndarray:
    """A picture faded towards grey and dark, to carry words: uint8 RGB of the same shape."""
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return cv2.addWeighted(image, 0.35 * share, grey, 0.65 * share, 0)
