"""Lesson C3: a scene under another label set, and a data set, ours or a visitor's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lecture_models import pictures, segments
from lecture_models.cache import KEPT
from lecture_models.datasets import DataSet, kept, ours
from lecture_models.label_sets import SCENES, Label, LabelSet, carried, label_sets, related, relation
from lecture_models.scenes import CLASSES, Scene
from lecture_models.studies.class_balance import counted

MANY = 8
"""Scenes of our own data set."""
TARGETS = ("coco", "vistas", "cityscapes", "ade20k")


@dataclass(frozen=True)
class Relabelled:
    """A scene under another label set.

    Args:
        picture: with its truth.
        target: the label set.
    """

    picture: pictures.Picture
    target: LabelSet

    @property
    def scene(self) -> Scene:
        """The truth."""
        assert self.picture.scene is not None
        return self.picture.scene

    @cached_property
    def labels(self) -> dict[str, Label | None]:
        """For each class of the scenes the label that its pixels get, None where they become void."""
        return {one.name: carried(one, self.target.key) for one in label_sets()[SCENES].labels}

    def how(self, name: str) -> str:
        """What the new label is to a class of the scenes: exact, broader, or none."""
        label = self.labels[name]
        return relation(label_sets()[SCENES][name], label) if label else "none"

    def parts(self, name: str) -> list[str]:
        """Labels of the new set that mean less than a class of the scenes."""
        found = related(label_sets()[SCENES][name], self.target.key)
        return [label.name for label, how in found if how == "narrower"]

    @cached_property
    def truth(self) -> segments.Segments:
        """Segments of the scene."""
        return segments.of_scene(self.scene)

    @cached_property
    def pixels(self) -> dict[str, int]:
        """Pixels of each class that occurs."""
        return {
            name: count for name, count in zip(CLASSES, counted(self.scene.semantic), strict=False) if count
        }

    @property
    def lost(self) -> dict[str, int]:
        """Those of them that become void."""
        return {name: count for name, count in self.pixels.items() if self.labels[name] is None}

    @property
    def things(self) -> int:
        """Things of the scene."""
        return len(self.scene.things)

    @property
    def named(self) -> int:
        """Those that keep a name."""
        return sum(self.labels[thing.name] is not None for thing in self.scene.things)

    @property
    def void(self) -> float:
        """Share of the pixels with a class that become void."""
        return sum(self.lost.values()) / max(sum(self.pixels.values()), 1)

    def arrays(self) -> dict[str, Any]:
        """For saving: the scene's labels, and what they become."""
        became = [label.name if (label := self.labels[name]) else "void" for name in CLASSES]
        return {
            "classes": list(CLASSES),
            "semantic": self.scene.semantic,
            "label_set": self.target.title,
            "became": became,
            "pixels": counted(self.scene.semantic)[: len(CLASSES)],
            "void_share": self.void,
        }


def relabel(picture: str, target: str) -> Relabelled | None:
    """A scene under a label set; None of a photograph, which nobody has labelled. Raises ValueError for a bad key."""
    shown = pictures.resolve(picture)
    return Relabelled(shown, label_sets()[target]) if shown.scene is not None else None


def find_label(text: str) -> Label:
    """The label that a text "set:name" names. Raises ValueError where there is none."""
    key, _, name = text.partition(":")
    if key not in label_sets():
        known = ", ".join(label_sets())
        raise ValueError(
            f"A label is SET:NAME with a set of {known}; got {pictures.quoted(text)}. Choose one."
        )
    return label_sets()[key][name]


def opened(folder: str, picture: str) -> DataSet:
    """The data set that is looked at.

    Args:
        folder: key of a visitor's, or empty for our scenes from the picture's on.
        picture: key of the picture; of a photograph, scenes from 0 on are taken.

    Raises:
        ValueError: the visitor's data set is gone, or a key is bad.
    """
    if folder:
        return kept.get(folder)
    keys = scene_keys(picture)
    found: DataSet = KEPT.get(("data set", *keys), lambda: of_scenes(keys))
    return found


def scene_keys(picture: str) -> list[str]:
    """Keys of ``MANY`` scenes from a picture's on, with its settings."""
    pictures.resolve(picture)
    first, settings = pictures.parse_scene(picture if picture.startswith("scene:") else "scene:0")
    first = min(first, pictures.MAX_SEED + 1 - MANY)
    return [pictures.scene_key(first + step, settings) for step in range(MANY)]


def of_scenes(keys: list[str]) -> DataSet:
    """Scenes as a data set."""
    scenes = [scene for key in keys if (scene := pictures.resolve(key).scene) is not None]
    last = f" to {scenes[-1].seed}" if len(scenes) > 1 else ""
    return ours.data_set(scenes, f"our scenes {scenes[0].seed}{last}")


@dataclass(frozen=True)
class Look:
    """A picture of a data set: its place, those to look through, and the category that is looked at (−1: all)."""

    data: DataSet
    place: int
    places: tuple[int, ...]
    category: int

    @property
    def at(self) -> int:
        """Its place among those that are looked through."""
        return self.places.index(self.place)


def look(data: DataSet, shown: str) -> Look:
    """The picture that "PLACE CATEGORY" names, or the nearest after it that has the category."""
    place, category = (int(part) for part in shown.split()) if shown else (0, -1)
    if not data.with_category(category):  # of a data set that was open before
        category = -1
    places = tuple(data.with_category(category)) or tuple(range(len(data.entries)))
    return Look(data, next((one for one in places if one >= place), places[-1]), places, category)


def image_of(look: Look) -> np.ndarray:
    """The picture, uint8 RGB [H, W, 3]; grey where the data set brings none."""
    import cv2

    entry = look.data.entries[look.place]
    if not entry.picture:
        return np.full((*entry.shown, 3), 200, np.uint8)
    read = cv2.imdecode(np.frombuffer(entry.picture, np.uint8), cv2.IMREAD_COLOR)
    assert read is not None, "it was written as JPEG by us"
    return np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB))
