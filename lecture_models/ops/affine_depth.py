"""Relative depth made metric: a map of inverse depth whose scale and shift nobody knows, and two points that fix them.

A relative map r orders near and far: inverse depth is an affine function of it,

    1/Z = s · r + t        (s: 1/m per unit of r, t: 1/m)

with s and t of this picture alone. Two points of known depth give two equations. With more, least squares find the s
and t of the smallest squared error in inverse depth, by which relative networks are trained and measured: Ranftl et al.
2020, "Towards Robust Monocular Depth Estimation", section 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SMALLEST = 1e-6
"""Least difference of r between two reference points, as a part of the larger of both."""


@dataclass(frozen=True)
class Affine:
    """1/Z = ``scale`` · r + ``shift``, both in 1/m."""

    scale: float
    shift: float


def through_two(relative: tuple[float, float], depth: tuple[float, float]) -> Affine:
    """Scale and shift from two points.

    Args:
        relative: r at both points, no unit.
        depth: Z at both, metres.

    Returns:
        The affine function through both.

    Raises:
        ValueError: A number is not finite, a depth not positive, or r is the same at both points.

    >>> through_two((1.0, 3.0), (2.0, 0.5))
    Affine(scale=0.75, shift=-0.25)
    """
    first, second = relative
    if not all(np.isfinite(relative)) or not all(np.isfinite(depth)) or min(depth) <= 0:
        raise ValueError(
            f"Both points need a finite r and a depth above 0 m; got r {relative} and {depth} m: "
            "choose points whose depth is known."
        )
    if abs(second - first) <= SMALLEST * max(abs(first), abs(second)):
        raise ValueError(
            f"The relative map must differ between the two points; it is {first:.4g} at both: "
            "choose one nearer and one farther away."
        )
    near, far = 1 / depth[0], 1 / depth[1]
    scale = (far - near) / (second - first)
    return Affine(float(scale), float(near - scale * first))


def best_fit(relative: np.ndarray, depth: np.ndarray) -> Affine:
    """Scale and shift of the smallest squared error in inverse depth.

    Args:
        relative: float, any shape.
        depth: float of the same shape, metres; pixels where it is not finite do not count.

    Raises:
        ValueError: Shapes differ, or fewer than two different r have a depth.

    >>> found = best_fit(np.array([1.0, 2.0, 3.0]), np.array([2.0, 1.0, 0.5]))
    >>> round(found.scale, 6), round(found.shift, 6)
    (0.75, -0.333333)
    """
    if relative.shape != depth.shape:
        raise ValueError(
            f"Both maps must have one shape; got {relative.shape} and {depth.shape}: resize one."
        )
    known = np.isfinite(depth) & (depth > 0)
    r, inverse = relative[known].astype(np.float64), 1 / depth[known].astype(np.float64)
    spread = r - r.mean() if r.size else r
    if not (spread**2).sum() > 0:
        raise ValueError(
            "At least two pixels of different r must have a depth; fewer do: take another picture."
        )
    scale = float((spread * inverse).sum() / (spread**2).sum())
    return Affine(scale, float(inverse.mean() - scale * r.mean()))


def metric_depth(relative: np.ndarray, fit: Affine) -> np.ndarray:
    """Depth in metres of a relative map, float64 of its shape; infinite where inverse depth is not positive.

    >>> metric_depth(np.array([1.0, 0.0]), Affine(0.75, -0.25)).tolist()
    [2.0, inf]
    """
    inverse = fit.scale * relative.astype(np.float64) + fit.shift
    return np.where(inverse > 0, 1 / np.where(inverse > 0, inverse, 1), np.inf)
