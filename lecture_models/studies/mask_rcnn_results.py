"""What lesson A5 asks of a network: a gallery's scene, what it found in it and what not, each thing with its name.

Galleries are found by rule (:mod:`lecture_models.evaluation.galleries`) among the scenes from a picture on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lecture_models import pictures, segments, zoo
from lecture_models.evaluation.comparison import Comparison, compare
from lecture_models.evaluation.errors import Error, Errors
from lecture_models.evaluation.galleries import (
    CROWD,
    GALLERIES,
    NAMES,
    SMALL,
    Finding,
    failures,
    strongest,
    strongest_first,
)
from lecture_models.evaluation.matching import NOTHING, Matching
from lecture_models.scenes import THINGS, Scene

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace

LOOKED = 16
"""Most scenes that a gallery looks at: 20 ms each."""
LOOKED_BY_NETWORK = 6
"""The same for failures, which need the picture and a forward pass."""
LAST_SEED = 999_999


class Numbered(NamedTuple):
    """An object by its class and its number within it; as text "ball 2"."""

    name: str
    number: int

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


def numbered(names: Sequence[str], matched: Sequence[int], truth: Sequence[str] = ()) -> list[Numbered]:
    """Objects with their numbers, as :func:`segments.numbered` gives them."""
    return list(map(Numbered, names, segments.numbered(names, matched, truth)))


class Overlap(NamedTuple):
    """What a found thing shares with its detection: pixels of the detection, of the thing and of both, the IoU."""

    detection: int
    found: int
    true: int
    shared: int
    iou: float


@dataclass(frozen=True)
class GalleryScene:
    """A scene and why it is shown.

    Args:
        picture: The picture with its truth.
        trace: What the network computed.
        comparison: Truth, detections and errors.
        gallery: "this", or one of galleries.NAMES.
        looked: Seeds that were looked at.
        finding: How strongly it shows what the gallery asks for; members count within the scene's things.
    """

    picture: pictures.Picture
    trace: RCNNTrace
    comparison: Comparison
    gallery: str
    looked: range
    finding: Finding

    @property
    def scene(self) -> Scene:
        """The truth."""
        return self.comparison.scene

    @property
    def errors(self) -> Errors:
        """What is wrong."""
        return self.comparison.errors

    @property
    def matching(self) -> Matching:
        """What belongs to what; its ``kept`` are the detections that count, of which others below are lists."""
        return self.comparison.errors.matching

    def errors_at(self, score: float) -> Errors:
        """What would be wrong at another score."""
        return compare(self.scene, self.trace, score).errors

    @cached_property
    def things(self) -> list[Numbered]:
        """The things of the scene, numbered."""
        names = [thing.name for thing in self.scene.things]
        return numbered(names, range(len(names)), names)

    @cached_property
    def matches(self) -> tuple[int, ...]:
        """For each kept detection the thing of the scene that it belongs to, -1 for none."""
        things = self.comparison.things
        return tuple(int(things[t]) if t >= 0 else -1 for t in self.matching.truth)

    @cached_property
    def detections(self) -> list[Numbered]:
        """The kept detections; one that belongs to a thing has that thing's number."""
        names = [self.comparison.classes[label] for label in self.comparison.found.labels[self.matching.kept]]
        return numbered(names, self.matches, [one.name for one in self.things])

    @property
    def prediction_map(self) -> np.ndarray:
        """The kept detections as int32 [H, W], 0 for none; where two overlap, the surer one is seen."""
        masks = self.comparison.found.masks[self.matching.kept]
        return segments.best_first(masks, [one.name for one in self.detections]).map

    @cached_property
    def missed(self) -> dict[int, Error]:
        """Things of the scene that were not found, and why; without those that are not judged."""
        gone = [one for one in self.errors.items if not one.false_positive]
        return {int(self.comparison.things[one.truths[0]]): one for one in gone}

    @cached_property
    def wrong(self) -> dict[int, Error]:
        """Kept detections that are false positives, and why."""
        places = {int(detection): k for k, detection in enumerate(self.matching.kept)}
        return {places[one.detections[0]]: one for one in self.errors.items if one.false_positive}

    @cached_property
    def scores(self) -> list[float]:
        """Score of each kept detection."""
        return self.comparison.found.scores[self.matching.kept].tolist()

    @cached_property
    def boxes(self) -> list[list[float]]:
        """Box of each kept detection, xyxy in picture pixels."""
        return self.comparison.found.boxes[self.matching.kept].tolist()

    @cached_property
    def overlaps(self) -> dict[int, Overlap]:
        """Things that were found, each with the detection that belongs to it."""
        made, found = self.matching, {}
        for k, (thing, t) in enumerate(zip(self.matches, made.truth, strict=True)):
            if thing >= 0:
                pixels = int(made.found_area[k]), int(made.true_area[t]), int(made.shared[k, t])
                found[thing] = Overlap(k, *pixels, float(made.mask_iou[k, t]))
        return found

    @property
    def precision_recall(self) -> tuple[str, int, int, int]:
        """The class with the most true instances, and its true positives, false positives and missed instances."""
        made, one = self.matching, self.comparison
        counts = np.bincount(one.truth.labels, minlength=len(one.classes))
        best = int(counts.argmax())
        said = one.found.labels[made.kept] == best
        hits, wrong = int((said & (made.truth >= 0)).sum()), int((said & (made.truth == NOTHING)).sum())
        return one.classes[best], hits, wrong, int(counts[best]) - hits

    def arrays(self) -> dict[str, Any]:
        """What was judged and how, for saving: names, masks, IoUs and errors."""
        return {
            "scene": self.picture.key,
            "things": [str(self.things[k]) for k in self.comparison.things],
            "detections": list(map(str, self.detections)),
            "scores": np.array(self.scores),
            "matched": self.matching.truth,
            "mask_iou": self.matching.mask_iou,
            "box_iou": self.matching.box_iou,
            "errors": [one.kind for one in self.errors.items],
            "true": self.comparison.truth.masks,
            "found": self.comparison.found.masks[self.matching.kept],
        }

    def why(self) -> str:
        """What makes this scene the gallery's, and which classes alone are judged, in a sentence or two."""
        known = self.comparison.classes
        only = f" Judged are only {' and '.join(known)}: this network knows no other class of the scenes."
        if not self.things:
            return f"Nothing is placed in scene {self.scene.seed}. Turn up Things in the scene settings."
        start = f"Scene {self.scene.seed}, "
        start += (
            "as it is." if self.gallery == "this" else f"found among {self.looked[0]} to {self.looked[-1]}: "
        )
        return start + self._finding() + (only if len(known) < len(THINGS) else "")

    def _finding(self) -> str:
        if self.gallery == "this":
            return ""
        count, second = self.finding.strength
        members = ", ".join(str(self.things[thing]) for thing in self.finding.members)
        if self.gallery == "crowd":
            few = "" if count >= CROWD else f" Fewer than {CROWD} are no crowd: turn up Crowding or Things."
            return f"a group of {count} of one class whose boxes overlap or touch ({members}).{few}"
        if self.gallery == "cut":
            if not count:
                return "nothing is cut into parts. Turn up Occlusion or Things in the scene settings."
            return f"cut into separate parts of at least 16 px: {members}."
        if self.gallery == "small":
            mean = f", {-second} px on average" if count else ""
            things = "thing" if count == 1 else "things"
            return f"{count} {things} of less than {round(SMALL**0.5)}² visible pixels{mean}."
        wrong = "error" if count == 1 else "errors"
        return (
            f"{count} {wrong} at IoU 0.5: false positives {second}, missed instances {count - second}. "
            f"Only {len(self.looked)} scenes are looked at, since each needs a forward pass."
        )


def looked_at(gallery: str, scenes: int) -> int:
    """How many of so many scenes a gallery looks at.

    >>> looked_at("crowd", 300), looked_at("failures", 300), looked_at("crowd", 4), looked_at("this", 4)
    (16, 6, 4, 1)
    """
    return max(1, min(scenes, {"this": 1, "failures": LOOKED_BY_NETWORK}.get(gallery, LOOKED)))


def find(
    picture: str,
    network: str,
    gallery: str = "this",
    rank: int = 1,
    scenes: int = LOOKED,
    score: float = 0.5,
) -> GalleryScene:
    """The scene that a gallery shows, with a network's detections and errors.

    Args:
        picture: Key of a scene; the gallery looks at this seed and those that follow, with its settings. Only the
            scene that it shows is rendered.
        network: A network of the zoo with masks.
        gallery: "this" for the scene itself, or one of galleries.NAMES.
        rank: 1 for the strongest scene, 2 for the next, and so on, as far as there are scenes.
        scenes: How many scenes to look at, as far as :func:`looked_at` says.
        score: Least score of a detection that counts.

    Raises:
        ValueError: The picture is no scene, the gallery unknown, or as :func:`comparison.compare`.
    """
    if not picture.startswith("scene:"):
        raise ValueError(
            f"Only scenes have a truth to judge by; got {pictures.quoted(picture)}. Choose a scene."
        )
    if gallery not in ("this", *NAMES):
        raise ValueError(f"A gallery is this, {', '.join(NAMES)}; got {gallery!r}.")
    first, settings = pictures.parse_scene(picture)
    seeds = range(first, min(first + looked_at(gallery, scenes), LAST_SEED + 1))

    @cache
    def seen(seed: int) -> tuple[pictures.Picture, RCNNTrace, Comparison]:
        one = pictures.resolve(pictures.scene_key(seed, settings))
        assert one.scene is not None
        trace = zoo.trace(network, one.image)
        return one, trace, compare(one.scene, trace, score)

    if gallery == "this":
        scene = pictures.resolve(picture).scene
        order = [(first, Finding((0, 0), tuple(range(len(scene.things if scene else ())))))]
    elif gallery in GALLERIES:
        order = strongest(gallery, seeds, settings)
    else:
        order = strongest_first((seed, failures(seen(seed)[2])) for seed in seeds)
    seed, finding = order[min(rank, len(order)) - 1]
    return GalleryScene(*seen(seed), gallery, seeds, finding)
