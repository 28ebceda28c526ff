"""Maps of segments, predicted or true, in one form, so that any two can be compared pixel by pixel.

A semantic map, instances, a panoptic map and a scene's truth are all a map of numbers with a class name for
each number. Two segments belong together if they have one class and an IoU above one half; Kirillov et al.
2019 (Panoptic Segmentation, section 4.1) show that at most one segment can then match another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lecture_models.scenes import CLASSES, STUFF, Scene

MASK_THRESHOLD = 0.5
"""Probability from which a pixel belongs to a mask."""


@dataclass(frozen=True)
class Segments:
    """A map of segments.

    Args:
        map: int32 [H, W]; 0 where nothing is said (void), k for the k-th segment.
        names: class name of each segment, ``names[k - 1]`` for number k.
        things: whether each segment is one countable thing; False for stuff or a whole class.
    """

    map: np.ndarray
    names: tuple[str, ...]
    things: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.names)


def from_labels(labels: np.ndarray, names: tuple[str, ...]) -> Segments:
    """A semantic map as segments, one for each class: ``labels`` int [H, W] index ``names``, others are void.

    >>> from_labels(np.array([[0, 1, 255]]), ("sky", "road")).map
    array([[1, 2, 0]], dtype=int32)
    """
    known = (labels >= 0) & (labels < len(names))
    return Segments(np.where(known, labels + 1, 0).astype(np.int32), names, (False,) * len(names))


def of_scene(scene: Scene) -> Segments:
    """A scene's truth: stuff classes first, then its things in the order of ``scene.things``; void is 0."""
    stuff = from_labels(scene.semantic, STUFF).map
    number = np.where(scene.instance > 0, scene.instance + len(STUFF), stuff).astype(np.int32)
    names = STUFF + tuple(CLASSES[thing.label] for thing in scene.things)
    return Segments(number, names, (False,) * len(STUFF) + (True,) * len(scene.things))


def overlaps(first: Segments, second: Segments) -> np.ndarray:
    """Pixels that two maps share: int [len(first) + 1, len(second) + 1], row and column 0 are void."""
    shape = len(first) + 1, len(second) + 1
    codes = first.map.astype(np.int64).ravel() * shape[1] + second.map.ravel()
    return np.bincount(codes, minlength=shape[0] * shape[1]).reshape(shape)


def match(prediction: Segments, truth: Segments) -> np.ndarray:
    """For each predicted segment the true one it belongs to.

    Pixels whose truth is void are left out of every area.

    Returns:
        int [len(prediction) + 1]: the truth's number, or 0 for none; entry 0 is 0.

    Examples:
        >>> truth = Segments(np.array([[1, 1, 2, 2]], np.int32), ("ball", "cone"), (True, True))
        >>> said = Segments(np.array([[1, 1, 1, 0]], np.int32), ("ball",), (True,))
        >>> match(said, truth).tolist()
        [0, 1]
    """
    shared = overlaps(prediction, truth)[:, 1:]
    union = shared.sum(1, keepdims=True) + shared.sum(0) - shared
    same = np.array([[one == other for other in truth.names] for one in prediction.names], bool)
    found = np.zeros(len(prediction) + 1, np.int64)
    if len(prediction) and len(truth):
        iou = np.where(same, shared[1:] / np.maximum(union[1:], 1), 0)
        found[1:] = np.where(iou.max(1) > 0.5, iou.argmax(1) + 1, 0)
    return found


def agreement(prediction: Segments, truth: Segments, matched: np.ndarray) -> tuple[int, int]:
    """Pixels where a panoptic prediction agrees with the truth, and pixels that have a truth.

    A pixel of stuff agrees if the classes are equal, a pixel of a thing if its segment matches that thing.

    Args:
        prediction: panoptic segments.
        truth: the true segments.
        matched: as :func:`match` returns it.
    """
    table = right_table(prediction, truth, matched)
    shared = overlaps(prediction, truth)
    return int(shared[table].sum()), int(shared[:, 1:].sum())


def right_table(prediction: Segments, truth: Segments, matched: np.ndarray) -> np.ndarray:
    """Whether a predicted number is right where the truth has another: bool [len(prediction) + 1, len(truth) + 1].

    Saying nothing (row 0) is never right, except for instances, which say nothing of stuff on purpose.
    """
    table = np.zeros((len(prediction) + 1, len(truth) + 1), bool)
    for number, (name, thing) in enumerate(zip(prediction.names, prediction.things, strict=True), start=1):
        for other, true_name in enumerate(truth.names, start=1):
            table[number, other] = matched[number] == other if thing else name == true_name
    if all(prediction.things):
        table[0, 1:] = [not thing for thing in truth.things]
    return table


def best_first(masks: np.ndarray, names: Sequence[str]) -> Segments:
    """Masks [K, H, W] in order of falling score as one map: where two overlap, the better one is seen.

    >>> best_first(np.array([[[True, False]], [[True, True]]]), ["ball", "cone"]).map
    array([[1, 2]], dtype=int32)
    """
    number = np.zeros(masks.shape[1:], np.int32)
    for index in reversed(range(len(masks))):
        number[masks[index]] = index + 1
    return Segments(number, tuple(names), (True,) * len(names))


def by_class(instances: Segments) -> Segments:
    """Instances with all of a class put together.

    >>> by_class(Segments(np.array([[1, 2, 0]]), ("ball", "ball"), (True, True))).map
    array([[1, 1, 0]], dtype=int32)
    """
    names = tuple(dict.fromkeys(instances.names))
    table = np.array([0, *(names.index(name) + 1 for name in instances.names)], np.int32)
    return Segments(table[instances.map], names, (False,) * len(names))


def numbered(names: Sequence[str], matched: Sequence[int], truth: Sequence[str] = ()) -> list[int]:
    """A number for each object within its class, from 1; an object that belongs to a true one takes its number.

    Args:
        names: classes of the objects.
        matched: index of the true object that each belongs to, -1 for none.
        truth: classes of the true objects, which are numbered in their order.

    Examples:
        >>> numbered(["ball", "cone", "ball"], [1, -1, -1], ["ball", "ball"])
        [2, 1, 3]
    """
    seen: Counter[str] = Counter()

    def following(name: str) -> int:
        seen[name] += 1
        return seen[name]

    true_number = [following(name) for name in truth]
    pairs = zip(names, matched, strict=True)
    return [following(name) if index < 0 else true_number[index] for name, index in pairs]
