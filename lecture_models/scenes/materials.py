"""Materials: the colour of a surface at points given in the shape's own frame.

A material is called with the local coordinates of N points and returns linear RGB [N, 3] in 0..1.
Colours are written as familiar 8-bit sRGB triples and turned linear by ``linear``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from .noise import sample
from .shapes import facing
from .vectors import Vector, dot

Colour = tuple[float, float, float]


class Material(Protocol):
    """Local coordinates of N points -> linear RGB float32 [N, 3]."""

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""


def linear(red: int, green: int, blue: int) -> Colour:
    """An 8-bit display colour as linear light."""
    return tuple(float(round((c / 255) ** 2.2, 6)) for c in (red, green, blue))  # type: ignore[return-value]


def paint(shade: Any, colour: Colour) -> np.ndarray:
    """``colour`` scaled by a shade per point, [N] -> [N, 3]: a channel at a time, six times as fast as broadcast."""
    shades, painted = np.asarray(shade, np.float32), np.empty((len(shade), 3), np.float32)
    for channel, part in enumerate(np.array(colour, np.float32)):
        np.multiply(shades, part, out=painted[:, channel])
    return painted


def dim(colours: np.ndarray, shade: np.ndarray) -> np.ndarray:
    """Colours [N, 3], each scaled by its shade [N], in place; channel by channel likewise."""
    for channel in range(3):
        colours[:, channel] *= shade
    return colours


def choose(mask: Any, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """``first`` where the mask holds, else ``second``."""
    return np.where(mask[:, None], first, second)


def plain(like: Any, colour: Colour) -> np.ndarray:
    """One colour everywhere."""
    return paint(np.ones(like.shape, np.float32), colour)


WHITE, BLACK = linear(242, 242, 240), linear(32, 32, 36)


@dataclass(frozen=True)
class Plain:
    """One colour."""

    colour: Colour

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""
        return plain(local[0], self.colour)


@dataclass(frozen=True)
class BeachBall:
    """Eight gores in two colours with white poles."""

    first: Colour
    second: Colour

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""
        x, y, z = local
        # Crossing any of four planes through the axis changes the gore, so parity is enough.
        lines = ((1.0, 0.0), (0.70710678, 0.70710678), (0.0, 1.0), (-0.70710678, 0.70710678))
        odd = np.zeros(x.shape, bool)
        for a, b in lines:
            odd ^= a * x + b * z > 0
        gores = choose(odd, plain(x, self.first), plain(x, self.second))
        return choose(np.abs(y) > 0.93, plain(x, WHITE), gores)


@dataclass(frozen=True)
class BandedBall:
    """A ball with a belt."""

    first: Colour
    second: Colour

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""
        y = local[1]
        return choose(np.abs(y) < 0.28, plain(y, self.second), plain(y, self.first))


@dataclass(frozen=True)
class Football:
    """Black patches around the twelve vertices of an icosahedron."""

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""
        a, b = 0.52573111, 0.85065081
        nearest = np.full(local[0].shape, -1.0, np.float32)
        for s in (a, -a):
            for corner in ((0.0, s, b), (s, b, 0.0), (b, 0.0, s)):
                nearest = np.maximum(nearest, np.abs(dot(corner, local)))
        return choose(nearest > 0.93, plain(nearest, BLACK), plain(nearest, WHITE))


@dataclass(frozen=True)
class PlankCrate:
    """Boards in a frame with one or two diagonals."""

    half: Vector
    wood: Colour
    crossed: bool
    grain: int

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""
        u, v, edge = _face(local)
        grain = sample("rough", u * 26 + self.grain * 97, v * 190 + self.grain * 31)
        board = paint(0.65 + 0.6 * grain, self.wood)
        gap = np.abs(((v + 1) * 2.5) % 1 - 0.5) > 0.44
        board = choose(gap, board * np.float32(0.35), board)
        beam = (edge > 0.78) | (np.abs(u - v) < 0.22)
        if self.crossed:
            beam |= np.abs(u + v) < 0.2
        board = choose(beam, paint(0.85 + 0.6 * grain, self.wood), board)
        return choose(np.abs(edge - 0.78) < 0.03, board * np.float32(0.45), board)


@dataclass(frozen=True)
class Carton:
    """Cardboard with a strip of tape."""

    card: Colour
    tape: Colour
    grain: int

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""
        u, v, _ = _face(local)
        card = paint(0.85 + 0.3 * sample("rough", u * 30 + self.grain * 97, v * 60), self.card)
        taped = (np.abs(u) < 0.14) & (facing(local) != 0)
        return choose(taped, plain(u, self.tape), card)


def _face(q: Vector) -> tuple[Any, Any, Any]:
    """In-face coordinates (u, v) in -1..1 and the distance from the face's middle."""
    axis = facing(q)
    u, v = np.where(axis == 0, q[2], q[0]), np.where(axis == 1, q[2], q[1])
    return u, v, np.maximum(np.abs(u), np.abs(v))


@dataclass(frozen=True)
class Stone:
    """Grained stone."""

    colour: Colour
    grain: int

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""
        x, y, z = local
        return paint(0.6 + 0.8 * sample("rough", (x - z) * 90 + self.grain * 50, y * 90), self.colour)


@dataclass(frozen=True)
class BarberStripes:
    """Slanted stripes around a pole."""

    colour: Colour
    radius: float

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""
        turn = _angle(local) * np.float32(self.radius)
        striped = np.floor((local[1] + 0.5 * turn) / 0.22) % 2 > 0
        return choose(striped, plain(turn, self.colour), plain(turn, WHITE))


@dataclass(frozen=True)
class Fluted:
    """A column with grooves."""

    colour: Colour

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""
        groove = np.abs((_angle(local) * np.float32(12 / np.pi)) % 2 - 1)
        return paint(0.7 + 0.3 * groove, self.colour)


def _angle(local: Vector) -> Any:
    """Angle about the vertical; in double precision, so that rounding to single hides the last bit."""
    return np.arctan2(local[0].astype(np.float64), local[2].astype(np.float64)).astype(np.float32)


@dataclass(frozen=True)
class ConeBands:
    """A traffic cone with two white bands."""

    colour: Colour
    height: float

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""
        y = local[1] / self.height
        band = ((y > 0.30) & (y < 0.50)) | ((y > 0.66) & (y < 0.82))
        return choose(band, plain(y, WHITE), plain(y, self.colour))


@dataclass(frozen=True)
class Head:
    """A face in front, hair on top and behind."""

    skin: Colour
    hair: Colour

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""
        _, y, z = local
        hair = (y > 0.35) | ((z < -0.05) & (y > -0.5))
        return choose(hair, plain(y, self.hair), plain(y, self.skin))


@dataclass(frozen=True)
class Facade:
    """Brick or plaster with rows of windows, and a plain roof."""

    half: Vector
    wall: Colour
    brick: bool
    window: tuple[float, float]  # metres from one window to the next, across and up
    grain: int

    def __call__(self, local: Vector) -> np.ndarray:
        """Colour at local points."""
        axis = facing(local)
        u = np.where(axis == 0, local[2] * self.half[2], local[0] * self.half[0])
        v = (local[1] + 1) * self.half[1]
        wall = self._bricks(u, v) if self.brick else self._plaster(u, v)
        across, up = self.window
        a, b = ((u + 100 * across) % across) / across, (v % up) / up
        frame = (np.abs(a - 0.5) < 0.25) & (np.abs(b - 0.59) < 0.25)
        glass = (np.abs(a - 0.5) < 0.21) & (np.abs(b - 0.59) < 0.21) & (np.abs(a - 0.5) > 0.025)
        lit = sample("fine", np.floor(u / across) * 29 + self.grain, np.floor(v / up) * 17) > 0.62
        pane = choose(lit, plain(u, linear(235, 215, 150)), plain(u, linear(60, 85, 115)))
        wall = choose(glass, pane, choose(frame, plain(u, linear(235, 232, 225)), wall))
        return choose(axis == 1, plain(u, linear(120, 105, 100)), wall)

    def _bricks(self, u: Any, v: Any) -> np.ndarray:
        row = np.floor(v / 0.28)
        shifted = u + 0.35 * (row % 2)
        joint = (shifted % 0.7 < 0.05) | (v % 0.28 < 0.045)
        tone = sample("fine", np.floor(shifted / 0.7) * 13, row * 7)
        return choose(joint, plain(u, linear(185, 178, 170)), paint(0.75 + 0.5 * tone, self.wall))

    def _plaster(self, u: Any, v: Any) -> np.ndarray:
        return paint(0.85 + 0.3 * sample("rough", u * 25, v * 25), self.wall)
