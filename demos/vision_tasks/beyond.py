"""Views of the tasks without labels: how far, which way a surface faces, which colour it might have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demos.figures import encode, grids, style
from demos.figures.arithmetic import written
from demos.records import Knows, Panel

if TYPE_CHECKING:
    from lecture_models.studies.beyond_labels import Beyond

ASKS = {
    "Depth": "How far away is it?",
    "Normals": "Which way does it face?",
    "Colour": "Which colour might it have?",
}
NEAR, FAR = 2.0, 60.0  # metres: the ends of the depth's colours, on a logarithmic scale
STEPS = 100  # of depth that are told apart: 3.5 % each
FACES = (("left", "right"), ("down", "up"), ("away from us", "towards us"))
NOTHING = "Really sky: no surface."
GRID = 10  # Lab units between two colours that are told apart


def depth_view(said: Beyond, sky: np.ndarray | None = None) -> Panel:
    """Depth in metres, by its logarithm: near is bright."""
    step = np.log(FAR / NEAR) / STEPS
    index = np.clip(np.rint(np.log(said.depth / NEAR) / step), 0, STEPS).astype(int)
    far = NEAR * np.exp(step * np.arange(STEPS + 1))
    knows = [Knows(f"about {one:.2g} m", "Cannot know: what stands there.") for one in far]
    shown = grids.heat(-index, -STEPS, 0)
    index, knows = of_sky(index, knows, sky)
    return view("Depth", shown, index, knows, f"from {said.depth.min():.1f} to {said.depth.max():.0f} metres")


def normals_view(said: Beyond, sky: np.ndarray | None = None) -> Panel:
    """The surface's direction: x, y, z as red, green, blue."""
    shown = painted(said.normals)
    index, tenths = numbered(np.rint(said.normals * 5).astype(int))
    knows = [Knows(direction(one / 5), "Cannot know: how far.") for one in tenths]
    index, knows = of_sky(index, knows, sky)
    return view("Normals", shown, index, knows, "red: right, green: up, blue: towards us")


def of_sky(index: np.ndarray, knows: list[Knows], sky: np.ndarray | None) -> tuple[np.ndarray, list[Knows]]:
    """Indices [H, W] and what they say, with a word on those pixels where nothing is that could be measured."""
    if sky is None or not sky.any():
        return index, knows
    return index + sky * len(knows), knows + [Knows(one.text, NOTHING) for one in knows]


def direction(normal: np.ndarray) -> str:
    """In words, by the largest component.

    >>> direction(np.array([0.0, 1.0, 0.2]))
    'faces up (0.0, 1.0, 0.2)'
    """
    axis = int(np.abs(normal).argmax())
    numbers = ", ".join(written(one, 1) for one in normal)
    return f"faces {FACES[axis][int(normal[axis] > 0)]} ({numbers})"


def colour_view(said: Beyond) -> Panel:
    """The picture's lightness with invented colour."""
    index, ab = numbered(np.rint(said.ab / GRID).astype(int) * GRID)
    knows = [Knows(f"a {a:+d}, b {b:+d}: likely", "Cannot know: the true colour.") for a, b in ab.tolist()]
    return view("Colour", said.image, index, knows, "invented from the lightness alone")


def numbered(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of its different vectors each pixel has: integers [H, W, d] -> indices [H, W] and vectors [n, d].

    >>> numbered(np.array([[[5, 0], [-1, 2], [5, 0]]]))[0].tolist()
    [[1, 0, 1]]
    """
    low, high = values.min((0, 1)), values.max((0, 1))
    sizes = tuple((high - low + 1).tolist())
    codes, index = np.unique(
        np.ravel_multi_index(tuple(np.moveaxis(values - low, 2, 0)), sizes), return_inverse=True
    )
    return index.reshape(values.shape[:2]), np.stack(np.unravel_index(codes, sizes), 1) + low


def view(title: str, shown: np.ndarray, index: np.ndarray, knows: list[Knows], alt: str) -> Panel:
    """A panel with a picture of its own."""
    packed = encode.pack_indices(index)
    return Panel(
        title, f"{ASKS[title]} {alt}", encode.jpeg_uri(shown), index=packed, texts=knows, asks=ASKS[title]
    )


def legend() -> list[tuple[str, str]]:
    """The colours of depth and of normals, each by its ends."""
    colors = grids.table()
    ends = [(f"depth {NEAR:.0f} m", colors[-1]), (f"{FAR:.0f} m", colors[0])]
    axes = zip(("normal: right", "up", "towards us"), np.eye(3), strict=True)
    return ends + [(name, style.hex_color(*painted(axis).tolist())) for name, axis in axes]


def painted(normals: np.ndarray) -> np.ndarray:
    """Unit vectors [..., 3] as colours, uint8: x, y, z from -1 to 1 as red, green, blue."""
    return np.rint((normals + 1) * 127.5).astype(np.uint8)


def views(said: Beyond, sky: np.ndarray | None = None) -> tuple[Panel, ...]:
    """All three; ``sky``, bool [H, W], is where a scene has no surface."""
    return depth_view(said, sky), normals_view(said, sky), colour_view(said)


def bytes_of(made: tuple[Panel, ...]) -> int:
    """Memory of what is sent of them, in bytes."""
    return sum(len(one.image) + len(str(one.index)) + 200 * len(one.texts) for one in made)
