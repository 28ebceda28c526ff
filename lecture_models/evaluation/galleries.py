"""Scenes that show what is hard, found by rule among the seeds looked at, never picked by hand.

    crowd      things of one class whose boxes overlap or touch, in one group: the more, the stronger
    cut        things cut into disconnected parts by what stands before them
    small      things of less than 24² visible pixels
    failures   errors of a network at IoU 0.5

The first three are read from the truth alone, which needs one ray a pixel and no light: about twenty times as fast
as rendering the picture. He et al. 2017, "Mask R-CNN", figures 2, 5 and 6, show such pictures of COCO.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from lecture_models.boxes import box_iou
from lecture_models.scenes import STUFF, Scene, SceneSettings, tight_box
from lecture_models.scenes.layout import compose
from lecture_models.scenes.render import MIN_PIXELS
from lecture_models.scenes.trace import first_hits

from . import SIZE

if TYPE_CHECKING:
    from .comparison import Comparison

CROWD = 3
"""Least members of a crowd."""
PART = 16
"""Least visible pixels of a part that counts."""
SMALL = 24**2
"""Visible pixels: a thing with fewer is small."""


@dataclass(frozen=True)
class Truth:
    """The things of a scene as far as galleries need them.

    Args:
        labels: int [N], semantic label of each visible thing.
        instance: int32 [H, W], 0 for none, k for the k-th thing.
        hidden: bool [N], whether something stands before it.
    """

    labels: np.ndarray
    instance: np.ndarray
    hidden: np.ndarray


@dataclass(frozen=True)
class Finding:
    """How strongly a scene shows something.

    Args:
        strength: what the scenes are ordered by, the first number first.
        members: numbers (from 0) of the things that show it.
    """

    strength: tuple[int, ...]
    members: tuple[int, ...]


def truth_of(seed: int, settings: SceneSettings) -> Truth:
    """The things of a scene without its picture: the same as :func:`scenes.render` says at 256×256."""
    world = compose(seed, settings)
    hits = first_hits(world, SIZE)
    seen = np.bincount(hits.item[hits.item >= 0], minlength=len(world.items))
    things = [k for k, item in enumerate(world.items) if item.label >= len(STUFF) and seen[k] >= MIN_PIXELS]
    number = np.zeros(len(world.items) + 2, np.int32)  # items -1 and -2 are ground and sky
    number[things] = np.arange(1, len(things) + 1)
    labels = np.array([world.items[k].label for k in things], int)
    return Truth(labels, number[hits.item].reshape(SIZE, SIZE), seen[things] < hits.alone[things])


def truth_in(scene: Scene) -> Truth:
    """The same of a scene that is rendered already."""
    labels = np.array([thing.label for thing in scene.things], int)
    hidden = np.array([thing.visible < 1 for thing in scene.things], bool)
    return Truth(labels, scene.instance, hidden)


def crowd(truth: Truth) -> Finding:
    """The largest group of things of one class whose visible boxes overlap or touch, directly or in a chain.

    Touching counts, since a box's edge is where a nearer thing begins. Strength: its size, then the number of
    such pairs in it.
    """
    best = Finding((0, 0), ())
    for group, pairs in groups(truth).items():
        best = max(best, Finding((len(group), pairs), group), key=lambda found: found.strength)
    return best


def groups(truth: Truth) -> dict[tuple[int, ...], int]:
    """All such groups, those of one thing alone included, each with its number of touching pairs."""
    boxes = np.array([tight_box(truth.instance == k + 1) for k in range(len(truth.labels))]).reshape(-1, 4)
    grown = boxes + np.array([-0.5, -0.5, 0.5, 0.5])
    touch = (box_iou(grown, grown) > 0) & (truth.labels[:, None] == truth.labels)
    left, found = set(range(len(truth.labels))), {}
    while left:
        group = _reached(touch, left.pop())
        left -= set(group)
        found[tuple(group)] = int(touch[np.ix_(group, group)].sum() - len(group)) // 2
    return found


def _reached(touch: np.ndarray, start: int) -> list[int]:
    """Indices that a chain of touching leads to, in order."""
    group = np.zeros(len(touch), bool)
    group[start] = True
    while True:
        more = touch[group].any(0) | group
        if (more == group).all():
            return [int(k) for k in np.flatnonzero(group)]
        group = more


def cut(truth: Truth) -> Finding:
    """Things that something hides in part, and whose visible mask falls into parts of at least 16 pixels.

    Parts that touch at a corner are one. Strength: how many such things, then the pixels of all their parts but
    the largest.
    """
    members, lost = [], 0
    for k in np.flatnonzero(truth.hidden):
        sizes = parts(truth.instance == k + 1)
        if len(sizes) > 1:
            members.append(int(k))
            lost += sum(sizes[1:])
    return Finding((len(members), lost), tuple(members))


def parts(mask: np.ndarray) -> list[int]:
    """Pixels of a mask's connected parts of at least 16 pixels, the largest first.

    >>> parts(np.array([[1, 0, 1]] * 20, bool))
    [20, 20]
    """
    from scipy import ndimage

    labels, _ = ndimage.label(mask, np.ones((3, 3), bool))
    sizes = np.bincount(labels[labels > 0])
    return sorted((int(size) for size in sizes if size >= PART), reverse=True)


def small(truth: Truth) -> Finding:
    """Things of less than 24² visible pixels. Strength: how many, then minus their mean area."""
    areas = np.bincount(truth.instance.ravel(), minlength=len(truth.labels) + 1)[1:]
    members = np.flatnonzero(areas < SMALL)
    mean = int(areas[members].mean()) if len(members) else 0
    return Finding((len(members), -mean), tuple(int(k) for k in members))


GALLERIES: Mapping[str, Callable[[Truth], Finding]] = {"crowd": crowd, "cut": cut, "small": small}
"""The galleries that the truth decides; :func:`failures` needs a network."""
NAMES = (*GALLERIES, "failures")
"""All galleries."""


def failures(comparison: Comparison) -> Finding:
    """Things that errors are about. Strength: how many errors a scene has, then how many are false positives."""
    items = comparison.errors.items
    about = sorted({int(comparison.things[t]) for one in items for t in one.truths})
    return Finding((len(items), sum(one.false_positive for one in items)), tuple(about))


@lru_cache(maxsize=1024)
def look(seed: int, settings: SceneSettings) -> Mapping[str, Finding]:
    """What a scene shows, for each gallery of the truth; a few hundred bytes are kept of each scene."""
    truth = truth_of(seed, settings)
    return {name: rule(truth) for name, rule in GALLERIES.items()}


def strongest(gallery: str, seeds: range, settings: SceneSettings) -> list[tuple[int, Finding]]:
    """Seeds by falling strength, the lower seed first among equals.

    Args:
        gallery: a key of GALLERIES.
        seeds: the scenes to look at, about 20 ms each where they were not looked at before.
        settings: of these scenes.

    Raises:
        ValueError: there is no such gallery.

    >>> (seed, found), *_ = strongest("small", range(40, 44), SceneSettings())
    >>> found == look(seed, SceneSettings())["small"]
    True
    """
    if gallery not in GALLERIES:
        raise ValueError(f"A gallery is one of {', '.join(GALLERIES)}; got {gallery!r}.")
    return strongest_first((seed, look(seed, settings)[gallery]) for seed in seeds)


def strongest_first(looked: Iterable[tuple[int, Finding]]) -> list[tuple[int, Finding]]:
    """The same of seeds with what was found in them."""
    return sorted(looked, key=lambda one: (*(-part for part in one[1].strength), one[0]))
