"""What a panoptic data set is, once it was read."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

LONGEST = 512
"""Longest side, in pixels, of what is kept of a picture and of its map; areas and boxes stay those of the file."""


class DataSetError(ValueError):
    """A data set that cannot be opened; the text names the file and the fault, and is meant for the visitor."""


@dataclass(frozen=True)
class Category:
    """A class: its id in the file, its name, and whether its segments are things, which are counted."""

    id: int
    name: str
    thing: bool


@dataclass(frozen=True)
class Segment:
    """A segment: its id in the PNG, its category's id, pixels, box xywh in pixels, and whether it is a crowd."""

    id: int
    category: int
    area: int
    box: tuple[int, int, int, int]
    crowd: bool = False


@dataclass(frozen=True)
class Entry:
    """A picture with its segments.

    Args:
        name: of its PNG.
        size: (height, width) in the file.
        shown: (height, width) of what is kept.
        segments: in the order of the JSON.
        packed: the map of ``shown``, uint16 deflated: 0 is void, k the k-th segment.
        picture: JPEG of ``shown``, empty where the data set brings no picture.
        void: pixels of no segment.
    """

    name: str
    size: tuple[int, int]
    shown: tuple[int, int]
    segments: tuple[Segment, ...]
    packed: bytes
    picture: bytes
    void: int

    @property
    def numbers(self) -> np.ndarray:
        """The map: uint16 of ``shown``."""
        return np.frombuffer(zlib.decompress(self.packed), "<u2").reshape(self.shown)

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return len(self.packed) + len(self.picture) + 200 * len(self.segments)


@dataclass(frozen=True)
class DataSet:
    """A data set: its title, its categories and its pictures; ``more`` says what was left out, empty if nothing."""

    title: str
    categories: tuple[Category, ...]
    entries: tuple[Entry, ...]
    more: str = ""

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return sum(entry.nbytes for entry in self.entries) + 200 * len(self.categories)

    @cached_property
    def by_id(self) -> dict[int, Category]:
        """Categories by id."""
        return {one.id: one for one in self.categories}

    def with_category(self, category: int) -> list[int]:
        """Places of the pictures that have a segment of a category; all of them for −1."""
        return [
            place
            for place, entry in enumerate(self.entries)
            if category < 0 or any(one.category == category for one in entry.segments)
        ]


def packed(numbers: np.ndarray) -> bytes:
    """A map as :class:`Entry` keeps it."""
    return zlib.compress(np.ascontiguousarray(numbers, "<u2").tobytes(), 6)


def reduced(size: tuple[int, int]) -> tuple[int, int]:
    """The size (height, width) that is kept of a picture.

    >>> reduced((300, 400)), reduced((1024, 2048))
    ((300, 400), (256, 512))
    """
    scale = min(1.0, LONGEST / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def thinned(numbers: np.ndarray, shown: tuple[int, int]) -> np.ndarray:
    """A map at another size, by the nearest pixel: numbers are names and have no mean.

    >>> thinned(np.array([[1, 1, 2, 2]]), (1, 2))
    array([[1, 2]])
    """
    rows, columns = (
        (np.arange(new) + 0.5) * old // new for new, old in zip(shown, numbers.shape, strict=True)
    )
    return numbers[rows.astype(int)][:, columns.astype(int)]
