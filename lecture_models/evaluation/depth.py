"""Depth and normals against the truth, over the pixels of all pictures that have a depth; the sky is left out.

Depth, with y predicted and y* true in metres (Eigen, Puhrsch & Fergus, NIPS 2014, and Eigen & Fergus, ICCV 2015,
section 6.1): abs_rel |y − y*| / y*, sq_rel (y − y*)² / y*, rmse √(y − y*)², rmse_log √(ln y − ln y*)², and delta_k, the
share of pixels with max(y / y*, y* / y) < 1.25^k. scale_invariant is rmse_log after each picture's own mean of ln y −
ln y* was taken off: what is left when the whole picture may be wrong by one factor.

Normals (section 6.2, after Fouhey et al. 2013): the angle between prediction and truth, its mean and median in
degrees, and the shares below 11.25°, 22.5° and 30°.

The sums run over all pixels of all pictures, as the papers define them, so a picture with much sky weighs less. The
mean of each picture's own numbers is another number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from lecture_models.nets.multiscale_depth import trace_geometry
from lecture_models.ops.normals import angle_between
from lecture_models.scenes import Scene

BASE = 1.25
ANGLES = {"within_11": 11.25, "within_22": 22.5, "within_30": 30.0}  # degrees


class DepthErrors:
    """Errors of metric depth over a stream of pictures.

    >>> errors = DepthErrors()
    >>> errors.update(np.array([[2.2, 3.0]]), np.array([[2.0, np.inf]]))
    >>> round(errors.compute()["abs_rel"], 6)
    0.1
    """

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._pixels = 0

    def update(self, depth: np.ndarray, truth: np.ndarray) -> None:
        """Add a picture: two depth maps [H, W] in metres, the truth infinite in the sky.

        Raises:
            ValueError: Their shapes differ, or a depth is not positive and finite where the truth is.
        """
        if depth.shape != truth.shape:
            raise ValueError(
                f"Prediction and truth must have one shape; got {depth.shape} and {truth.shape}: resize it."
            )
        known = np.isfinite(truth)
        said, true = depth[known].astype(np.float64), truth[known].astype(np.float64)
        if not ((said > 0) & np.isfinite(said) & (true > 0)).all():
            raise ValueError(
                "Depths must be positive and finite, in metres; got others: predict the exponential of a log depth."
            )
        self._pixels += said.size
        for name, value in _sums(said, true).items():
            self._sums[name] = self._sums.get(name, 0.0) + value

    def compute(self) -> dict[str, float | None]:
        """The errors by name; None each if there was no pixel."""
        if not self._pixels:
            return dict.fromkeys(_sums(np.ones(1), np.ones(1)))
        means = {name: value / self._pixels for name, value in self._sums.items()}
        rooted = ("rmse", "rmse_log", "scale_invariant")
        return {name: value**0.5 if name in rooted else value for name, value in means.items()}


def _sums(said: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """Sums over one picture's pixels, before any root."""
    difference, ratio = said - true, np.log(said) - np.log(true)
    values = {
        "abs_rel": np.abs(difference) / true,
        "sq_rel": difference**2 / true,
        "rmse": difference**2,
        "rmse_log": ratio**2,
        "scale_invariant": (ratio - (ratio.mean() if ratio.size else 0.0)) ** 2,
        **{f"delta_{k}": np.maximum(said / true, true / said) < BASE**k for k in (1, 2, 3)},
    }
    return {name: float(value.sum()) for name, value in values.items()}


class NormalErrors:
    """Angles between normals over a stream of pictures; it keeps each pixel's, 4 bytes, for their median.

    >>> errors = NormalErrors()
    >>> up = np.array([[[0.0, 1.0, 0.0]]])
    >>> errors.update(up, up, np.array([[True]]))
    >>> errors.compute()["normals_mean"]
    0.0
    """

    def __init__(self) -> None:
        self._angles: list[np.ndarray] = []

    def update(self, normals: np.ndarray, truth: np.ndarray, known: np.ndarray) -> None:
        """Add a picture.

        Args:
            normals: [H, W, 3], any length.
            truth: [H, W, 3].
            known: bool [H, W], pixels that count.

        Raises:
            ValueError: Shapes do not fit.
        """
        if known.shape != truth.shape[:-1]:
            raise ValueError(
                f"known must be [H, W] = {truth.shape[:-1]}; got {known.shape}: take the same picture."
            )
        said, true = (torch.from_numpy(np.array(values)).double() for values in (normals, truth))
        self._angles.append(angle_between(said, true).float().numpy()[known])

    def compute(self) -> dict[str, float | None]:
        """Mean and median in degrees, shares in 0..1; None each if there was no pixel."""
        angles = np.concatenate(self._angles) if self._angles else np.empty(0)
        if not angles.size:
            return dict.fromkeys(("normals_mean", "normals_median", *ANGLES))
        shares = {name: float((angles < limit).mean()) for name, limit in ANGLES.items()}
        mean, median = float(angles.mean(dtype=np.float64)), float(np.median(angles))
        return {"normals_mean": mean, "normals_median": median, **shares}


class GeometryMeter:
    """All of the above for a network of kind "depth"."""

    def __init__(self) -> None:
        self._depth, self._normals = DepthErrors(), NormalErrors()

    def update(self, scene: Scene, network: Any) -> None:
        """Run the network on a scene and add what it says."""
        maps = trace_geometry(network, scene.image)
        self._depth.update(maps.depth, scene.depth)
        self._normals.update(maps.normals, scene.normals, np.isfinite(scene.depth))

    def compute(self) -> dict[str, Any]:
        """The errors of the scenes so far."""
        return {**self._depth.compute(), **self._normals.compute()}
