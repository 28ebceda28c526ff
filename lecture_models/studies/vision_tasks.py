"""What each vision task answers about a picture, read from one trace of one network.

Nothing runs again here: another score threshold is another selection of the same detections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lecture_models import segments
from lecture_models.boxes import box_iou
from lecture_models.classes import in_our_words
from lecture_models.ops.panoptic import merge as merge_panoptic
from lecture_models.scenes import CLASSES, STUFF, VOID, Scene
from lecture_models.segments import MASK_THRESHOLD, Segments, best_first, by_class, numbered

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace


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
    names = tuple(in_our_words(given))
    scores, boxes = trace.scores.numpy()[kept], trace.boxes.numpy()[kept]
    masks = trace.binary_masks[kept[: len(trace.mask_cells)]]
    instances = best_first(masks, names[: len(masks)])
    labels = trace.semantic_labels
    semantic = by_class(instances) if labels is None else segments.from_labels(labels, CLASSES)
    panoptic, owner = merge(trace, masks, scores[: len(masks)], names)
    return Answers(names, boxes, scores, semantic, instances, panoptic, owner)


def merge(
    trace: RCNNTrace, masks: np.ndarray, scores: np.ndarray, names: Sequence[str]
) -> tuple[Segments, tuple[int, ...]]:
    """The panoptic map of masks [K, H, W] and the trace's stuff, and the detection of each segment (-1: stuff)."""
    size = trace.image.shape[:2]
    stuff = trace.stuff_labels
    merged = merge_panoptic(
        len(STUFF) + np.arange(len(masks)),
        scores,
        masks,
        stuff if stuff is not None else np.full(size, VOID),
        confidence=0.0,
    )
    owner = tuple(-1 if part.detection is None else part.detection for part in merged.segments)
    said = tuple(
        STUFF[part.label] if part.detection is None else names[part.detection] for part in merged.segments
    )
    return Segments(merged.segment, said, tuple(own >= 0 for own in owner)), owner


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

    @property
    def missed(self) -> list[str]:
        """Name and number of the true things that no detection belongs to, such as "person 3"."""
        things = [] if self.truth is None else self.truth.names[len(STUFF) :]
        all_ = zip(things, self.true_numbers, strict=True)
        return [f"{name} {number}" for k, (name, number) in enumerate(all_) if k not in self.found]

    def title(self, detection: int) -> str:
        """Name and number of a detection, such as "ball 2"."""
        return f"{self.answers.names[detection]} {self.numbers[detection]}"

    def claims(self, trace: RCNNTrace, x: int, y: int) -> list[tuple[int, float, bool]]:
        """Detections whose box covers a pixel's centre, with their mask probability there, and if it is theirs."""
        x0, y0, x1, y1 = self.answers.boxes.reshape(-1, 4).T
        over = (x0 <= x + 0.5) & (x + 0.5 < x1) & (y0 <= y + 0.5) & (y + 0.5 < y1)
        masked = [int(k) for k in np.flatnonzero(over) if k < len(trace.mask_cells)]
        claims = [(k, float(trace.mask(k)[y, x])) for k in masked]
        return [(k, mask, mask >= MASK_THRESHOLD) for k, mask in claims]

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


def found_by_all(scene: Scene, trace: RCNNTrace) -> list[int]:
    """The true thing of each detection, however low its score, -1 for none.

    Who scores more chooses first, so the first k of them are what k detections alone would find.
    """
    names = in_our_words([trace.classes[label] for label in trace.labels.tolist()])
    true_boxes = np.array([thing.box for thing in scene.things], float)
    return match_boxes(names, trace.boxes.numpy(), segments.of_scene(scene).names[len(STUFF) :], true_boxes)


def boxes_right(seen: Compared, sets: Sequence[Sequence[int]]) -> list[list[bool]]:
    """For each set of boxes over a pixel, whether they are right about it if its truth is this or that segment.

    A pixel of a thing must be in the box that belongs to it, a pixel of stuff in no box that belongs to nothing.
    """
    things = seen.truth.things if seen.truth else ()
    found = [{seen.found[k] for k in boxes} for boxes in sets]
    return [
        [k - len(STUFF) in one if thing else -1 not in one for k, thing in enumerate(things)] for one in found
    ]
