"""Analytic shapes: where a ray hits them, and the normal there.

A shape answers three questions: ``hit`` (smallest ray parameter beyond ``NEAR``, inf on a miss),
``normal`` (unit, outward, at points of its surface) and ``local`` (those points in the shape's own
frame, where its material lives). ``centre`` and ``reach`` are a sphere around it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from .vectors import Vector, along, dot, rotate, subtract, unit

NEAR = 1e-3  # a ray starts on a surface and must not meet it again
TINY = np.float32(1e-30)
INF = np.float32(np.inf)


class Shape(Protocol):
    """What the renderer asks of a shape."""

    @property
    def centre(self) -> Vector:
        """Middle of a sphere around the shape."""

    @property
    def reach(self) -> float:
        """Radius in metres of a sphere around the shape."""

    def hit(self, origin: Vector, direction: Vector) -> Any:
        """Smallest ray parameter of a hit, inf on a miss."""

    def normal(self, point: Vector) -> Vector:
        """Unit outward normals at points of the surface."""

    def local(self, point: Vector) -> Vector:
        """The points in the shape's own frame."""


def _ahead(t: Any) -> Any:
    """T where the ray goes forward, inf elsewhere (a NaN root is a miss)."""
    return np.where(t > NEAR, t, INF)


@dataclass(frozen=True)
class Sphere:
    """A ball; ``frame`` turns world axes into the axes of its pattern."""

    centre: Vector
    radius: float
    frame: tuple[Vector, Vector, Vector] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))

    @property
    def reach(self) -> float:
        """Radius in metres of a sphere around the shape."""
        return self.radius

    def hit(self, origin: Vector, direction: Vector) -> Any:
        """Smallest ray parameter of a hit, inf on a miss."""
        from_centre = subtract(origin, self.centre)
        a, b = dot(direction, direction), dot(from_centre, direction)
        c = dot(from_centre, from_centre) - self.radius * self.radius
        return _ahead((-b - np.sqrt(b * b - a * c)) / a)

    def normal(self, point: Vector) -> Vector:
        """Unit outward normals at points of the surface."""
        return unit(subtract(point, self.centre))

    def local(self, point: Vector) -> Vector:
        """The points in the shape's own frame."""
        return rotate(self.frame, self.normal(point))


@dataclass(frozen=True)
class Capsule:
    """All points within ``radius`` of the segment from ``start`` to ``end``: limbs and bodies."""

    start: Vector
    end: Vector
    radius: float

    @property
    def centre(self) -> Vector:
        """Middle of a sphere around the shape."""
        return along(self.start, subtract(self.end, self.start), 0.5)

    @property
    def reach(self) -> float:
        """Radius in metres of a sphere around the shape."""
        axis = subtract(self.end, self.start)
        return math.sqrt(dot(axis, axis)) / 2 + self.radius

    def hit(self, origin: Vector, direction: Vector) -> Any:
        """Smallest ray parameter of a hit, inf on a miss."""
        axis, offset = subtract(self.end, self.start), subtract(origin, self.start)
        axis2, axis_d, axis_o = dot(axis, axis), dot(axis, direction), dot(axis, offset)
        d2, d_o, o2 = dot(direction, direction), dot(direction, offset), dot(offset, offset)
        a = axis2 * d2 - axis_d * axis_d
        b = axis2 * d_o - axis_o * axis_d
        c = axis2 * o2 - axis_o * axis_o - self.radius * self.radius * axis2
        side = (-b - np.sqrt(b * b - a * c)) / a
        height = axis_o + side * axis_d  # along the axis, in 0..axis2 on the cylinder's part
        below = height <= 0
        cap_b = np.where(below, d_o, d_o - axis_d)
        cap_c = np.where(below, o2, o2 - 2 * axis_o + axis2) - self.radius * self.radius
        cap = (-cap_b - np.sqrt(cap_b * cap_b - d2 * cap_c)) / d2
        return _ahead(np.where((height > 0) & (height < axis2), side, cap))

    def normal(self, point: Vector) -> Vector:
        """Unit outward normals at points of the surface."""
        axis, offset = subtract(self.end, self.start), subtract(point, self.start)
        t = np.clip(dot(offset, axis) / dot(axis, axis), 0, 1)
        return unit(subtract(point, along(self.start, axis, t)))

    def local(self, point: Vector) -> Vector:
        """The points in the shape's own frame."""
        return subtract(point, self.start)


@dataclass(frozen=True)
class Frustum:
    """An upright cone frustum on ``base``; equal radii make a cylinder."""

    base: Vector
    bottom: float
    top: float
    height: float

    @property
    def centre(self) -> Vector:
        """Middle of a sphere around the shape."""
        return self.base[0], self.base[1] + self.height / 2, self.base[2]

    @property
    def reach(self) -> float:
        """Radius in metres of a sphere around the shape."""
        return math.hypot(self.height / 2, max(self.bottom, self.top))

    @property
    def _slope(self) -> float:
        return (self.bottom - self.top) / self.height

    def hit(self, origin: Vector, direction: Vector) -> Any:
        """Smallest ray parameter of a hit, inf on a miss."""
        (x, y, z), (dx, dy, dz) = subtract(origin, self.base), direction
        radius = self.bottom - self._slope * y  # of the cone at the ray's origin
        a = dx * dx + dz * dz - self._slope * self._slope * dy * dy
        b = x * dx + z * dz + self._slope * radius * dy
        c = x * x + z * z - radius * radius
        side = (-b - np.sqrt(b * b - a * c)) / a
        at = y + side * dy
        nearest = np.where((at >= 0) & (at <= self.height), _ahead(side), INF)
        for level, limit in ((self.height, self.top), (0.0, self.bottom)):
            nearest = np.minimum(nearest, self._disc(x, y, z, direction, level, limit))
        return nearest

    @staticmethod
    def _disc(x: Any, y: Any, z: Any, direction: Vector, level: float, limit: float) -> Any:
        t = (level - y) / direction[1]
        px, pz = x + t * direction[0], z + t * direction[2]
        return np.where(px * px + pz * pz <= limit * limit, _ahead(t), INF)

    def normal(self, point: Vector) -> Vector:
        """Unit outward normals at points of the surface."""
        x, y, z = subtract(point, self.base)
        radius = np.maximum(np.sqrt(x * x + z * z), np.float32(1e-6))
        side = unit((x / radius, np.full_like(x, self._slope), z / radius))
        top = (y > self.height - 1e-3) & (radius < self.top - 1e-4)
        bottom = (y < 1e-3) & (radius < self.bottom - 1e-4)
        flat = top | bottom
        up = np.where(top, np.float32(1), np.where(bottom, np.float32(-1), side[1]))
        return np.where(flat, np.float32(0), side[0]), up, np.where(flat, np.float32(0), side[2])

    def local(self, point: Vector) -> Vector:
        """The points in the shape's own frame."""
        return subtract(point, self.base)


@dataclass(frozen=True)
class Box:
    """A box of half sizes ``half``, turned about the vertical by the angle of (``cos``, ``sin``)."""

    centre: Vector
    half: Vector
    cos: float
    sin: float

    @property
    def reach(self) -> float:
        """Radius in metres of a sphere around the shape."""
        return math.sqrt(dot(self.half, self.half))

    def _turn(self, a: Vector) -> Vector:
        return self.cos * a[0] - self.sin * a[2], a[1], self.sin * a[0] + self.cos * a[2]

    def hit(self, origin: Vector, direction: Vector) -> Any:
        """Smallest ray parameter of a hit, inf on a miss."""
        start, heading = self._turn(subtract(origin, self.centre)), self._turn(direction)
        enter: Any = -INF
        leave: Any = INF
        for s, d, half in zip(start, heading, self.half, strict=True):
            speed = np.where(d == 0, TINY, d).astype(np.float32)  # zero: inside or outside for good
            middle, spread = -s / speed, half / np.abs(speed)
            enter = np.maximum(enter, middle - spread)
            leave = np.minimum(leave, middle + spread)
        return np.where(enter < leave, _ahead(enter), INF)

    def local(self, point: Vector) -> Vector:
        """Coordinates in -1..1, one of them at its end on every face."""
        turned = self._turn(subtract(point, self.centre))
        return turned[0] / self.half[0], turned[1] / self.half[1], turned[2] / self.half[2]

    def normal(self, point: Vector) -> Vector:
        """Unit outward normals at points of the surface."""
        q = self.local(point)
        face = facing(q)
        n = [np.where(face == k, np.sign(q[k]), np.float32(0)) for k in range(3)]
        return self.cos * n[0] + self.sin * n[2], n[1], self.cos * n[2] - self.sin * n[0]


def facing(q: Vector) -> Any:
    """Which axis (0, 1, 2) the face of a box points along, from its local coordinates."""
    x, y, z = np.abs(q[0]), np.abs(q[1]), np.abs(q[2])
    return np.where((x >= y) & (x >= z), 0, np.where(y >= z, 1, 2))
