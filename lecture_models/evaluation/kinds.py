"""Which things are hard: how many of each kind were found, in full view or hidden, alone or in a crowd, large or small.

Kinds overlap, since a small thing may be hidden, too. Found means what the errors mean by it: a detection of the right
class with mask IoU of at least one half, above the score threshold.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lecture_models.scenes import Scene

from .comparison import Comparison
from .galleries import CROWD, PART, SMALL, groups, parts, truth_in

TINY = 16**2
"""Visible pixels: COCO's small is this, at the size of our scenes (detection.AREAS)."""
ALL, VIEW, HIDDEN, CROWDED = "all things", "in full view", "partly hidden", "in a crowd"
UNDER_24, UNDER_16, CUT, JOINED = "under 24² px", "under 16² px", "cut apart", "cut apart, joined"
RULES: Mapping[str, str] = {
    ALL: "every thing that is judged",
    VIEW: "nothing stands before it",
    HIDDEN: "something stands before a part of it",
    CROWDED: f"in a group of {CROWD} or more of its class whose visible boxes overlap or touch",
    UNDER_24: "fewer than 24² visible pixels",
    UNDER_16: "fewer than 16² visible pixels",
    CUT: f"its visible mask falls into parts of at least {PART} pixels",
    JOINED: "the same things, where the detection covers more than half of each such part",
}
"""The kinds in the order in which they are shown, each with its rule."""
Counts = Mapping[str, tuple[int, int]]
"""For each kind how many were found, and of how many."""


def kinds_of(scene: Scene) -> dict[str, frozenset[int]]:
    """The things of each kind, by their places in the scene; :data:`JOINED` has those of :data:`CUT`."""
    truth = truth_in(scene)
    areas = np.array([thing.area for thing in scene.things], int)
    several = [k for k in np.flatnonzero(truth.hidden) if len(parts(scene.instance == k + 1)) > 1]
    members = {
        ALL: range(len(areas)),
        VIEW: np.flatnonzero(~truth.hidden),
        HIDDEN: np.flatnonzero(truth.hidden),
        CROWDED: [k for group in groups(truth) if len(group) >= CROWD for k in group],
        UNDER_24: np.flatnonzero(areas < SMALL),
        UNDER_16: np.flatnonzero(areas < TINY),
        CUT: several,
        JOINED: several,
    }
    return {kind: frozenset(int(k) for k in members[kind]) for kind in RULES}


def found_by_kind(comparison: Comparison) -> dict[str, tuple[int, int]]:
    """How many things of each kind were found, and of how many that are judged.

    Args:
        comparison: A scene beside what a network says of it.
    """
    matching, places = comparison.errors.matching, comparison.things
    of = {int(places[t]): k for k, t in enumerate(matching.truth) if t >= 0}
    judged = frozenset(int(place) for place in places)
    counts = {}
    for kind, members in kinds_of(comparison.scene).items():
        asked = members & judged
        hits = [thing for thing in asked if thing in of]
        if kind == JOINED:
            masks = comparison.found.masks[matching.kept]
            hits = [
                thing for thing in hits if joins(masks[of[thing]], comparison.scene.instance == thing + 1)
            ]
        counts[kind] = (len(hits), len(asked))
    return counts


def joins(found: np.ndarray, true: np.ndarray) -> bool:
    """Whether a mask covers more than half of each part, of at least 16 pixels, of a thing that is cut apart.

    Args:
        found: bool [H, W].
        true: bool [H, W], the visible pixels of the thing.

    >>> true = np.array([[1, 1, 0, 1, 1]] * 10, bool)
    >>> joins(np.array([[1, 1, 0, 0, 0]] * 10, bool), true), joins(np.array([[1, 1, 1, 1, 1]] * 10, bool), true)
    (False, True)
    """
    from scipy import ndimage

    labels, count = ndimage.label(true, np.ones((3, 3), bool))
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    covered = np.bincount(labels[found], minlength=count + 1)
    large = np.flatnonzero(sizes[1:] >= PART) + 1
    return bool((2 * covered[large] > sizes[large]).all())
