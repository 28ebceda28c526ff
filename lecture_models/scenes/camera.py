"""The pinhole camera: where it stands, which ray each pixel is, and where a point falls.

Camera axes: x to the right, y up, z towards the viewer (so a wall seen head-on has normal (0, 0, 1)).
World axes: x right, y up, z ahead; the ground is y = 0 and the camera stands above the origin, until it drives.
Depth is measured along the optical axis, in metres, and is the ray parameter everywhere in this package.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .vectors import Vector, dot, subtract


@dataclass(frozen=True)
class Camera:
    """Height in metres; pitch (downwards) and roll in radians; ``spread`` = tan(half the field of view).

    ``x`` and ``z`` are metres to the right and ahead of where a scene's camera stands: a drive moves it.
    """

    height: float
    pitch: float
    roll: float
    spread: float
    x: float = 0.0
    z: float = 0.0

    @property
    def origin(self) -> Vector:
        """Where the camera stands, in metres."""
        return self.x, self.height, self.z

    @property
    def right(self) -> Vector:
        """Unit vector to the right, in world axes."""
        cr, sr = math.cos(self.roll), math.sin(self.roll)
        return cr, sr * math.cos(self.pitch), sr * math.sin(self.pitch)

    @property
    def up(self) -> Vector:
        """Unit vector up the picture, in world axes."""
        cr, sr = math.cos(self.roll), math.sin(self.roll)
        return -sr, cr * math.cos(self.pitch), cr * math.sin(self.pitch)

    @property
    def ahead(self) -> Vector:
        """Unit vector along the optical axis, in world axes."""
        return 0.0, -math.sin(self.pitch), math.cos(self.pitch)

    def focal(self, size: int) -> float:
        """Focal length in pixels of a picture ``size`` pixels wide; the principal point is its middle."""
        return size / 2 / self.spread

    def rays(self, samples: int) -> Vector:
        """Directions through the middles of a samples × samples grid, each with depth 1: float32 [N]."""
        step = ((np.arange(samples) + 0.5) / samples * 2 - 1) * self.spread
        across = np.tile(step, samples).astype(np.float32)
        down = np.repeat(step, samples).astype(np.float32)
        return tuple(  # type: ignore[return-value]
            a + across * r - down * u for a, r, u in zip(self.ahead, self.right, self.up, strict=True)
        )

    def window(self, centre: Vector, reach: float, samples: int) -> tuple[slice, slice] | None:
        """Rows and columns that a sphere can touch, or None where it is out of sight."""
        offset = subtract(centre, self.origin)
        x, y, depth = dot(offset, self.right), dot(offset, self.up), dot(offset, self.ahead)
        if depth < -reach:
            return None
        if depth - reach < 0.1:
            return slice(0, samples), slice(0, samples)
        columns = _span(x, depth, reach, self.spread, samples)
        rows = _span(-y, depth, reach, self.spread, samples)
        return None if columns.start >= columns.stop or rows.start >= rows.stop else (rows, columns)

    def to_camera(self, normal: Vector) -> np.ndarray:
        """World vectors as float32 [N, 3] in camera axes."""
        x, y, z = dot(normal, self.right), dot(normal, self.up), dot(normal, self.ahead)
        return np.stack([x, y, -z], -1).astype(np.float32)


def _span(x: float, depth: float, reach: float, spread: float, samples: int) -> slice:
    """Sample range that x ± reach can project to at depths depth ± reach."""
    ends = [(x + a) / (depth + b) / spread for a in (-reach, reach) for b in (-reach, reach)]
    first, last = ((e + 1) / 2 * samples for e in (min(ends), max(ends)))
    return slice(max(math.floor(first), 0), min(math.ceil(last) + 1, samples))
