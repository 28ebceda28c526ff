"""Boxes as NumPy arrays, where no torch is needed; xyxy in picture pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def box_iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """IoU of boxes [N, 4] and [M, 4], xyxy: float [N, M].

    >>> box_iou(np.array([[0.0, 0, 2, 2]]), np.array([[0.0, 0, 2, 1]])).tolist()
    [[0.5]]
    """
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    area = [(boxes[:, 2:] - boxes[:, :2]).prod(1) for boxes in (first, second)]
    return shared / np.maximum(area[0][:, None] + area[1] - shared, 1e-9)


def iou(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes.

    >>> round(iou((0, 0, 2, 2), (1, 0, 3, 2)), 6)
    0.333333
    """
    return float(box_iou(np.array([one], float), np.array([other], float))[0, 0])
