"""Tileable noise: the grain of wood, asphalt, grass and clouds."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

SIDE = 512


@cache
def tile(name: str) -> np.ndarray:
    """A read-only float32 [512, 512] texture in 0..1 that repeats without a seam.

    ``"rough"`` has detail at every scale, ``"fine"`` mostly small grain, ``"cloud"`` mostly large blobs.
    """
    stream, persistence = {"rough": (1, 0.62), "fine": (2, 1.15), "cloud": (3, 0.42)}[name]
    rng = np.random.default_rng([2015, stream])
    total, weight = np.zeros((SIDE, SIDE)), 1.0
    for octave in range(2, 10):
        total += weight * _stretch(rng.random((2**octave, 2**octave)) - 0.5)
        weight *= persistence
    spread = np.sort(np.abs(total), axis=None)[int(0.98 * SIDE * SIDE)]
    texture = np.clip(total / spread * 0.5 + 0.5, 0, 1).astype(np.float32)
    texture.setflags(write=False)
    return texture


def _stretch(lattice: np.ndarray) -> np.ndarray:
    """Enlarge a periodic lattice to the tile by smooth interpolation along each axis."""
    for axis in (0, 1):
        factor = SIDE // lattice.shape[axis]
        t = np.arange(factor) / factor
        t = np.tile(t * t * (3 - 2 * t), lattice.shape[axis])
        t = t[:, None] if axis == 0 else t[None, :]
        here = np.repeat(lattice, factor, axis)
        there = np.repeat(np.roll(lattice, -1, axis), factor, axis)
        lattice = here + (there - here) * t
    return lattice


def sample(name: str, u: Any, v: Any) -> Any:
    """Texture value at (u, v), given in texels and wrapped."""
    column = np.floor(u).astype(np.int32) & (SIDE - 1)
    row = np.floor(v).astype(np.int32) & (SIDE - 1)
    return tile(name)[row, column]
