"""First hits: which part of which item each ray meets, at what depth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from .layout import Ground, World
from .noise import sample
from .settings import CLASSES
from .things import Part
from .vectors import FAR, Vector, along, take


@dataclass(frozen=True)
class Hits:
    """What N rays met. ``part`` indexes ``parts``, or is GROUND or SKY; ``depth`` is inf in the sky."""

    GROUND: ClassVar[int] = -1
    SKY: ClassVar[int] = -2

    direction: Vector
    depth: np.ndarray  # float32 [N] metres
    part: np.ndarray  # int16 [N]
    item: np.ndarray  # int16 [N], index of World.items, -1 for ground and sky
    label: np.ndarray  # int64 [N], semantic label
    point: Vector  # float32 [N] each; meaningless in the sky
    normal: Vector  # float32 [N] each, world axes; zero in the sky
    parts: tuple[Part, ...]
    alone: np.ndarray  # int64 [items]: rays that would meet the item if nothing else were there

    def rays_of(self, part: int) -> np.ndarray:
        """Indices of the rays that met a part (or the ground), in ascending order."""
        order, first = self._sorted
        return order[first[part + 2] : first[part + 3]]

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.argsort(self.part, kind="stable")
        return order, np.searchsorted(self.part[order], np.arange(-2, len(self.parts) + 1))


def first_hits(world: World, samples: int) -> Hits:
    """Meet the world with a samples × samples grid of camera rays."""
    direction = world.camera.rays(samples)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        depth, part, alone = _nearest(world, direction, samples)
    parts = tuple(p for item in world.items for p in item.parts)
    owner = np.array([i for i, item in enumerate(world.items) for _ in item.parts] + [-1, -1], np.int16)
    item = owner[part]  # -1 and -2 index the two entries appended for ground and sky
    reach = np.where(np.isfinite(depth), depth, np.float32(0))
    point = along(world.camera.origin, direction, reach)
    label = _labels(world, item, part, point)
    normal = _normals(part, parts, point)
    return Hits(direction, depth, part, item, label, point, normal, parts, alone)


def _nearest(world: World, direction: Vector, samples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Depth and part of the first hit, and how many rays meet each item when it stands alone."""
    ground = -np.float32(world.camera.height) / direction[1]
    ground = np.where((ground > 0) & (ground < FAR), ground, np.float32(np.inf)).astype(np.float32)
    depth = ground.reshape(samples, samples)
    part = np.where(np.isfinite(depth), Hits.GROUND, Hits.SKY).astype(np.int16)
    grid = tuple(c.reshape(samples, samples) for c in direction)
    alone, index = np.zeros(len(world.items), np.int64), 0
    for number, item in enumerate(world.items):
        covered = np.zeros((samples, samples), bool)
        for piece in item.parts:
            window = world.camera.window(piece.shape.centre, piece.shape.reach, samples)
            if window is not None:
                t = piece.shape.hit(world.camera.origin, take(grid, window))  # type: ignore[arg-type]
                covered[window] |= t < FAR
                closer = t < np.minimum(depth[window], FAR)
                depth[window][closer] = t[closer]
                part[window][closer] = index
            index += 1
        alone[number] = np.count_nonzero(covered)
    return depth.ravel(), part.ravel(), alone


def _labels(world: World, item: np.ndarray, part: np.ndarray, point: Vector) -> np.ndarray:
    of_item = np.array([i.label for i in world.items] + [CLASSES.index("sky")], np.int64)
    label = of_item[item]
    ground = np.flatnonzero(part == Hits.GROUND)
    on_road = is_road(world.ground, point[0][ground], point[2][ground])
    label[ground] = np.where(on_road, CLASSES.index("road"), CLASSES.index("grass"))
    return label


def lateral(ground: Ground, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Metres from the road's middle line, to its right."""
    return ground.cos * x - ground.sin * z - ground.offset


def is_road(ground: Ground, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Whether ground points lie on the road; a dirt track has a ragged edge."""
    side = lateral(ground, x, z)
    if ground.kind == 2:
        side = side + 0.12 * ground.half_width * (sample("rough", x * 14, z * 14) - 0.5)
    return np.abs(side) < ground.half_width


def _normals(part: np.ndarray, parts: tuple[Part, ...], point: Vector) -> Vector:
    normal = tuple(np.zeros(part.size, np.float32) for _ in range(3))
    normal[1][part == Hits.GROUND] = 1
    order = np.argsort(part, kind="stable")
    first = np.searchsorted(part[order], np.arange(len(parts) + 1))
    for index, piece in enumerate(parts):
        rays = order[first[index] : first[index + 1]]
        if rays.size:
            for component, value in zip(normal, piece.shape.normal(take(point, rays)), strict=True):
                component[rays] = value
    return normal  # type: ignore[return-value]
