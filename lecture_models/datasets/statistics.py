"""What a panoptic data set is made of: instances a picture, areas of segments, balance of classes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from lecture_models.datasets.model import Category, DataSet


@dataclass(frozen=True)
class Share:
    """A class in a data set: segments, pictures that have it, pixels, and their share of all pixels with a class."""

    category: Category
    segments: int
    pictures: int
    pixels: int
    share: float


@dataclass(frozen=True)
class Statistics:
    """Of a data set.

    Args:
        balance: the classes that occur, most pixels first.
        absent: how many classes do not occur.
        instances: things in each picture; crowds are none.
        areas: pixels of each segment that is a thing.
        void: share of all pixels that belongs to no segment.
        pixels: all of them.
    """

    balance: tuple[Share, ...]
    absent: int
    instances: tuple[int, ...]
    areas: tuple[int, ...]
    void: float
    pixels: int


def count(data: DataSet) -> Statistics:
    """Count a data set, by the areas that were compared with its PNGs."""
    pixels: Counter[int] = Counter()
    segments: Counter[int] = Counter()
    pictures: Counter[int] = Counter()
    for entry in data.entries:
        for one in entry.segments:
            pixels[one.category] += one.area
            segments[one.category] += 1
        pictures.update({one.category for one in entry.segments})
    known, void = sum(pixels.values()), sum(entry.void for entry in data.entries)
    balance = [
        Share(one, segments[one.id], pictures[one.id], pixels[one.id], pixels[one.id] / max(known, 1))
        for one in data.categories
        if segments[one.id]
    ]
    things = [
        [one.area for one in entry.segments if data.by_id[one.category].thing and not one.crowd]
        for entry in data.entries
    ]
    return Statistics(
        balance=tuple(sorted(balance, key=lambda one: -one.pixels)),
        absent=len(data.categories) - len(balance),
        instances=tuple(map(len, things)),
        areas=tuple(area for areas in things for area in areas),
        void=void / max(known + void, 1),
        pixels=known + void,
    )
