"""Three-vectors as tuples of arrays.

Everything here is element-wise addition, multiplication, division and square root, which IEEE 754
rounds in one way only: that is why a scene is the same picture on every machine. A matrix product or
a vectorised sine is not rounded alike everywhere, so neither is used on pixels in single precision.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Vector = tuple[Any, Any, Any]  # each a float or a float32 array; they broadcast
FAR = 400.0  # metres along the optical axis; whatever is farther is sky


def dot(a: Vector, b: Vector) -> Any:
    """Inner product, element by element."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def subtract(a: Vector, b: Vector) -> Vector:
    """A - b, element by element."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def along(origin: Vector, direction: Vector, t: Any) -> Vector:
    """The point ``origin + t * direction``."""
    return origin[0] + t * direction[0], origin[1] + t * direction[1], origin[2] + t * direction[2]


def unit(a: Vector) -> Vector:
    """``a`` at length one."""
    scale = 1.0 / np.sqrt(dot(a, a))
    return a[0] * scale, a[1] * scale, a[2] * scale


def take(a: Vector, where: Any) -> Vector:
    """The vectors at an index or a slice; components that are plain numbers stay."""
    return tuple(c[where] if isinstance(c, np.ndarray) else c for c in a)  # type: ignore[return-value]


def rotate(rows: tuple[Vector, Vector, Vector], a: Vector) -> Vector:
    """Matrix (given as three rows) times vector."""
    return dot(rows[0], a), dot(rows[1], a), dot(rows[2], a)
