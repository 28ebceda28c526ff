"""The things of the scenes, built of shapes: ball, crate, pillar, cone, person, and buildings as stuff.

Each builder takes a generator and a place, and returns the parts, the radius of the footprint and the
height, in metres. Colours belong to classes on purpose: a cone is nearly always orange and a crate
brown, while a ball or a coat may have any colour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from . import materials as m
from .materials import Colour, Material, linear
from .settings import CLASSES
from .shapes import Box, Capsule, Frustum, Shape, Sphere
from .vectors import Vector, along

VIVID = tuple(
    linear(*c)
    for c in (
        (220, 40, 45),
        (30, 110, 220),
        (250, 190, 20),
        (40, 160, 75),
        (150, 60, 190),
        (240, 110, 170),
        (20, 170, 180),
        (245, 245, 245),
        (240, 120, 20),
    )
)
WOOD = tuple(
    linear(*c) for c in ((176, 126, 72), (150, 98, 52), (196, 156, 98), (120, 90, 64), (140, 110, 90))
)
STONE = tuple(
    linear(*c) for c in ((200, 196, 188), (170, 165, 158), (214, 200, 176), (150, 150, 158), (190, 150, 130))
)
CLOTH = VIVID + tuple(linear(*c) for c in ((60, 60, 70), (110, 80, 60), (90, 110, 60), (200, 190, 170)))
SKIN = tuple(linear(*c) for c in ((240, 200, 170), (200, 150, 115), (140, 95, 65), (95, 62, 45)))
HAIR = tuple(linear(*c) for c in ((35, 25, 20), (90, 55, 30), (200, 165, 90), (120, 120, 125)))
WALLS = tuple(
    linear(*c)
    for c in (
        (165, 85, 65),
        (190, 120, 85),
        (205, 185, 150),
        (150, 140, 135),
        (120, 70, 60),
        (220, 205, 185),
        (130, 150, 165),
    )
)
CONES = tuple(
    linear(*c) for c in ((245, 95, 20), (250, 120, 30), (245, 105, 25), (235, 200, 30), (60, 140, 230))
)


@dataclass(frozen=True)
class Part:
    """One shape with its material; ``gloss`` is the strength of its highlight."""

    shape: Shape
    material: Material
    gloss: float = 0.05


@dataclass(frozen=True)
class Item:
    """A thing or a building: its semantic label, its parts, its footprint and height in metres."""

    label: int
    parts: tuple[Part, ...]
    footprint: float
    height: float
    place: tuple[float, float]

    def ball_around(self) -> tuple[Vector, float]:
        """Centre and radius of a sphere that holds every part."""
        centres = [p.shape.centre for p in self.parts]
        middle: Vector = tuple(sum(c[k] for c in centres) / len(centres) for k in range(3))  # type: ignore[assignment]
        reach = max(math.dist(middle, p.shape.centre) + p.shape.reach for p in self.parts)
        return middle, reach


def moved(item: Item, by: Vector) -> Item:
    """The same item, shifted by a vector in metres."""
    parts = tuple(replace(part, shape=_shift(part.shape, by)) for part in item.parts)
    return replace(item, parts=parts, place=(item.place[0] + by[0], item.place[1] + by[2]))


def _shift(shape: Shape, by: Vector) -> Shape:
    """Every point of a shape's definition, shifted."""
    names = {Sphere: ("centre",), Box: ("centre",), Frustum: ("base",), Capsule: ("start", "end")}[
        type(shape)
    ]
    return replace(shape, **{n: along(getattr(shape, n), by, 1.0) for n in names})  # type: ignore[type-var]


def pick(rng: np.random.Generator, colours: Sequence[Colour]) -> Colour:
    """One of the colours, at random."""
    return colours[int(rng.integers(len(colours)))]


def ball(rng: np.random.Generator, x: float, y: float, z: float) -> Item:
    """A ball of 0.22 to 0.62 m radius."""
    radius = float(rng.uniform(0.22, 0.62))
    first, second = pick(rng, VIVID), pick(rng, VIVID)
    patterns: tuple[Material, ...] = (
        m.BeachBall(first, second),
        m.BandedBall(first, second),
        m.Football(),
        m.Plain(first),
    )
    shape = Sphere((x, y + radius, z), radius, _random_frame(rng))
    part = Part(shape, patterns[int(rng.integers(4))], gloss=0.5)
    return Item(CLASSES.index("ball"), (part,), radius, 2 * radius, (x, z))


def _random_frame(rng: np.random.Generator) -> tuple[Vector, Vector, Vector]:
    """A random rotation, from a random unit quaternion."""
    w, x, y, z = (float(c) for c in rng.uniform(-1, 1, 4))
    norm = math.sqrt(w * w + x * x + y * y + z * z) or 1.0
    w, x, y, z = w / norm, x / norm, y / norm, z / norm
    return (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )


def crate(rng: np.random.Generator, x: float, y: float, z: float) -> Item:
    """A wooden crate or a carton, 0.56 to 1.3 m high."""
    size = float(rng.uniform(0.28, 0.65))
    half = (size * float(rng.uniform(0.8, 1.35)), size, size * float(rng.uniform(0.8, 1.25)))
    turn, kind, grain = float(rng.uniform(0, math.pi)), int(rng.integers(3)), int(rng.integers(99))
    wood = pick(rng, WOOD)
    material: Material = (
        m.Carton(wood, linear(215, 195, 150), grain)
        if kind == 2
        else m.PlankCrate(half, wood, kind == 1, grain)
    )
    box = Box((x, y + size, z), half, math.cos(turn), math.sin(turn))
    footprint = math.hypot(half[0], half[2])
    return Item(CLASSES.index("crate"), (Part(box, material, 0.03),), footprint, 2 * size, (x, z))


def pillar(rng: np.random.Generator, x: float, y: float, z: float) -> Item:
    """A pillar of stone or a striped pole, 1.1 to 3 m high."""
    radius, height = float(rng.uniform(0.16, 0.34)), float(rng.uniform(1.1, 3.0))
    kind, grain = int(rng.integers(3)), int(rng.integers(99))
    colour = pick(rng, VIVID if kind == 1 else STONE)
    body = (m.Stone(colour, grain), m.BarberStripes(colour, radius), m.Fluted(colour))[kind]
    parts = [Part(Frustum((x, y, z), radius, radius * (0.85 if kind == 2 else 1.0), height), body, 0.1)]
    darker = m.Plain(tuple(0.85 * c for c in colour))  # type: ignore[arg-type]
    discs = ((height, 1.15, 0.06),) if kind == 1 else ((0.0, 1.45, 0.12), (height, 1.4, 0.14))
    for level, wider, thick in discs:
        parts.append(Part(Frustum((x, y + level, z), radius * wider, radius * wider, thick), darker))
    return Item(CLASSES.index("pillar"), tuple(parts), 1.5 * radius, height + discs[-1][2], (x, z))


def cone(rng: np.random.Generator, x: float, y: float, z: float) -> Item:
    """A traffic cone, 0.55 to 1.15 m high."""
    height = float(rng.uniform(0.55, 1.15))
    radius, turn = height * float(rng.uniform(0.26, 0.34)), float(rng.uniform(0, math.pi))
    colour = CONES[int(np.searchsorted((0.35, 0.65, 0.8, 0.9), rng.random()))]
    foot = tuple(0.55 * c for c in colour) if rng.random() < 0.6 else linear(40, 40, 44)
    parts = (
        Part(Frustum((x, y + 0.05, z), radius, 0.14 * radius, height), m.ConeBands(colour, height), 0.15),
        Part(
            Box((x, y + 0.03, z), (1.3 * radius, 0.03, 1.3 * radius), math.cos(turn), math.sin(turn)),
            m.Plain(foot),  # type: ignore[arg-type]
        ),
    )
    return Item(CLASSES.index("cone"), parts, 1.8 * radius, height + 0.05, (x, z))


def person(rng: np.random.Generator, x: float, y: float, z: float) -> Item:
    """A walking person, 1.2 to 1.9 m tall."""
    height, facing = float(rng.uniform(1.2, 1.9)), float(rng.uniform(0, 2 * math.pi))
    scale, cos, sin = height / 1.8, math.cos(facing), math.sin(facing)
    stride, reach = float(rng.uniform(-0.22, 0.22)), float(rng.uniform(0.1, 0.45))
    waving = bool(rng.random() < 0.2)
    shirt, trousers = m.Plain(pick(rng, CLOTH)), m.Plain(pick(rng, CLOTH))
    head = m.Head(pick(rng, SKIN), pick(rng, HAIR))

    def at(right: float, up: float, front: float) -> Vector:
        return (
            x + (cos * right + sin * front) * scale,
            y + up * scale,
            z + (cos * front - sin * right) * scale,
        )

    def limb(start: Vector, end: Vector, radius: float, cloth: Material) -> Part:
        return Part(Capsule(at(*start), at(*end), radius * scale), cloth, 0.04)

    parts = (
        limb((-0.11, 0.09, stride), (-0.10, 0.82, 0), 0.095, trousers),
        limb((0.11, 0.09, -stride), (0.10, 0.82, 0), 0.095, trousers),
        limb((-0.07, 0.98, 0), (-0.05, 1.32, 0), 0.165, shirt),
        limb((0.07, 0.98, 0), (0.05, 1.32, 0), 0.165, shirt),
        limb((-0.24, 1.38, 0), (-0.24 - reach / 2, 0.92, -0.8 * stride), 0.062, shirt),
        limb((0.24, 1.38, 0), (0.30 + reach / 2, 1.85 if waving else 0.92, 0.8 * stride), 0.062, shirt),
        Part(Sphere(at(0, 1.66, 0), 0.145 * scale, ((cos, 0, -sin), (0, 1, 0), (sin, 0, cos))), head, 0.08),
    )
    return Item(CLASSES.index("person"), parts, 0.38 * scale, height, (x, z))


def building(rng: np.random.Generator, x: float, z: float) -> Item:
    """A house with windows; stuff, not a thing."""
    half = (float(rng.uniform(2.5, 8)), float(rng.uniform(1.5, 6)), float(rng.uniform(2, 4)))
    turn = float(rng.uniform(-0.5, 0.5))
    window = (float(rng.uniform(1.6, 2.6)), float(rng.uniform(2.2, 3.0)))
    facade = m.Facade(half, pick(rng, WALLS), bool(rng.random() < 0.5), window, int(rng.integers(99)))
    box = Box((x, half[1], z), half, math.cos(turn), math.sin(turn))
    return Item(
        CLASSES.index("building"),
        (Part(box, facade, 0.03),),
        math.hypot(half[0], half[2]),
        2 * half[1],
        (x, z),
    )


BUILDERS: dict[str, Callable[[np.random.Generator, float, float, float], Item]] = {
    "ball": ball,
    "crate": crate,
    "pillar": pillar,
    "cone": cone,
    "person": person,
}
