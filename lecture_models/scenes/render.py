"""A picture with its exact truth, from a seed.

The truth of a pixel is what the ray through the pixel's middle meets; the colour is the mean of 2 × 2
samples, as a camera's sensor element would see it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from .camera import Camera
from .layout import World, compose
from .settings import CLASSES, STUFF, VOID, SceneSettings
from .shade import shade
from .trace import Hits, first_hits
from .vectors import dot

MIN_PIXELS = 25  # at 256 × 256; a thing with fewer visible pixels is void in the truth
SUPERSAMPLING = 2


@dataclass(frozen=True)
class Thing:
    """One visible thing: ``box`` xyxy in pixels, ``area`` its visible pixels, ``visible`` their share (0..1)
    of the pixels it would cover in this picture if nothing stood before it. ``item`` is its index in the world.
    """

    label: int
    name: str
    box: tuple[float, float, float, float]
    area: int
    visible: float
    item: int = -1


@dataclass(frozen=True)
class Scene:
    """A rendered picture and everything that is true of it.

    ``image`` uint8 [H, W, 3]; ``semantic`` int64 [H, W], 255 = void; ``instance`` int32 [H, W], 0 = none,
    k = ``things[k - 1]``; ``depth`` float32 [H, W], metres along the optical axis, inf in the sky;
    ``normals`` float32 [H, W, 3], unit, camera axes (x right, y up, z to the viewer), zero in the sky.
    """

    seed: int
    settings: SceneSettings
    image: np.ndarray
    semantic: np.ndarray
    instance: np.ndarray
    things: tuple[Thing, ...]
    camera: Camera
    geometry: tuple[np.ndarray, np.ndarray] | None = None  # depth and normals; half of a scene's memory

    @property
    def depth(self) -> np.ndarray:
        """Metres along the optical axis."""
        return self._geometry()[0]

    @property
    def normals(self) -> np.ndarray:
        """Unit normals."""
        return self._geometry()[1]

    def _geometry(self) -> tuple[np.ndarray, np.ndarray]:
        if self.geometry is not None:
            return self.geometry
        size = len(self.image)
        return _geometry_of(first_hits(compose(self.seed, self.settings), size), self.camera, size)

    def lean(self) -> Scene:
        """The same scene in half the memory: depth and normals are traced anew, in 15 ms, whenever asked for."""
        return replace(self, geometry=None)


def render(seed: int, settings: SceneSettings = SceneSettings(), size: int = 256) -> Scene:
    """Render the scene of a seed: the same bytes for the same arguments, on every machine.

    Args:
        seed: whole number from 0 to 2**63 - 1.
        settings: what is in the scene, see ``SceneSettings``.
        size: height and width in pixels, 64 to 512.

    Raises:
        ValueError: where seed or size is out of range.

    >>> scene = render(42, size=64)
    >>> scene.image.shape, scene.semantic.shape
    ((64, 64, 3), (64, 64))
    """
    _check(seed, size)
    return render_world(compose(seed, settings), seed, settings, size)


def render_world(world: World, seed: int, settings: SceneSettings, size: int) -> Scene:
    """Render what a world's camera sees; seed and settings are those that the world was composed with."""
    fine = first_hits(world, size * SUPERSAMPLING)
    image = _develop(shade(world, fine), size, np.random.default_rng([int(seed), 4]))
    centres = first_hits(world, size)
    semantic, instance, things = _truth(world, centres, size)
    geometry = _geometry_of(centres, world.camera, size)
    return Scene(int(seed), settings, image, semantic, instance, things, world.camera, geometry)


def _geometry_of(hits: Hits, camera: Camera, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Depth, and normals that face the viewer: rounding lets a few rays past a rim meet the far wall from inside."""
    normals = camera.to_camera(hits.normal)
    behind = dot(hits.normal, hits.direction) > 0
    normals[behind] *= -1
    return hits.depth.reshape(size, size), normals.reshape(size, size, 3)


def _check(seed: int, size: int) -> None:
    for name, value, low, high in (("seed", seed, 0, 2**63 - 1), ("size", size, 64, 512)):
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not whole or not low <= value <= high:
            raise ValueError(f"{name} must be a whole number from {low} to {high}; got {value!r}.")


def _truth(world: World, hits: Hits, size: int) -> tuple[np.ndarray, np.ndarray, tuple[Thing, ...]]:
    """Label map, instance map and things; those too small to be judged become void."""
    semantic = hits.label.copy()
    seen = np.bincount(hits.item[hits.item >= 0], minlength=len(world.items))
    number = np.zeros(len(world.items) + 1, np.int32)  # the last entry serves item -1
    things: list[Thing] = []
    item_map = hits.item.reshape(size, size)
    for index, item in enumerate(world.items):
        if item.label < len(STUFF) or seen[index] == 0:
            continue
        if seen[index] < MIN_PIXELS * (size / 256) ** 2:
            semantic[hits.item == index] = VOID
            continue
        box = tight_box(item_map == index)
        share = float(seen[index]) / float(hits.alone[index])
        things.append(Thing(item.label, CLASSES[item.label], box, int(seen[index]), share, index))
        number[index] = len(things)
    return semantic.reshape(size, size), number[item_map], tuple(things)


def tight_box(mask: np.ndarray) -> tuple[float, float, float, float]:
    """The smallest box xyxy, in pixels, that holds a mask bool [H, W] with at least one pixel.

    >>> tight_box(np.eye(4, dtype=bool)[:, :3])
    (0.0, 0.0, 3.0, 3.0)
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _develop(light: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Linear light of all samples -> uint8 picture: average, tone curve, sensor noise."""
    fine = light.reshape(size, SUPERSAMPLING, size, SUPERSAMPLING, 3)
    mean = (fine[:, 0, :, 0] + fine[:, 0, :, 1] + fine[:, 1, :, 0] + fine[:, 1, :, 1]) * np.float32(0.25)
    curve = _tone_curve()
    display = curve[np.minimum(np.sqrt(mean) * 2048, len(curve) - 1).astype(np.int32)]
    return np.clip(display + _noise(size, rng) + 0.5, 0, 255).astype(np.uint8)


@cache
def _tone_curve() -> np.ndarray:
    """Display value (0..255) for the square root of linear light, in steps of 1/2048."""
    light = (np.arange(4096) / 2048) ** 2
    film = 1 - np.exp(-1.9 * light)
    film = 0.35 * film * film * (3 - 2 * film) + 0.65 * film
    return (255 * film ** (1 / 2.2)).astype(np.float32)


def _noise(size: int, rng: np.random.Generator) -> np.ndarray:
    """Nearly normal noise of a strength drawn by the seed, from sums of four random bytes."""
    strength = np.float32(rng.uniform(1, 4.5))
    bytes_ = np.frombuffer(rng.bytes(size * size * 3 * 4), np.uint8).reshape(size, size, 3, 4)
    total = bytes_[..., 0].astype(np.float32) + bytes_[..., 1] + bytes_[..., 2] + bytes_[..., 3]
    return (total - np.float32(510)) * (strength / np.float32(147.8))
