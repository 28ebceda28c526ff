"""Which things stand where: a world from a seed and settings.

Each thing draws from its own stream of random numbers, so one more thing leaves the others in place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from . import things
from .camera import Camera
from .materials import Colour, linear
from .settings import CLASSES, THINGS, SceneSettings
from .things import Item
from .vectors import Vector

TRIES = 24
REFERENCE = 256  # apparent sizes in the settings are pixels of a picture this wide

GRASS = tuple(linear(*c) for c in ((96, 140, 52), (120, 150, 60), (80, 125, 60), (150, 150, 80)))
ASPHALT = tuple(linear(*c) for c in ((104, 104, 110), (84, 84, 90), (140, 134, 126), (150, 120, 96)))
ZENITH = tuple(linear(*c) for c in ((60, 120, 215), (90, 150, 225), (120, 150, 190), (80, 100, 170)))
HORIZON = tuple(linear(*c) for c in ((205, 225, 245), (235, 225, 210), (215, 220, 228), (250, 215, 180)))


@dataclass(frozen=True)
class Light:
    """Sun and sky: direction to the sun, its colour, the ambient share, and the sky's two colours."""

    towards: Vector
    sun: Colour
    ambient: float
    zenith: Colour
    horizon: Colour
    clouds: float
    drift: tuple[int, int]


@dataclass(frozen=True)
class Ground:
    """A straight road across grass; ``kind`` 0 white lines, 1 yellow lines, 2 a dirt track."""

    cos: float
    sin: float
    offset: float
    half_width: float
    kind: int
    grass: Colour
    asphalt: Colour


@dataclass(frozen=True)
class World:
    """Everything that can be seen, before it is."""

    camera: Camera
    light: Light
    ground: Ground
    items: tuple[Item, ...]


def compose(seed: int, settings: SceneSettings) -> World:
    """The world of a seed: camera, light, ground, buildings, then things one by one."""
    camera = _camera(_stream(seed, 0), settings)
    light = _light(_stream(seed, 1), settings)
    ground = _ground(_stream(seed, 2))
    buildings = _buildings(_stream(seed, 3))
    placed: list[Item] = []
    stacked: list[Item] = []
    for index in range(int(settings.things)):
        rng = _stream(seed, 10 + index)
        item = _place(rng, settings, camera, placed)
        if item is not None:
            placed.append(item)
            stacked += _stack(rng, item)
    return World(camera, light, ground, (*buildings, *placed, *stacked))


def _stream(seed: int, number: int) -> np.random.Generator:
    return np.random.default_rng([int(seed), number])


def _camera(rng: np.random.Generator, settings: SceneSettings) -> Camera:
    height = settings.camera_height * (1 + 0.5 * float(rng.uniform(-1, 1)))
    spread = math.tan(math.radians(float(rng.uniform(48, 68))) / 2)
    tilt = float(rng.uniform(3, 10)) + 4.0 * (height - 1.2)
    roll = float(rng.uniform(-2, 2))
    return Camera(height, math.radians(min(max(tilt, 1), 32)), math.radians(roll), spread)


def _light(rng: np.random.Generator, settings: SceneSettings) -> Light:
    elevation = settings.sun_height + 20 * float(rng.uniform(-1, 1))
    elevation, azimuth = math.radians(min(max(elevation, 5), 85)), float(rng.uniform(0, 2 * math.pi))
    towards = (
        math.cos(elevation) * math.sin(azimuth),
        math.sin(elevation),
        math.cos(elevation) * math.cos(azimuth),
    )
    strength, low = float(rng.uniform(0.35, 1.25)), max(0.0, 1 - elevation / 0.8)
    sun = (strength, strength * (0.93 - 0.14 * low), strength * (0.82 - 0.3 * low))
    ambient, clouds = float(rng.uniform(0.30, 0.5)), float(rng.uniform(0.42, 0.75))
    drift = (int(rng.integers(512)), int(rng.integers(512)))
    return Light(towards, sun, ambient, things.pick(rng, ZENITH), things.pick(rng, HORIZON), clouds, drift)


def _ground(rng: np.random.Generator) -> Ground:
    along_view = rng.random() < 0.7
    angle = float(rng.uniform(-0.9, 0.9) if along_view else rng.uniform(0, math.pi))
    offset, half_width = float(rng.uniform(-3, 3)), float(rng.uniform(1.6, 3.6))
    kind = int(rng.integers(3))
    grass, asphalt = things.pick(rng, GRASS), things.pick(rng, ASPHALT)
    return Ground(math.cos(angle), math.sin(angle), offset, half_width, kind, grass, asphalt)


def _buildings(rng: np.random.Generator) -> list[Item]:
    found = []
    for _ in range(int(rng.integers(1, 5))):
        z = float(rng.uniform(24, 55))
        found.append(things.building(rng, float(rng.uniform(-0.75, 0.75)) * z, z))
    return found


def _place(
    rng: np.random.Generator, settings: SceneSettings, camera: Camera, placed: list[Item]
) -> Item | None:
    """One thing where its footprint is free: hidden behind another, beside its like, or anywhere."""
    name = THINGS[int(rng.integers(len(THINGS)))]
    behind = bool(placed) and rng.random() < settings.occlusion
    beside = bool(placed) and not behind and rng.random() < settings.crowding
    for _ in range(TRIES):
        other = placed[int(rng.integers(len(placed)))] if behind or beside else None
        if beside and other is not None:
            name = CLASSES[other.label]
        probe = things.BUILDERS[name](rng, 0.0, 0.0, 0.0)  # its size, before it has a place
        if other is None:
            x, z = _anywhere(rng, settings, camera, probe.height)
        elif behind:
            x, z = _behind(rng, other)
        else:
            x, z = _beside(rng, other, probe.footprint)
        if _fits(camera, settings, probe, x, z, placed):
            return things.moved(probe, (x, 0.0, z))
    return None


def _anywhere(
    rng: np.random.Generator, settings: SceneSettings, camera: Camera, height: float
) -> tuple[float, float]:
    """A place at which the thing has an apparent height drawn evenly on a log scale."""
    pixels = settings.size_min * (settings.size_max / settings.size_min) ** float(rng.random())
    z = max(camera.focal(REFERENCE) * height / pixels, _nearest(camera))
    return float(rng.uniform(-0.95, 0.95)) * camera.spread * z, z


def _behind(rng: np.random.Generator, other: Item) -> tuple[float, float]:
    x, z = other.place
    farther = z + float(rng.uniform(0.5, 4))
    return x / z * farther + float(rng.uniform(-0.8, 0.8)), farther


def _beside(rng: np.random.Generator, other: Item, footprint: float) -> tuple[float, float]:
    distance = (other.footprint + footprint) * float(rng.uniform(1.02, 1.5))
    angle = float(rng.uniform(0, 2 * math.pi))
    return other.place[0] + distance * math.cos(angle), other.place[1] + distance * math.sin(angle)


def _nearest(camera: Camera) -> float:
    """The distance at which the ground enters the picture, slightly cut."""
    return max(2.0, 0.85 * camera.height / math.tan(camera.pitch + 0.95 * math.atan(camera.spread)))


def _fits(
    camera: Camera, settings: SceneSettings, item: Item, x: float, z: float, placed: list[Item]
) -> bool:
    pixels = camera.focal(REFERENCE) * item.height / max(z, 0.1)
    in_sight = (
        z >= _nearest(camera) and pixels >= 0.5 * settings.size_min and abs(x) < camera.spread * z * 1.05
    )
    return in_sight and all(
        math.dist((x, z), other.place) > item.footprint + other.footprint for other in placed
    )


def _stack(rng: np.random.Generator, item: Item) -> list[Item]:
    """Now and then something small stands on a crate."""
    if CLASSES[item.label] != "crate" or rng.random() >= 0.35:
        return []
    half = item.parts[0].shape.half  # type: ignore[attr-defined]
    name = ("ball", "crate", "cone")[int(rng.integers(3))]
    for _ in range(6):
        top = things.BUILDERS[name](rng, 0.0, 0.0, 0.0)
        if top.footprint < min(half[0], half[2]) * 1.15:
            return [things.moved(top, (item.place[0], item.height, item.place[1]))]
    return []
