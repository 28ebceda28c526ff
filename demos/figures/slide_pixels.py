"""The pixels of a slide's picture: what its panel shows of it, enlarged, with what is laid over it."""

from __future__ import annotations

import math

import cv2
import numpy as np

from demos.figures import grids
from demos.figures.slides import Picture


def cut(panel: Picture) -> tuple[list[np.ndarray], tuple[float, float, float, float]]:
    """Image and overlay where the panel shows them, whole pixels of the image, and the place of these pixels."""
    high, wide = panel.size or panel.image.shape[:2]
    x0, y0, x1, y1 = panel.extent
    rows, cells = panel.image.shape[:2]
    first, last = math.floor(x0 * cells / wide), math.ceil(x1 * cells / wide)
    top, end = math.floor(y0 * rows / high), math.ceil(y1 * rows / high)
    place = first * wide / cells, top * high / rows, last * wide / cells, end * high / rows
    parts = [panel.image[top:end, first:last]]
    if panel.overlay is not None:
        down, across = panel.overlay.shape[0] / rows, panel.overlay.shape[1] / cells
        span = slice(round(top * down), round(end * down)), slice(round(first * across), round(last * across))
        parts.append(panel.overlay[span])
    return parts, place


def enlarged(image: np.ndarray, size: tuple[int, int], sharp: bool) -> np.ndarray:
    """An image at (width, height) or a little more: cells as equal squares, photographs smooth."""
    height, width = image.shape[:2]
    if sharp:
        return grids.enlarge(image, max(1, math.ceil(max(size[0] / width, size[1] / height))))
    shrinks = size[0] < width
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def laid_over(ground: np.ndarray, layer: np.ndarray) -> np.ndarray:
    """RGBA over RGB at the ground's size; enlarged sharply, made smaller smoothly."""
    size, values = (ground.shape[1], ground.shape[0]), layer.astype(np.float32)
    values[..., :3] *= values[..., 3:] / 255  # so that what is not there has no colour
    way = cv2.INTER_AREA if layer.shape[1] > size[0] else cv2.INTER_NEAREST
    above = cv2.resize(values, size, interpolation=way)
    mixed = ground * (1 - above[..., 3:] / 255) + above[..., :3]
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
