"""Light: the colour that reaches the camera along each ray.

Sun with cast shadows, sky light that darkens under things, highlights, haze with distance, and a sky
with clouds. All in linear light; ``render`` turns it into display values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .layout import Ground, World
from .materials import choose, dim, linear, paint, plain
from .noise import sample
from .settings import CLASSES, STUFF
from .shapes import Sphere
from .things import Item
from .trace import Hits, lateral
from .vectors import Vector, dot, subtract, take, unit

HAZE = 350.0  # metres at which haze hides half of a surface
UNDIMMED = 140.0  # squared radii from which a thing dims the ground by less than float32 can say
LIFT = 0.004  # metres by which a shadow ray starts above its surface


def shade(world: World, hits: Hits) -> np.ndarray:
    """Linear RGB float32 [N, 3] of every ray."""
    colour = np.empty((hits.depth.size, 3), np.float32)
    sky = np.flatnonzero(hits.part == hits.SKY)
    colour[sky] = _sky(world, unit(take(hits.direction, sky)))
    surface = np.flatnonzero(hits.part != hits.SKY)
    lit = _lit_surface(world, hits, surface)
    depth = hits.depth[surface]
    haze = depth / (depth + HAZE)
    colour[surface] = dim(lit, 1 - haze) + paint(haze, world.light.horizon) * np.float32(0.9)
    return colour


def _lit_surface(world: World, hits: Hits, where: np.ndarray) -> np.ndarray:
    light = world.light
    albedo, gloss = _albedo(world, hits)
    point, normal = take(hits.point, where), take(hits.normal, where)
    facing = np.maximum(dot(normal, light.towards), 0).astype(np.float32)
    sun = facing * ~_shadow(world, hits, where, point, normal, facing)
    ambient = light.ambient * (0.62 + 0.38 * normal[1])
    ambient *= _contact(world, hits.part[where] == hits.GROUND, point)
    brightest = max(light.zenith)
    skylight = tuple(0.55 + 0.9 * c / brightest for c in light.zenith)
    colour = albedo.take(where, axis=0) * (paint(1.35 * sun, light.sun) + paint(ambient, skylight))  # type: ignore[arg-type]
    return colour + paint(_highlight(world, hits, where, normal, gloss[where], sun), light.sun)


def _albedo(world: World, hits: Hits) -> tuple[np.ndarray, np.ndarray]:
    albedo = np.zeros((hits.depth.size, 3), np.float32)
    gloss = np.zeros(hits.depth.size, np.float32)
    ground = hits.rays_of(hits.GROUND)
    albedo[ground] = _ground(world.ground, take(hits.point, ground), hits.depth[ground], hits.label[ground])
    for index, part in enumerate(hits.parts):
        rays = hits.rays_of(index)
        if rays.size:
            albedo[rays] = part.material(part.shape.local(take(hits.point, rays)))
            gloss[rays] = part.gloss
    return albedo, gloss


def _shadow(
    world: World, hits: Hits, where: np.ndarray, point: Vector, normal: Vector, facing: np.ndarray
) -> np.ndarray:
    """Which points do not see the sun; items are tested by their bounding sphere first."""
    dark = np.zeros(where.size, bool)
    start = tuple(p + LIFT * n for p, n in zip(point, normal, strict=True))
    open_ = facing > 0
    for item in world.items:
        centre, reach = item.ball_around()
        to_ball = subtract(centre, start)  # type: ignore[arg-type]
        ahead = dot(to_ball, world.light.towards)
        miss = dot(to_ball, to_ball) - ahead * ahead
        near = np.flatnonzero((ahead > -reach) & (miss < reach * reach) & open_ & ~dark)
        if near.size:
            origin = take(start, near)  # type: ignore[arg-type]
            dark[near] |= _blocked(item, origin, world.light.towards)
    return dark


def _blocked(item: Item, origin: Vector, towards: Vector) -> np.ndarray:
    blocked = np.zeros(origin[0].size, bool)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for part in item.parts:
            blocked |= np.isfinite(part.shape.hit(origin, towards))
    return blocked


def _contact(world: World, ground: np.ndarray, point: Vector) -> np.ndarray:
    """How much of the sky the ground sees next to things that stand on it: 1 in the open."""
    open_sky = np.ones(ground.size, np.float32)
    rays = np.flatnonzero(ground)
    x, z = point[0][rays], point[2][rays]
    share = np.ones(rays.size, np.float32)
    for item in world.items:
        standing = min(part.shape.centre[1] - part.shape.reach for part in item.parts) < 0.3
        if item.label < len(STUFF) or not standing:
            continue
        radius = item.footprint * (0.8 if isinstance(item.parts[0].shape, Sphere) else 1.0)
        distance = ((x - item.place[0]) ** 2 + (z - item.place[1]) ** 2) / (radius * radius)
        near = np.flatnonzero(distance < UNDIMMED)
        share[near] *= 1 - 0.55 / (1 + 0.5 * distance[near]) ** 4
    open_sky[rays] = share
    return open_sky


def _highlight(
    world: World, hits: Hits, where: np.ndarray, normal: Vector, gloss: np.ndarray, sun: np.ndarray
) -> np.ndarray:
    """Blinn's highlight with exponent 32, by repeated squaring."""
    shine = np.zeros(where.size, np.float32)
    glossy = np.flatnonzero((gloss > 0.02) & (sun > 0))
    view = unit(take(hits.direction, where[glossy]))
    half = unit(subtract(world.light.towards, view))
    cosine = np.maximum(dot(take(normal, glossy), half), 0)
    for _ in range(5):
        cosine = cosine * cosine
    shine[glossy] = 0.9 * gloss[glossy] * cosine
    return shine


def _ground(ground: Ground, point: Vector, depth: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Grass and road, with grain that fades with distance before it would alias."""
    x, z = point[0], point[2]
    fade = 1 / (1 + (depth / 22) ** 2)
    rough, fine = sample("rough", x * 22, z * 22) - 0.5, sample("fine", x * 60, z * 60) - 0.5
    blobs = sample("cloud", x * 6 + 99, z * 6) - 0.5
    grass = paint(1 + (1.1 * rough + 0.9 * fine) * fade + 0.9 * blobs, ground.grass)
    grass *= 1 + paint(blobs, (0.5, 0.1, -0.1))
    road = paint(1 + (0.5 * fine + 0.25 * rough) * fade + 0.3 * blobs, ground.asphalt)
    if ground.kind != 2:
        road = _markings(ground, x, z, road)
    return np.maximum(choose(label == CLASSES.index("road"), road, grass), np.float32(0.01))


def _markings(ground: Ground, x: Any, z: Any, road: np.ndarray) -> np.ndarray:
    side, along = lateral(ground, x, z), ground.sin * x + ground.cos * z
    dash = (np.abs(side) < 0.07) & (along % 2.4 < 1.3)
    edge = np.abs(np.abs(side) - ground.half_width + 0.22) < 0.06
    kerb = np.abs(np.abs(side) - ground.half_width) < 0.09
    line = linear(235, 232, 220) if ground.kind == 0 else linear(235, 200, 80)
    road = choose(kerb, plain(side, linear(170, 168, 162)), road)
    return choose(dash | edge, plain(side, line), road)


def _sky(world: World, direction: Vector) -> np.ndarray:
    light = world.light
    up = np.maximum(direction[1], 0)
    low = (1 - up) ** 3
    colour = paint(low, light.horizon) + paint(1 - low, light.zenith)
    u = direction[0] / (up + 0.12) * 70 + light.drift[0]
    v = direction[2] / (up + 0.12) * 70 + light.drift[1]
    cover = np.clip((sample("cloud", u, v) - light.clouds) * 5, 0, 1) * np.clip(up * 8, 0, 1)
    cloud = 0.95 * (0.75 + 0.25 * max(light.sun))
    colour = dim(colour, 1 - cover) + paint(cover, (cloud, cloud, cloud * 1.02))
    glow = np.maximum(dot(direction, light.towards), 0).astype(np.float32)
    for _ in range(6):
        glow = glow * glow
    halo = glow
    for _ in range(4):
        glow = glow * glow
    return colour + paint(0.5 * halo + 4 * glow, light.sun)
