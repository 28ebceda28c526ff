"""What the lesson on panoptic segmentation asks of one network: its two branches alone, their merge, and its quality.

Nothing runs again here but the merge: other thresholds judge the same instances of one forward pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from lecture_models import pictures, segments, zoo
from lecture_models.cache import KEPT
from lecture_models.ops.panoptic import (
    CONFIDENCE,
    OVERLAP,
    STUFF_AREA,
    Candidate,
    MergeTrace,
    Panoptic,
    trace_merge,
)
from lecture_models.ops.panoptic_quality import QualityTrace, trace_panoptic_quality
from lecture_models.scenes import CLASSES, STUFF
from lecture_models.segments import Segments
from lecture_models.studies.semantic_and_instances import regions_of

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace

NETWORK = "panoptic_fpn"
Fill = Literal["stuff", "all"]
BYTES_OF_NUMBER = 200  # with its key


class Rule(NamedTuple):
    """The merge's thresholds, and where stuff comes from.

    ``fill`` is "stuff" where each pixel takes its likeliest class of stuff, or "all", as panopticapi has it, where a
    pixel whose likeliest class is a thing has no stuff, so that it stays void unless an instance takes it.
    """

    confidence: float = CONFIDENCE
    overlap: float = OVERLAP
    stuff_area: int = STUFF_AREA
    fill: Fill = "stuff"


USUAL = Rule()


@dataclass(frozen=True, eq=False)
class Merged:
    """One picture under one rule.

    Args:
        picture: what was looked at.
        network: its forward pass.
        rule: the thresholds.
        trial: every decision of the merge.
    """

    picture: pictures.Picture
    network: RCNNTrace
    rule: Rule
    trial: MergeTrace

    @property
    def merged(self) -> Panoptic:
        """The map that the merge leaves."""
        return self.trial.merged

    @cached_property
    def prediction(self) -> Segments:
        """The merged map with a class name for each number."""
        return as_segments(self.merged)

    @cached_property
    def truth(self) -> Segments | None:
        """The true segments; None of a photograph."""
        return None if self.picture.scene is None else segments.of_scene(self.picture.scene)

    @cached_property
    def quality(self) -> QualityTrace | None:
        """PQ with every match and mistake; None of a photograph."""
        return None if self.truth is None else trace_panoptic_quality(self.prediction, self.truth)

    @cached_property
    def masks(self) -> np.ndarray:
        """The detections' masks, bool [D, H, W]."""
        return self.network.binary_masks

    @cached_property
    def stuff(self) -> np.ndarray:
        """The map of stuff that fills what instances leave, uint8 [H, W]."""
        return stuff_of(self.network, self.rule.fill)

    @cached_property
    def semantic(self) -> Segments:
        """The semantic branch alone: a segment for each class."""
        assert self.network.semantic_labels is not None
        return segments.from_labels(self.network.semantic_labels, CLASSES)

    @cached_property
    def instances(self) -> tuple[Candidate, ...]:
        """The instance branch alone: the detections that reach the least score, the best first."""
        return tuple(one for one in self.trial.candidates if one.verdict != "score" and one.area)

    @cached_property
    def claims(self) -> np.ndarray:
        """By how many of them each pixel is claimed, int [H, W]."""
        return self.masks[[one.detection for one in self.instances]].sum(0)

    @property
    def contested(self) -> int:
        """Pixels that two instances or more claim: allowed for instances, forbidden in a panoptic map."""
        return int((self.claims > 1).sum())

    @cached_property
    def regions(self) -> int:
        """Connected regions that things have in the semantic branch's map."""
        return sum(regions_of(self.semantic, label) for label in range(len(STUFF), len(CLASSES)))

    @cached_property
    def numbers(self) -> dict[int, int]:
        """Each detection's number within its class, from 1; one that matches a true thing takes that thing's."""
        pairs = {} if self.quality is None else {pair.predicted: pair.true for pair in self.quality.matches}
        owned = [pairs.get(one.segment, 0) - len(STUFF) - 1 for one in self.trial.candidates]
        names = [CLASSES[one.label] for one in self.trial.candidates]
        true = self.truth.names[len(STUFF) :] if self.truth else ()
        found = segments.numbered(names, [k if k >= 0 else -1 for k in owned], true)
        return {one.detection: k for one, k in zip(self.trial.candidates, found, strict=True)}

    @cached_property
    def true_numbers(self) -> tuple[int, ...]:
        """Each true thing's number within its class, from 1."""
        true = self.truth.names[len(STUFF) :] if self.truth else ()
        return tuple(segments.numbered(true, range(len(true)), true))

    def title(self, one: Candidate) -> str:
        """Class and number of a candidate, such as "ball 2"."""
        return f"{CLASSES[one.label]} {self.numbers[one.detection]}"

    def said(self, segment: int) -> str:
        """Class and, of a thing, number of a merged segment; "void" for 0."""
        if not segment:
            return "void"
        one = self.merged.segments[segment - 1]
        number = "" if one.detection is None else f" {self.numbers[one.detection]}"
        return f"{CLASSES[one.label]}{number}"

    def true(self, segment: int) -> str:
        """The same of a true segment."""
        assert self.truth is not None
        if not segment:
            return "void"
        thing = segment - len(STUFF) - 1
        return self.truth.names[segment - 1] + (f" {self.true_numbers[thing]}" if thing >= 0 else "")


@dataclass(frozen=True)
class Selected:
    """What a click selects: in the instance branch, in the semantic branch and in the merged map.

    Args:
        pixel: (x, y).
        claims: the instances that claim the pixel, the best first.
        label: the semantic branch's class.
        segment: number of the merged map's segment; 0 for void.
        true: number of the true segment; 0 for void, None of a photograph.
    """

    pixel: tuple[int, int]
    claims: tuple[Candidate, ...]
    label: int
    segment: int
    true: int | None


def stuff_of(network: RCNNTrace, fill: Fill) -> np.ndarray:
    """The map of stuff that a rule fills with, uint8 [H, W]; numbers of things are no stuff."""
    labels = network.stuff_labels if fill == "stuff" else network.semantic_labels
    assert labels is not None, "a network of this kind has a semantic branch"
    return labels


def merged(key: str, rule: Rule = USUAL) -> Merged:
    """A picture's two answers merged under a rule."""
    shown = pictures.resolve(key)
    return judged(shown, zoo.trace(NETWORK, shown.image), rule)


def judged(shown: pictures.Picture, network: RCNNTrace, rule: Rule) -> Merged:
    """The merge of one forward pass."""
    labels = network.labels.numpy() - 1 + len(STUFF)
    given = labels, network.scores.numpy(), network.binary_masks, stuff_of(network, rule.fill)
    return Merged(shown, network, rule, trace_merge(*given, *rule[:3]))


def as_segments(merged_map: Panoptic) -> Segments:
    """A merged map as segments with names."""
    names = tuple(CLASSES[one.label] for one in merged_map.segments)
    return Segments(
        merged_map.segment, names, tuple(one.detection is not None for one in merged_map.segments)
    )


def selected(made: Merged, point: Sequence[float]) -> Selected:
    """What is selected at a point (x, y); without one at a pixel that two instances claim, or of the largest."""
    height, width = made.picture.image.shape[:2]
    x, y = (int(part) for part in point) if point else usual_point(made)
    x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    assert made.network.semantic_labels is not None
    return Selected(
        pixel=(x, y),
        claims=tuple(one for one in made.instances if made.masks[one.detection, y, x]),
        label=int(made.network.semantic_labels[y, x]),
        segment=int(made.merged.segment[y, x]),
        true=None if made.truth is None else int(made.truth.map[y, x]),
    )


def usual_point(made: Merged) -> tuple[int, int]:
    """A pixel inside the largest instance that was pasted; the picture's middle without one."""
    import cv2

    pasted = [one for one in made.trial.candidates if one.verdict == "pasted"]
    height, width = made.merged.segment.shape
    if not pasted:
        return width // 2, height // 2
    best = max(pasted, key=lambda one: one.area - one.taken)
    inside = np.pad((made.merged.segment == best.segment).astype(np.uint8), 1)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 3)[1:-1, 1:-1]
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(x), int(y)


def quality_under(made: Merged, rule: Rule) -> float | None:
    """PQ of the picture under another rule; kept, since each move of a slider asks for it."""
    key = ("panoptic quality", made.picture.key, rule)

    def compute() -> float:
        other = judged(made.picture, made.network, rule).quality
        return -1.0 if other is None or other.pq is None else other.pq

    found = KEPT.get(key, compute, size=lambda _: BYTES_OF_NUMBER)
    return None if found < 0 else found


def mean_iou(prediction: Segments, truth: Segments) -> float | None:
    """Mean IoU of a panoptic map by class: instances of one class are one region, and void is no class.

    >>> truth = Segments(np.array([[1, 1, 2, 3]]), ("road", "ball", "ball"), (False, True, True))
    >>> mean_iou(Segments(np.array([[1, 2, 2, 2]]), ("road", "ball"), (False, True)), truth)
    0.58...
    """
    known = truth.map > 0
    said, true = (
        np.array([-1, *(CLASSES.index(name) for name in one.names)])[one.map][known]
        for one in (prediction, truth)
    )
    ious = []
    for label in range(len(CLASSES)):
        union = int(((said == label) | (true == label)).sum())
        if union:
            ious.append(int(((said == label) & (true == label)).sum()) / union)
    return sum(ious) / len(ious) if ious else None
