"""Maps of numbers for the browser to paint: few steps of colour, no larger than they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from demos.figures import encode

SMALL, LARGE = 96, 128
"""Cells of a map's longer side, small and large; what is larger is drawn as means of neighbouring cells."""


@dataclass(frozen=True)
class Map:
    """A map in 256 steps from ``low`` to ``high``: packed steps, its shape (channels, height, width)."""

    steps: Mapping[str, Any]
    shape: tuple[int, int, int]
    low: float
    high: float


def small(
    values: np.ndarray, shape: tuple[int, int, int], ends: tuple[float, float], most: int = SMALL
) -> Map:
    """A map for the browser: in steps of 1/255 between two ends, at most so many cells a side.

    >>> encode.unpack(small(np.array([[0.0, 1.0]]), (3, 1, 2), (0.0, 2.0)).steps).tolist()
    [[0, 128]]
    """
    values = np.asarray(values, np.float32)
    factor = most / max(values.shape)
    if factor < 1:
        sides = [max(round(side * factor), 1) for side in values.shape[::-1]]
        values = np.asarray(cv2.resize(values, sides, interpolation=cv2.INTER_AREA))
    low, high = ends
    steps = np.clip(np.rint((values - low) * (255 / max(high - low, 1e-12))), 0, 255).astype(np.uint8)
    return Map(encode.pack_indices(steps), shape, round(low, 3), round(high, 3))
