"""One scene on show: found for a gallery among the scenes from a picture on, judged, its things with their names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from lecture_models import pictures, segments, zoo
from lecture_models.scenes import Scene

from .errors import Error
from .galleries import CROWD, GALLERIES, SMALL, Found, strongest
from .judged import Judged, failures, judge
from .matching import NOTHING

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace

LOOKED = 16
"""Most scenes that a gallery looks at: 20 ms each."""
LOOKED_BY_NETWORK = 6
"""The same for failures, which need the picture and a forward pass."""
LAST_SEED = 999_999
RULES = (*GALLERIES, "failures")


@dataclass(frozen=True)
class Exhibit:
    """A scene and why it is shown.

    Args:
        picture: The picture with its truth.
        trace: What the network computed.
        judged: Truth, detections and errors.
        gallery: "this", or one of RULES.
        looked: Seeds that were looked at.
        found: How strongly it shows what the gallery asks for; members count within the scene's things.
    """

    picture: pictures.Picture
    trace: RCNNTrace
    judged: Judged
    gallery: str
    looked: range
    found: Found

    @property
    def scene(self) -> Scene:
        """The truth."""
        return self.judged.scene

    @cached_property
    def true_numbers(self) -> tuple[int, ...]:
        """A number for each thing of the scene within its class, from 1."""
        names = [thing.name for thing in self.scene.things]
        return tuple(segments.numbered(names, range(len(names)), names))

    @cached_property
    def matches(self) -> tuple[int, ...]:
        """For each kept detection the thing of the scene that it belongs to, -1 for none."""
        things = self.judged.things
        return tuple(int(things[t]) if t >= 0 else -1 for t in self.judged.errors.matching.truth)

    @cached_property
    def found_names(self) -> tuple[str, ...]:
        """Class of each kept detection."""
        found = self.judged.found
        return tuple(self.judged.classes[found.labels[k]] for k in self.judged.errors.matching.kept)

    @cached_property
    def found_numbers(self) -> tuple[int, ...]:
        """A number for each kept detection within its class; one that belongs to a thing has that thing's."""
        names = [thing.name for thing in self.scene.things]
        return tuple(segments.numbered(self.found_names, self.matches, names))

    @property
    def prediction_map(self) -> np.ndarray:
        """The kept detections as int32 [H, W], 0 for none; where two overlap, the surer one is seen."""
        masks = self.judged.found.masks[self.judged.errors.matching.kept]
        return segments.best_first(masks, self.found_names).map

    def true_title(self, thing: int) -> str:
        """Name and number of a thing, such as "ball 2"."""
        return f"{self.scene.things[thing].name} {self.true_numbers[thing]}"

    def found_title(self, k: int) -> str:
        """Name and number of a kept detection."""
        return f"{self.found_names[k]} {self.found_numbers[k]}"

    def error_of(self, thing: int) -> Error | None:
        """Why a thing of the scene was not found; None for one that was, or that is not judged."""
        places = {int(one): t for t, one in enumerate(self.judged.things)}
        missed = {one.truths[0]: one for one in self.judged.errors.items if not one.false_positive}
        return missed.get(places.get(thing, -1))

    def wrong(self, k: int) -> Error | None:
        """The error of a kept detection; None for a hit and for one that is not judged."""
        detection = int(self.judged.errors.matching.kept[k])
        heads = {one.detections[0]: one for one in self.judged.errors.items if one.false_positive}
        return heads.get(detection)

    @cached_property
    def scores(self) -> tuple[float, ...]:
        """Score of each kept detection."""
        return tuple(float(self.judged.found.scores[k]) for k in self.judged.errors.matching.kept)

    @cached_property
    def boxes(self) -> tuple[tuple[float, ...], ...]:
        """Box of each kept detection, xyxy in picture pixels."""
        kept = self.judged.found.boxes[self.judged.errors.matching.kept]
        return tuple(tuple(float(side) for side in box) for box in kept)

    def arrays(self) -> dict[str, Any]:
        """What was judged and how, for saving: names, masks, IoUs and errors."""
        result = self.judged.errors
        return {
            "scene": self.picture.key,
            "things": [self.true_title(int(k)) for k in self.judged.things],
            "detections": [self.found_title(k) for k in range(len(self.scores))],
            "scores": np.array(self.scores),
            "matched": result.matching.truth,
            "mask_iou": result.matching.mask_iou,
            "box_iou": result.matching.box_iou,
            "errors": [one.kind for one in result.items],
            "true": self.judged.truth.masks,
            "found": self.judged.found.masks[result.matching.kept],
        }

    def iou_parts(self, thing: int) -> tuple[int, int, int, float] | None:
        """Pixels of a found thing's detection, of the thing and of both, and their IoU; None if it was not found."""
        if thing not in self.matches:
            return None
        k, made = self.matches.index(thing), self.judged.errors.matching
        t = int(made.truth[k])
        return (
            int(made.found_area[k]),
            int(made.true_area[t]),
            int(made.shared[k, t]),
            float(made.mask_iou[k, t]),
        )

    @property
    def precision_recall(self) -> tuple[str, int, int, int]:
        """The class with the most true instances, and its true positives, false positives and missed instances."""
        made, judged = self.judged.errors.matching, self.judged
        counts = np.bincount(judged.truth.labels, minlength=len(judged.classes))
        best = int(counts.argmax())
        said = judged.found.labels[made.kept] == best
        hits, wrong = int((said & (made.truth >= 0)).sum()), int((said & (made.truth == NOTHING)).sum())
        return judged.classes[best], hits, wrong, int(counts[best]) - hits

    def why(self) -> str:
        """What makes this scene the gallery's, in a sentence or two."""
        here = f"Scene {self.scene.seed}"
        if self.gallery == "this":
            return f"{here}, as it is."
        one, last = self.looked[0], self.looked[-1]
        start = f"{here}, of {one} to {last}: "
        return start + self._finding()

    def _finding(self) -> str:
        count, second = self.found.strength
        members = ", ".join(self.true_title(thing) for thing in self.found.members)
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
        return f"{count} {wrong} at IoU 0.5: false positives {second}, missed instances {count - second}."


def exhibit(
    picture: pictures.Picture,
    network: str,
    gallery: str = "this",
    rank: int = 1,
    scenes: int = LOOKED,
    score: float = 0.5,
) -> Exhibit:
    """The scene that a gallery shows, with a network's detections and errors.

    Args:
        picture: A scene; the gallery looks at this seed and those that follow, with its settings.
        network: A network of the zoo with masks.
        gallery: "this" for the scene itself, or one of RULES.
        rank: 1 for the strongest scene, 2 for the next, and so on, as far as there are scenes.
        scenes: How many scenes to look at, at most LOOKED (for failures LOOKED_BY_NETWORK).
        score: Least score of a detection that counts.

    Raises:
        ValueError: The picture is no scene, the gallery unknown, or as :func:`judged.judge`.
    """
    if picture.scene is None:
        raise ValueError(f"Only scenes have a truth to judge by; got {picture.title}. Choose a scene.")
    if gallery not in ("this", *RULES):
        raise ValueError(f"A gallery is this, {', '.join(RULES)}; got {gallery!r}.")
    first, settings = picture.scene.seed, picture.scene.settings
    most = {"this": 1, "failures": LOOKED_BY_NETWORK}.get(gallery, LOOKED)
    seeds = range(first, min(first + max(1, min(scenes, most)), LAST_SEED + 1))

    def judged(seed: int) -> tuple[pictures.Picture, RCNNTrace, Judged]:
        one = pictures.resolve(pictures.scene_key(seed, settings))
        assert one.scene is not None
        trace = zoo.trace(network, one.image)
        return one, trace, judge(one.scene, trace, score)

    if gallery in GALLERIES:
        order = strongest(gallery, seeds, settings)
        seed, found = order[min(rank, len(order)) - 1]
    elif gallery == "failures":
        failed = sorted(((seed, failures(judged(seed)[2])) for seed in seeds), key=_worst_first)
        seed, found = failed[min(rank, len(failed)) - 1]
    else:
        seed, found = first, Found((0, 0), tuple(range(len(picture.scene.things))))
    return Exhibit(*judged(seed), gallery, seeds, found)


def _worst_first(one: tuple[int, Found]) -> tuple[int, ...]:
    return (*(-part for part in one[1].strength), one[0])
