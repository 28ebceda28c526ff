"""The label sets of four panoptic data sets and of the scenes, and what each label is to one of another set.

    label_sets.json   names of things and stuff, with the file that they are from
    concepts.toml     what a label means, as a set of concepts
    facts.toml        years, sizes, licences and challenges, each with its source

Two labels are compared by what they mean: see :func:`relation`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lecture_models.scenes import CLASSES, STUFF

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent
RELATIONS = ("exact", "broader", "narrower", "overlaps", "none")
"""What a label may be to another: the same, more, less, partly the same with more on both sides, or nothing of it."""
SCENES = "scenes"


@dataclass(frozen=True)
class Label:
    """A label of a set: ``meaning`` are the concepts that it stands for, ``thing`` whether it is counted."""

    set: str
    name: str
    thing: bool
    meaning: frozenset[str]


@dataclass(frozen=True)
class LabelSet:
    """A set of labels: things first, in the order of ``source``, the file that they are from."""

    key: str
    title: str
    source: str
    labels: tuple[Label, ...]

    def __getitem__(self, name: str) -> Label:
        """The label of a name. Raises ValueError where the set has none."""
        for label in self.labels:
            if label.name == name:
                return label
        shown = "".join(one if one.isprintable() else " " for one in name[:60])
        raise ValueError(f"{self.title} has no label “{shown}”. Choose one of its {len(self.labels)}.")

    @property
    def things(self) -> int:
        """How many of the labels are things."""
        return sum(label.thing for label in self.labels)

    @property
    def stuff(self) -> int:
        """How many of the labels are stuff."""
        return len(self.labels) - self.things


@cache
def label_sets() -> Mapping[str, LabelSet]:
    """All label sets by key: the scenes' own, then coco, vistas, cityscapes, ade20k.

    >>> {key: (one.things, one.stuff) for key, one in label_sets().items()}
    {'scenes': (5, 4), 'coco': (80, 53), 'vistas': (37, 28), 'cityscapes': (8, 11), 'ade20k': (100, 50)}
    """
    listed = json.loads((HERE / "label_sets.json").read_text(encoding="utf-8"))
    things = [name for name in CLASSES if name not in STUFF]
    own = {"title": "Our scenes", "source": "lecture_models.scenes", "things": things, "stuff": STUFF}
    return {key: _set(key, one) for key, one in {SCENES: own, **listed}.items()}


def _set(key: str, listed: Mapping[str, Any]) -> LabelSet:
    means = _concepts()["labels"].get(key, {})
    labels = []
    for kind in ("things", "stuff"):
        for given in listed[kind]:
            name = given.strip()
            concepts = means.get(name, [name.partition(",")[0].lower()])
            labels.append(Label(key, name, kind == "things", frozenset().union(*map(leaves, concepts))))
    return LabelSet(key, listed["title"], listed["source"], tuple(labels))


@cache
def _concepts() -> Mapping[str, Any]:
    return tomllib.loads((HERE / "concepts.toml").read_text(encoding="utf-8"))


def leaves(concept: str) -> frozenset[str]:
    """The concepts that one stands for, down to those that stand for themselves.

    >>> sorted(leaves("rider"))
    ['bicyclist', 'motorcyclist', 'other rider']
    """
    parts = _concepts()["unions"].get(concept)
    return frozenset().union(*map(leaves, parts)) if parts else frozenset({concept})


@cache
def facts() -> Mapping[str, Mapping[str, str]]:
    """What is published of each data set: year, pictures, licence and challenges, each with its ``…_source``."""
    return tomllib.loads((HERE / "facts.toml").read_text(encoding="utf-8"))


def relation(one: Label, other: Label) -> str:
    """What ``other`` is to ``one``, one of ``RELATIONS``: ``broader`` where it means all of it and more.

    >>> sets = label_sets()
    >>> relation(sets["cityscapes"]["rider"], sets["coco"]["person"])
    'broader'
    >>> relation(sets["cityscapes"]["road"], sets["vistas"]["Bike Lane"])
    'narrower'
    """
    if one.meaning == other.meaning:
        return "exact"
    if one.meaning < other.meaning:
        return "broader"
    if one.meaning > other.meaning:
        return "narrower"
    return "overlaps" if one.meaning & other.meaning else "none"


def related(label: Label, key: str) -> list[tuple[Label, str]]:
    """Labels of a set that have to do with one, each with what it is to it; none is an empty list.

    The nearest come first, and of those the one of the same name.

    >>> sets = label_sets()
    >>> [(one.name, how) for one, how in related(sets["coco"]["train"], "vistas")]
    [('On Rails', 'exact')]
    """
    found = [(one, relation(label, one)) for one in label_sets()[key].labels]
    near = [pair for pair in found if pair[1] != "none"]
    alike = label.name.lower()
    return sorted(near, key=lambda pair: (RELATIONS.index(pair[1]), pair[0].name.lower() != alike))


def carried(label: Label, key: str) -> Label | None:
    """The label that a set has for whatever another calls ``label``: exact, else the least that is broader.

    None where there is neither: such pixels become void, since nothing says which narrower label they have.

    >>> scenes = label_sets()["scenes"]
    >>> [getattr(carried(scenes["crate"], key), "name", "void") for key in ("coco", "ade20k")]
    ['void', 'box']
    """
    fits = [one for one, how in related(label, key) if how in ("exact", "broader")]
    return min(fits, key=lambda one: len(one.meaning), default=None)
