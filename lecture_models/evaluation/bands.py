"""Predictions near true boundaries and away from them: confusion matrices of a part of the pixels, and their mean IoU.

Kohli, Ladický & Torr 2009, "Robust Higher Order Potentials for Enforcing Label Consistency", count errors in
a band along the true boundaries. Here the band is the pixels that have one of another class within ``width`` pixels,
diagonals counting as one step, so it lies on both sides of a boundary; all others are the interior. Void belongs to
neither, and makes no boundary.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lecture_models.scenes import VOID


def near_boundary(truth: np.ndarray, width: int) -> np.ndarray:
    """The band: bool [H, W], pixels with a known pixel of another label within ``width``.

    Args:
        truth: int [H, W], 255 for void.
        width: pixels, at least 1.

    Raises:
        ValueError: The width is less than 1.

    >>> near_boundary(np.array([[0, 0, 0, 1, 1, 1, 255]]), 1)[0].tolist()
    [False, False, True, True, False, False, False]
    """
    if width < 1:
        raise ValueError(f"A band is at least 1 pixel wide; got {width}. Give a larger width.")
    void = truth == VOID
    square, labels = np.ones((3, 3), np.uint8), truth.astype(np.int16)
    around = {"iterations": width, "borderType": cv2.BORDER_REPLICATE}
    least = cv2.erode(np.where(void, np.int16(VOID), labels), square, **around)  # type: ignore[call-overload]
    most = cv2.dilate(np.where(void, np.int16(-1), labels), square, **around)  # type: ignore[call-overload]
    return np.asarray((least != most) & ~void)


def confusion(prediction: np.ndarray, truth: np.ndarray, chosen: np.ndarray, classes: int) -> np.ndarray:
    """Chosen pixels of true class i (row) that are predicted as class j, int64 [K, K]; void is left out.

    Args:
        prediction: int [H, W], labels 0 to K - 1.
        truth: int [H, W], 255 for void.
        chosen: bool [H, W].
        classes: K.
    """
    counted = chosen & (truth != VOID)
    pairs = truth[counted].astype(np.int64) * classes + prediction[counted]
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def mean_iou_of(counts: np.ndarray) -> float | None:
    """The mean over classes of n_ii / (Σ_j n_ij + Σ_j n_ji - n_ii); a class that does not occur is left out.

    >>> mean_iou_of(np.array([[2, 1, 0], [1, 3, 0], [0, 0, 0]]))
    0.55
    """
    both = np.diag(counts)
    either = counts.sum(0) + counts.sum(1) - both
    occurs = either > 0
    return float((both[occurs] / either[occurs]).mean()) if occurs.any() else None


@dataclass(frozen=True)
class Banded:
    """Confusion matrices, int64 [K, K], of the pixels in the band and of the interior; add them over pictures."""

    band: np.ndarray
    interior: np.ndarray

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return self.band.nbytes + self.interior.nbytes

    @property
    def whole(self) -> np.ndarray:
        """Of all pixels but void."""
        return self.band + self.interior

    @property
    def miou(self) -> tuple[float | None, float | None, float | None]:
        """Mean IoU in the band, in the interior, and of both together; None where there is no pixel."""
        return mean_iou_of(self.band), mean_iou_of(self.interior), mean_iou_of(self.whole)

    def __add__(self, other: Banded) -> Banded:
        return Banded(self.band + other.band, self.interior + other.interior)


def measure_bands(prediction: np.ndarray, truth: np.ndarray, width: int, classes: int) -> Banded:
    """Band and interior of one picture; arguments as :func:`near_boundary` and :func:`confusion`."""
    band = near_boundary(truth, width)
    return Banded(confusion(prediction, truth, band, classes), confusion(prediction, truth, ~band, classes))
