"""What each vision task answers about a picture, read from one trace of one network.

Nothing runs again here: another score threshold is another selection of the same detections.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lecture_models import segments
from lecture_models.scenes import CLASSES, STUFF, Scene
from lecture_models.segments import Segments

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace

MASK_THRESHOLD = 0.5
STUFF_AREA = 64
"""Pixels: a smaller region of stuff is left void in a panoptic map."""
SAME_CLASS = {"sports ball": "ball"}
"""COCO's names of classes that the scenes have too; "person" is called alike."""


@dataclass(frozen=True)
class Answers:
    """The answers of all tasks at one score threshold; K detections by falling score.

    Args:
        names: class name of each detection.
        boxes: float [K, 4], xyxy in picture pixels.
        scores: float [K].
        semantic: a segment for each class; things of a class are one segment.
        instances: a segment for each detection that has a mask.
        panoptic: instances and stuff merged; each pixel in at most one segment.
        owner: for each panoptic segment its detection, -1 for stuff.
    """

    names: tuple[str, ...]
    boxes: np.ndarray
    scores: np.ndarray
    semantic: Segments
    instances: Segments
    panoptic: Segments
    owner: tuple[int, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes present in the picture: of stuff in the panoptic map, and of things that were detected."""
        stuff = [name for name, own in zip(self.panoptic.names, self.owner, strict=True) if own < 0]
        return tuple(dict.fromkeys([*stuff, *self.names]))


def answer(trace: RCNNTrace, score: float) -> Answers:
    """Answers of all tasks with the detections of at least ``score``.

    A network without a semantic branch knows no stuff: its semantic map is its instances by class, and the
    rest of its panoptic map stays void. One without masks has neither.
    """
    kept = np.flatnonzero(trace.scores.numpy() >= score)
    given = [trace.classes[label] for label in trace.labels.numpy()[kept]]
    names = tuple(SAME_CLASS.get(name, name) for name in given)
    scores, boxes = trace.scores.numpy()[kept], trace.boxes.numpy()[kept]
    masks = trace.masks.numpy()[kept[: len(trace.masks)]] >= MASK_THRESHOLD
    instances = best_first(masks, names[: len(masks)])
    if trace.semantic is None:
        semantic = by_class(instances)
    else:
        semantic = segments.from_labels(trace.semantic.argmax(0).numpy(), CLASSES)
    panoptic, owner = merge(trace, masks, scores[: len(masks)], names)
    return Answers(names, boxes, scores, semantic, instances, panoptic, owner)


def merge(
    trace: RCNNTrace, masks: np.ndarray, scores: np.ndarray, names: Sequence[str]
) -> tuple[Segments, tuple[int, ...]]:
    """The panoptic map of masks [K, H, W] and the trace's stuff, and the detection of each segment (-1: stuff)."""
    from lecture_models.nets.panoptic import merge_panoptic  # here: it comes with torch

    size = trace.image.shape[:2]
    knows_stuff = trace.semantic is not None
    merged = merge_panoptic(
        len(STUFF) + np.arange(len(masks)),
        scores,
        masks,
        trace.semantic.numpy() if trace.semantic is not None else np.zeros((len(STUFF), *size)),
        score_threshold=0.0,
        stuff_area=STUFF_AREA if knows_stuff else size[0] * size[1] + 1,
    )
    owner = tuple(-1 if part.detection is None else part.detection for part in merged.segments)
    said = tuple(
        STUFF[part.label] if part.detection is None else names[part.detection] for part in merged.segments
    )
    return Segments(merged.segment, said, tuple(own >= 0 for own in owner)), owner


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


def box_iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """IoU of boxes [N, 4] and [M, 4], xyxy: float [N, M].

    >>> box_iou(np.array([[0.0, 0, 2, 2]]), np.array([[0.0, 0, 2, 1]])).tolist()
    [[0.5]]
    """
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    area = [(boxes[:, 2:] - boxes[:, :2]).prod(1) for boxes in (first, second)]
    return shared / np.maximum(area[0][:, None] + area[1] - shared, 1e-9)


def match_boxes(
    names: Sequence[str], boxes: np.ndarray, true_names: Sequence[str], true_boxes: np.ndarray
) -> list[int]:
    """The true object of each box: same class, IoU of at least one half, each taken once, best scores first; else -1.

    This is COCO's rule for one IoU threshold. ``boxes`` [K, 4] are sorted by falling score.
    """
    iou = box_iou(boxes.reshape(-1, 4), true_boxes.reshape(-1, 4))
    free = set(range(len(true_names)))
    found = []
    for index, name in enumerate(names):
        options = [other for other in free if true_names[other] == name and iou[index, other] >= 0.5]
        best = max(options, key=lambda other: iou[index, other], default=-1)
        free.discard(best)
        found.append(best)
    return found


@dataclass(frozen=True)
class Compared:
    """Answers beside a scene's truth: what belongs to what, and each object's number within its class.

    Args:
        answers: of one network at one score threshold.
        truth: the true segments; None for a photograph, whose truth nobody has marked.
        found: for each detection the true thing (from 0) that its box belongs to, -1 for none.
        owned: for each panoptic segment the true segment it matches, 0 for none.
        masked: for each instance the true segment it matches, 0 for none.
        numbers: number of each detection within its class; a found object has its true number.
        true_numbers: number of each true thing within its class.
    """

    answers: Answers
    truth: Segments | None
    found: tuple[int, ...]
    owned: np.ndarray
    masked: np.ndarray
    numbers: tuple[int, ...]
    true_numbers: tuple[int, ...]

    def title(self, detection: int) -> str:
        """Name and number of a detection, such as "ball 2"."""
        return f"{self.answers.names[detection]} {self.numbers[detection]}"

    @property
    def pixels(self) -> tuple[int, int]:
        """Pixels where the panoptic map agrees with the truth, and pixels that have a truth."""
        if self.truth is None:
            return 0, 0
        return segments.agreement(self.answers.panoptic, self.truth, self.owned)

    @property
    def agreement(self) -> float:
        """Share of the pixels with a truth where the panoptic map agrees with it, 0..1."""
        right, counted = self.pixels
        return right / max(counted, 1)


def compare(scene: Scene | None, answers: Answers) -> Compared:
    """Match answers with the truth of their scene, if it has one."""
    names = answers.names
    if scene is None:
        owned, masked = (np.zeros(len(one) + 1, int) for one in (answers.panoptic, answers.instances))
        alone = (-1,) * len(names)
        return Compared(answers, None, alone, owned, masked, tuple(numbered(names, alone)), ())
    truth = segments.of_scene(scene)
    things = truth.names[len(STUFF) :]
    true_boxes = np.array([thing.box for thing in scene.things], float)
    found = tuple(match_boxes(names, answers.boxes, things, true_boxes))
    owned, masked = segments.match(answers.panoptic, truth), segments.match(answers.instances, truth)
    numbers = tuple(numbered(names, found, things))
    return Compared(
        answers, truth, found, owned, masked, numbers, tuple(numbered(things, range(len(things)), things))
    )


def boxes_right(seen: Compared, sets: Sequence[Sequence[int]]) -> list[list[bool]]:
    """For each set of boxes over a pixel, whether they are right about it if its truth is this or that segment.

    A pixel of a thing must be in the box that belongs to it, a pixel of stuff in no box that belongs to nothing.
    """
    things = seen.truth.things if seen.truth else ()
    found = [{seen.found[k] for k in boxes} for boxes in sets]
    return [
        [k - len(STUFF) in one if thing else -1 not in one for k, thing in enumerate(things)] for one in found
    ]


def claims(trace: RCNNTrace, answers: Answers, x: int, y: int) -> list[tuple[int, float]]:
    """Detections whose box covers the centre of a pixel, each with its mask probability there."""
    x0, y0, x1, y1 = answers.boxes.reshape(-1, 4).T
    over = (x0 <= x + 0.5) & (x + 0.5 < x1) & (y0 <= y + 0.5) & (y + 0.5 < y1)
    return [(int(k), float(trace.masks[k, y, x])) for k in np.flatnonzero(over) if k < len(trace.masks)]
