"""AP, errors and galleries over many scenes, told scene by scene, so that one can watch and stop.

Each scene is rendered, looked at once by the network and forgotten; nothing of it enters the zoo's cache of traces.
What stays is pycocotools' boxes and run lengths (a few hundred bytes a thing), the counts, the worst cards
and the strongest scene of each gallery.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from lecture_models import zoo
from lecture_models.devices import gpu
from lecture_models.scenes import SceneSettings, render

from . import SIZE, check_unseen
from .cards import Card, Worst
from .comparison import Comparison, compare
from .detection import AveragePrecision
from .errors import RULES
from .galleries import GALLERIES, Finding, failures, truth_in
from .kinds import RULES as KINDS
from .kinds import Counts, found_by_kind
from .matching import IN_VOID

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace

MAX_SCENES = 1000
SECONDS = 1.0
"""Least time between two computations of the AP, and at most a fifth of all time goes into them."""


@dataclass(frozen=True)
class Measurement:
    """What is known after ``done`` scenes of ``total``.

    Args:
        done, total: scenes.
        first_seed: the others follow one by one.
        settings: of all scenes.
        network: its name in the zoo.
        score: least score of a detection that can be an error.
        classes: that were judged.
        ap: as :meth:`detection.AveragePrecision.compute` returns it, of the first ``ap_of`` scenes; None before.
        ap_of: scenes in ``ap``.
        true_positives: detections above the score that belong to an instance.
        counts: for each class of errors (false positives, missed instances).
        kinds: for each kind of things (found, of how many), see :mod:`kinds`.
        in_void: detections above the score that are not judged, since they lie in void.
        strangers: detections above the score of classes that no scene has.
        worst: cards, worst first; a new tuple only where ``ap`` is new too, since cutting and sending them takes
            time.
        strongest: for each gallery (seed, how strongly), "failures" included; the earlier one of equals.
        seconds: since the start.
    """

    done: int
    total: int
    first_seed: int
    settings: SceneSettings
    network: str
    score: float
    classes: tuple[str, ...] = ()
    ap: Mapping[str, Any] | None = None
    ap_of: int = 0
    true_positives: int = 0
    counts: Mapping[str, tuple[int, int]] = field(default_factory=lambda: dict.fromkeys(RULES, (0, 0)))
    kinds: Counts = field(default_factory=lambda: dict.fromkeys(KINDS, (0, 0)))
    in_void: int = 0
    strangers: int = 0
    worst: tuple[Card, ...] = ()
    strongest: Mapping[str, tuple[int, Finding]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def false_positives(self) -> int:
        """Detections that belong to no instance."""
        return sum(wrong for wrong, _ in self.counts.values())

    @property
    def missed(self) -> int:
        """True instances without a detection."""
        return sum(gone for _, gone in self.counts.values())


def measure(
    network: str,
    first_seed: int,
    scenes: int,
    settings: SceneSettings = SceneSettings(),
    score: float = 0.5,
    seconds: float = SECONDS,
) -> Iterator[Measurement]:
    """Measure a network of the zoo on the scenes `first_seed` … at 256×256, and tell after each.

    The last result's AP is that of :func:`evaluation.evaluate` on the same scenes.

    Args:
        network: A panoptic or detection network with masks.
        first_seed: Below 1,000,000, with all the others: later ones were trained on.
        scenes: How many, 1 to 1000.
        settings: What is in the scenes.
        score: Least score of a detection that can be an error; the AP takes all detections.
        seconds: Least time between two computations of the AP.

    Raises:
        ValueError: An argument is out of range, or the network has no masks or no class of the scenes.
    """
    if not 1 <= scenes <= MAX_SCENES:
        raise ValueError(f"From 1 to {MAX_SCENES} scenes can be measured at once; got {scenes!r}.")
    check_unseen(first_seed, scenes)
    tally = Tally(network, first_seed, scenes, settings, score, seconds)
    for seed in range(first_seed, first_seed + scenes):
        scene = render(seed, settings, SIZE)
        tally.update(compare(scene, see(network, scene.image), score))
        yield tally.told()


@gpu
def see(network: str, image: np.ndarray) -> RCNNTrace:
    """One forward pass that no cache keeps."""
    from lecture_models.nets.rcnn_trace import trace_rcnn

    with zoo.using(network) as net:
        return trace_rcnn(net, image)  # type: ignore[arg-type]


class Tally:
    """What has been measured so far; fed scene by scene."""

    def __init__(
        self, network: str, first_seed: int, total: int, settings: SceneSettings, score: float, seconds: float
    ) -> None:
        self._fixed: dict[str, Any] = {"total": total, "first_seed": first_seed, "settings": settings}
        self._fixed |= {"network": network, "score": score}
        self._least = seconds
        self._precision: AveragePrecision | None = None
        self._classes: tuple[str, ...] = ()
        self._done = self._true = self._in_void = self._strangers = 0
        self._counts = {kind: np.zeros(2, int) for kind in RULES}
        self._kinds = {kind: np.zeros(2, int) for kind in KINDS}
        self._worst = Worst()
        self._strongest: dict[str, tuple[int, Finding]] = {}
        self._ap: dict[str, Any] | None = None
        self._ap_of = 0
        self._shown: tuple[Card, ...] = ()
        self._begun = self._next = time.monotonic()

    def update(self, comparison: Comparison) -> None:
        """Add a scene."""
        if self._precision is None:
            self._classes = comparison.classes
            self._precision = AveragePrecision(comparison.classes)
        self._precision.update(comparison.truth, comparison.found)
        self._done += 1
        errors = comparison.errors
        self._true += errors.true_positives
        self._in_void += int((errors.matching.truth == IN_VOID).sum())
        self._strangers += comparison.strangers
        for kind, pair in errors.counts.items():
            self._counts[kind] += pair
        for kind, pair in found_by_kind(comparison).items():
            self._kinds[kind] += pair
        self._worst.add(comparison)
        self._compare(comparison)

    def _compare(self, comparison: Comparison) -> None:
        """Keep the scene if it shows something more strongly than those before."""
        truth = truth_in(comparison.scene)
        found = {name: rule(truth) for name, rule in GALLERIES.items()}
        found["failures"] = failures(comparison)
        for name, one in found.items():
            if name not in self._strongest or one.strength > self._strongest[name][1].strength:
                self._strongest[name] = (comparison.scene.seed, one)

    def told(self) -> Measurement:
        """The results so far; the AP is computed anew only now and then, and with the last scene."""
        now = time.monotonic()
        if self._precision is not None and (now >= self._next or self._done == self._fixed["total"]):
            self._ap = self._precision.compute()
            self._ap_of, self._shown = self._done, tuple(self._worst.sorted())
            took = time.monotonic() - now
            self._next = time.monotonic() + max(self._least, 4 * took)
        return Measurement(
            done=self._done,
            classes=self._classes,
            ap=self._ap,
            ap_of=self._ap_of,
            true_positives=self._true,
            counts={kind: (int(pair[0]), int(pair[1])) for kind, pair in self._counts.items()},
            kinds={kind: (int(pair[0]), int(pair[1])) for kind, pair in self._kinds.items()},
            in_void=self._in_void,
            strangers=self._strangers,
            worst=self._shown,
            strongest=dict(self._strongest),
            seconds=time.monotonic() - self._begun,
            **self._fixed,
        )
