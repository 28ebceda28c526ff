"""Kinds of things and how many of each were found: by hand, as galleries and errors say it, and over many scenes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lecture_models import zoo
from lecture_models.evaluation import SIZE, kinds
from lecture_models.evaluation.comparison import compare
from lecture_models.evaluation.galleries import crowd, groups, small, truth_in
from lecture_models.evaluation.measurement import measure
from lecture_models.scenes import SceneSettings, render

pytestmark = pytest.mark.usefixtures("network")
BUSY = SceneSettings(things=16, crowding=0.8, occlusion=0.8)


def scene_of(instance: np.ndarray, labels: list[int], visible: list[float]) -> Any:
    areas = np.bincount(instance.ravel(), minlength=len(labels) + 1)[1:]
    things = [
        SimpleNamespace(label=label, area=int(area), visible=seen)
        for label, area, seen in zip(labels, areas, visible, strict=True)
    ]
    return SimpleNamespace(things=things, instance=instance)


def test_kinds_by_hand():
    # 40 × 40:   1 1 1 1        1: 160 px in two parts of 80 (columns 0-9 and 30-39 of rows 0-7), behind 2
    #            2 2 2 2        2, 3, 4: one class, one below the other, touching; 2 is 20 × 30 = 600 px
    #            3 3 3 3
    instance = np.zeros((40, 40), np.int32)
    instance[:8, :10] = instance[:8, 30:] = 1
    instance[8:28, :30] = 2
    instance[28:34, :30] = 3
    instance[34:, :20] = 4
    scene = scene_of(instance, [5, 6, 6, 6], [0.4, 1.0, 1.0, 0.9])
    found = {kind: sorted(members) for kind, members in kinds.kinds_of(scene).items()}
    assert found == {
        "all things": [0, 1, 2, 3],
        "in full view": [1, 2],
        "partly hidden": [0, 3],
        "in a crowd": [1, 2, 3],
        "under 24² px": [0, 2, 3],
        "under 16² px": [0, 2, 3],
        "cut apart": [0],
        "cut apart, joined": [0],
    }


def test_joining_needs_every_large_part():
    true = np.zeros((20, 30), bool)
    true[:, :8] = true[:, 20:28] = True
    true[0, 12] = True  # too small to be asked for
    half = np.zeros_like(true)
    half[:, :8] = True
    assert not kinds.joins(half, true)
    half[:11, 20:28] = True
    assert kinds.joins(half, true)
    half[10, 20:28] = False
    assert not kinds.joins(half, true), "exactly half is not more than half"


@pytest.mark.parametrize("seed", [3, 8, 42])
def test_kinds_are_those_of_the_galleries_and_divide_all_things(seed: int):
    scene = render(seed, BUSY, SIZE)
    found, truth = kinds.kinds_of(scene), truth_in(scene)
    assert found["in full view"] | found["partly hidden"] == found["all things"]
    assert not found["in full view"] & found["partly hidden"]
    assert found["under 16² px"] <= found["under 24² px"] == set(small(truth).members)
    assert found["cut apart"] <= found["partly hidden"]
    largest = crowd(truth)
    assert largest.members in groups(truth)
    assert (set(largest.members) <= found["in a crowd"]) == (len(largest.members) >= 3)
    assert sorted(k for group in groups(truth) for k in group) == list(range(len(scene.things)))


def test_counts_are_those_of_the_errors():
    scene = render(42, BUSY, SIZE)
    compared = compare(scene, zoo.trace("panoptic_fpn", scene.image), 0.4)
    counts = kinds.found_by_kind(compared)
    gone = sum(missed for _, missed in compared.errors.counts.values())
    assert counts["all things"] == (compared.errors.true_positives, compared.errors.true_positives + gone)
    pairs = [counts["in full view"], counts["partly hidden"]]
    assert tuple(map(sum, zip(*pairs, strict=True))) == counts["all things"]
    assert counts["cut apart, joined"][0] <= counts["cut apart"][0] <= counts["cut apart"][1]


def test_a_measurement_adds_its_scenes_up():
    (*_, last) = measure("panoptic_fpn", 42, 2, BUSY, 0.4)
    scenes = [render(seed, BUSY, SIZE) for seed in (42, 43)]
    each = [
        kinds.found_by_kind(compare(scene, zoo.trace("panoptic_fpn", scene.image), 0.4)) for scene in scenes
    ]
    for kind, pair in last.kinds.items():
        assert pair == tuple(map(sum, zip(*(one[kind] for one in each), strict=True)))


@pytest.mark.slow
def test_the_hard_cases_are_harder_than_things_in_full_view():
    """The lesson's headline."""
    if "panoptic_fpn" not in zoo.names() or not zoo.card("panoptic_fpn").steps:
        pytest.skip("it is not trained here")
    (*_, last) = measure("panoptic_fpn", 0, 24, seconds=1e9)
    recall = {kind: hits / count for kind, (hits, count) in last.kinds.items()}
    for kind in ("partly hidden", "in a crowd", "under 24² px", "under 16² px", "cut apart"):
        assert recall[kind] < recall["in full view"] - 0.1, (kind, recall)
    assert recall["cut apart, joined"] < recall["cut apart"]
