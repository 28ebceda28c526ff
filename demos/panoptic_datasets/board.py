"""What lesson C3 draws beside its pictures: label sets, a data set's contents, rare against hard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demos.figures import style

if TYPE_CHECKING:
    from lecture_models.datasets.model import Entry
    from lecture_models.datasets.statistics import Statistics
    from lecture_models.label_sets import Label, LabelSet
    from lecture_models.studies.class_balance import Balance
    from lecture_models.studies.panoptic_datasets import Look

Related = Sequence[tuple["Label", str]]


# ---- label sets --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Near:
    """A label that has to do with the chosen one, and what it is to it."""

    name: str
    thing: bool
    how: str


@dataclass(frozen=True)
class Row:
    """A label set: its names, and those that have to do with the chosen one; none is an empty list."""

    key: str
    title: str
    things: Sequence[str]
    stuff: Sequence[str]
    near: Sequence[Near]


@dataclass(frozen=True)
class Sets:
    """All label sets; ``chosen`` is a set's key and a name, ``kind`` thing or stuff, ``says`` a sentence about it."""

    chosen: str
    kind: str
    says: str
    rows: Sequence[Row]


def sets(chosen: Label, every: Mapping[str, LabelSet], near: Mapping[str, Related], says: str) -> Sets:
    """The board of the label sets; ``near`` are the related labels of each set."""
    rows = [
        Row(
            key,
            one.title,
            [label.name for label in one.labels if label.thing],
            [label.name for label in one.labels if not label.thing],
            [Near(label.name, label.thing, how) for label, how in near[key]],
        )
        for key, one in every.items()
    ]
    return Sets(f"{chosen.set}:{chosen.name}", "thing" if chosen.thing else "stuff", says, rows)


# ---- a data set --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ClassRow:
    """A class that occurs: its id, what it is, its colour, and how often and how large; ``share`` of all pixels."""

    id: int
    name: str
    thing: bool
    color: str
    segments: int
    pictures: int
    share: float


@dataclass(frozen=True)
class SegmentRow:
    """A segment of the shown picture: its id, class, pixels and box xywh in the file."""

    id: int
    name: str
    color: str
    area: int
    box: Sequence[int]
    crowd: bool


@dataclass(frozen=True)
class Contents:
    """A data set's contents and the segments of one picture.

    ``place`` counts from 0 among all pictures, ``places`` are those to look through; ``category`` −1 stands for all.
    """

    title: str
    more: str
    place: int
    places: Sequence[int]
    many: int
    name: str
    size: Sequence[int]
    category: int
    classes: Sequence[ClassRow]
    segments: Sequence[SegmentRow]
    instances: Sequence[int]
    areas: Sequence[int]


def contents(look: Look, counts: Statistics) -> Contents:
    """The board of a data set."""
    entry = look.data.entries[look.place]
    classes = [
        ClassRow(
            one.category.id,
            one.category.name,
            one.category.thing,
            style.class_color(one.category.name),
            one.segments,
            one.pictures,
            one.share,
        )
        for one in counts.balance
    ]
    return Contents(
        title=look.data.title,
        more=look.data.more,
        place=look.place,
        places=look.places,
        many=len(look.data.entries),
        name=entry.name,
        size=entry.size,
        category=look.category,
        classes=classes,
        segments=segments(look, entry),
        instances=counts.instances,
        areas=counts.areas,
    )


def segments(look: Look, entry: Entry) -> list[SegmentRow]:
    """The segments of a picture that are of the chosen class, largest first."""
    colors = colors_of(look, entry)
    rows = [
        SegmentRow(one.id, look.data.by_id[one.category].name, colors[k], one.area, one.box, one.crowd)
        for k, one in enumerate(entry.segments)
        if look.category in (-1, one.category)
    ]
    return sorted(rows, key=lambda row: -row.area)


def colors_of(look: Look, entry: Entry) -> list[str]:
    """Colour of each segment: a class's own for stuff, a shade of it for each thing."""
    seen: dict[int, int] = {}
    colors = []
    for one in entry.segments:
        kind = look.data.by_id[one.category]
        number = seen[one.category] = seen.get(one.category, -1) + 1
        colors.append(style.instance_color(kind.name, number) if kind.thing else style.class_color(kind.name))
    return colors


# ---- rare and hard -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Dot:
    """A class: share of the pixels, IoU and panoptic quality in percent, None where there is none."""

    name: str
    thing: bool
    color: str
    share: float
    iou: float
    pq: float | None


@dataclass(frozen=True)
class Against:
    """Classes by how rare they are against how well they are labelled, of so many scenes."""

    heading: str
    dots: Sequence[Dot]
    says: str


def against(made: Balance, names: Sequence[str], things: Sequence[str], heading: str, says: str) -> Against:
    """The board of a balance; ``names`` are the classes, ``things`` those that are counted."""
    dots = []
    for k in made.known:
        name, iou = names[k], made.iou[k]
        assert iou is not None
        pq = made.pq[k] if made.pq else None
        whole = None if pq is None else 100 * pq
        dots.append(
            Dot(name, name in things, style.class_color(name), 100 * made.shares[k], 100 * iou, whole)
        )
    return Against(heading, dots, says)
