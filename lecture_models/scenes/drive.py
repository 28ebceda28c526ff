"""A drive through a scene: the same world, seen from a camera that moves ahead, with the truth of every frame."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from .layout import World, compose
from .render import Scene, render_world
from .settings import STUFF, SceneSettings
from .things import Item

ROOM = 0.6
"""Metres that must be free on each side of the camera's way, and above what it passes over."""
BEFORE = 1.0
"""Metres before the nearest thing on the way at which a drive ends."""
HEADINGS = tuple(math.radians(degrees) for degrees in (0, 12, -12, 24, -24, 36, -36))
"""Directions of a drive, to the right of straight ahead; the first that is free is taken, else the freest."""
MOST_FRAMES = 16


def drive(
    seed: int, settings: SceneSettings = SceneSettings(), frames: int = 8, pace: float = 0.4, size: int = 256
) -> Iterator[Scene]:
    """The frames of a drive, one by one; the first is the scene of the seed itself.

    The camera looks where it looked, moves in the freest direction, and stops before what stands in its way. A thing
    keeps its index, ``Thing.item``, in all frames.

    Args:
        seed: of the scene.
        settings: of the scene.
        frames: how many, 2 to 16.
        pace: metres ahead from one frame to the next, above 0, at most 2.
        size: height and width in pixels.

    Raises:
        ValueError: frames or pace is out of range.

    >>> first, second = drive(42, frames=2, size=64)
    >>> first.camera.z, second.camera.z, [thing.item for thing in second.things][:3]
    (0.0, 0.4, [4, 5, 6])
    """
    if not 2 <= frames <= MOST_FRAMES or not 0 < pace <= 2:
        raise ValueError(
            f"A drive has 2 to {MOST_FRAMES} frames of up to 2 metres each; got {frames} of {pace:g} m. "
            "Choose fewer, or slower ones."
        )
    world = compose(seed, settings)
    way = pace * (frames - 1)
    free = {heading: free_way(world, heading) for heading in HEADINGS}
    heading = next((one for one in HEADINGS if free[one] >= way), max(HEADINGS, key=free.__getitem__))
    for frame in range(frames):
        there = moved(world, heading, min(pace * frame, free[heading]))
        yield render_world(there, seed, settings, size)


def free_way(world: World, heading: float = 0.0) -> float:
    """Metres that the camera can go before it comes too near to a thing; it passes over what is low.

    >>> free_way(compose(42, SceneSettings(things=0)))
    inf
    """
    ahead, right = (math.cos(heading), math.sin(heading)), (-math.sin(heading), math.cos(heading))
    way = math.inf
    for item in world.items:
        x, z = item.place
        along, aside = z * ahead[0] + x * ahead[1], z * right[0] + x * right[1]
        reach = item.footprint + ROOM
        high = _top(item) + ROOM > world.camera.height
        if item.label >= len(STUFF) and high and abs(aside) < reach and along > -reach:
            way = min(way, max(along - item.footprint - BEFORE, 0.0))
    return way


def _top(item: Item) -> float:
    """Metres above the ground of the highest point that an item can have."""
    return max(float(part.shape.centre[1]) + float(part.shape.reach) for part in item.parts)


def moved(world: World, heading: float, way: float) -> World:
    """The world with its camera so many metres on."""
    x, z = round(way * math.sin(heading), 6), round(way * math.cos(heading), 6)
    return replace(world, camera=replace(world.camera, x=x, z=z))
