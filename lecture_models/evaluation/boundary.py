"""Boundary IoU: the IoU of the bands along two masks' outlines, which small errors at the edge of a large mask lower.

Cheng, Girshick, Dollár, Berg & Kirillov 2021, "Boundary IoU: Improving Object-Centric Image Segmentation Evaluation",
section 4: of each mask count only the pixels within d of its outline, d being 2 % of the picture's diagonal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .segmentation import VOID

SHARE = 0.02  # of the diagonal; 7 pixels for a picture of 256 × 256


class BoundaryIoU:
    """Over a stream of label maps: areas summed over all pictures, then the mean over the classes that occur.

    In void the truth is taken to be what is predicted, so that void neither makes an outline nor counts.

    Args:
        classes: Names, by label.
        share: Width of the band, as a share of the diagonal.

    >>> metric, labels = BoundaryIoU(["road", "ball"]), np.array([[0, 0, 1, 1]])
    >>> metric.update(labels, labels)
    >>> metric.compute()["boundary_iou"]
    1.0
    """

    def __init__(self, classes: Sequence[str], share: float = SHARE) -> None:
        self.classes, self.share = tuple(classes), share
        self._common = np.zeros(len(classes), np.int64)
        self._either = np.zeros(len(classes), np.int64)

    def update(self, prediction: np.ndarray, truth: np.ndarray) -> None:
        """Add a picture: two label maps, int [H, W], the truth with 255 for void."""
        known = truth != VOID
        filled = np.where(known, truth, prediction)
        width = max(1, round(self.share * float(np.hypot(*truth.shape))))
        for label in range(len(self.classes)):
            said, true = (band(labels == label, width) & known for labels in (prediction, filled))
            self._common[label] += np.count_nonzero(said & true)
            self._either[label] += np.count_nonzero(said | true)

    def compute(self) -> dict[str, Any]:
        """`boundary_iou` in 0..1, and `by_class`; None for a class that does not occur, and if none does."""
        pairs = zip(self._common.tolist(), self._either.tolist(), strict=True)
        values = [common / either if either else None for common, either in pairs]
        known = [value for value in values if value is not None]
        by_class = {name: {"boundary_iou": value} for name, value in zip(self.classes, values, strict=True)}
        return {"boundary_iou": sum(known) / len(known) if known else None, "by_class": by_class}


def band(mask: np.ndarray, width: int) -> np.ndarray:
    """The pixels of a mask, bool [H, W], within ``width`` pixels of its outline, diagonals counting as one step.

    The picture's edge is an outline too, as in the code published with the paper.

    >>> int(band(np.ones((5, 5), bool), 2).sum())
    24
    """
    import cv2

    square = np.ones((3, 3), np.uint8)
    outside = {"borderType": cv2.BORDER_CONSTANT, "borderValue": (0,)}
    inner = cv2.erode(mask.astype(np.uint8), square, iterations=width, **outside)  # type: ignore[call-overload]
    return np.asarray(mask & (inner == 0))
