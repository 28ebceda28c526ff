"""The measurement that tells as it goes: its last word is evaluate's, its counts add up, its memory is bounded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from lecture_models import zoo
from lecture_models.evaluation import evaluate
from lecture_models.evaluation.cards import KEPT, Worst, cards_of
from lecture_models.evaluation.comparison import Comparison, compare
from lecture_models.evaluation.measurement import MAX_SCENES, Measurement, measure, see
from lecture_models.scenes import THINGS, SceneSettings, render

pytestmark = pytest.mark.usefixtures("network")

SCENES = 4
KEYS = [f"{kind}_ap{at}" for kind in ("box", "mask") for at in ("", "50", "75")]


@pytest.fixture(scope="module")
def told(network: None) -> list[Measurement]:
    return list(measure("panoptic_fpn", 7, SCENES, score=0.3, seconds=0.0))


@pytest.fixture(scope="module")
def compared(network: None) -> Comparison:
    scene = render(7)
    return compare(scene, see("panoptic_fpn", scene.image), 0.1)


def check_equal(ap: Any, whole: dict[str, Any]) -> None:
    assert {key: ap[key] for key in KEYS} == {key: whole[key] for key in KEYS}
    assert ap["by_size"] == whole["by_size"]
    for name, values in ap["by_class"].items():
        assert {key: whole["by_class"][name][key] for key in values} == values


def test_the_last_word_is_evaluates(told: list[Measurement]):
    assert [one.done for one in told] == [1, 2, 3, 4]
    assert {one.total for one in told} == {SCENES}
    assert (told[-1].ap_of, told[-1].classes) == (SCENES, THINGS)
    check_equal(told[-1].ap, evaluate(zoo.load("panoptic_fpn"), 7, SCENES))


def test_each_word_is_evaluates_of_the_scenes_so_far(told: list[Measurement]):
    check_equal(told[1].ap, evaluate(zoo.load("panoptic_fpn"), 7, told[1].ap_of))


def test_counts_add_up_scene_by_scene(told: list[Measurement]):
    things = 0
    for seed, one in enumerate(told, start=7):
        things += len(render(seed).things)
        assert one.true_positives + one.missed == things
        assert one.false_positives + one.missed == sum(map(sum, one.counts.values()))
    kept = int((see("panoptic_fpn", render(7).image).scores >= 0.3).sum())
    first = told[0]
    assert first.true_positives + first.false_positives + first.in_void == kept


def test_a_network_of_other_classes_is_judged_on_the_shared_ones(monkeypatch: pytest.MonkeyPatch):
    from torchvision.models import get_model_weights
    from torchvision.models.detection import maskrcnn_resnet50_fpn

    torch.manual_seed(0)
    sizes = {"min_size": 96, "max_size": 128, "box_score_thresh": 0.0, "box_detections_per_img": 30}
    made: Any = maskrcnn_resnet50_fpn(weights=None, weights_backbone=None, **sizes).eval()
    made.name = "maskrcnn_resnet50_fpn"
    made.classes = tuple(get_model_weights("maskrcnn_resnet50_fpn").DEFAULT.meta["categories"])
    monkeypatch.setattr(zoo, "load", lambda name, progress=None: made)
    last = list(measure("maskrcnn_resnet50_fpn", 7, 1, score=0.0))[-1]
    assert last.classes == ("ball", "person")
    check_equal(last.ap, evaluate(made, 7, 1))
    assert last.strangers > 0
    known = sum(thing.name in last.classes for thing in render(7).things)
    assert last.true_positives + last.missed == known


def test_settings_are_those_of_the_scenes():
    few = SceneSettings(things=2)
    (one,) = measure("panoptic_fpn", 3, 1, few)
    assert one.true_positives + one.missed == len(render(3, few).things)
    assert one.settings == few


def test_no_trace_is_kept():
    zoo.trace("panoptic_fpn", render(42).image)
    before = zoo.KEPT.nbytes, len(zoo.KEPT)
    next(measure("panoptic_fpn", 50, 1))
    assert (zoo.KEPT.nbytes, len(zoo.KEPT)) == before


def test_it_can_be_stopped_between_scenes():
    running = measure("panoptic_fpn", 20, MAX_SCENES)
    assert next(running).done == 1
    running.close()
    assert next(running, None) is None


def test_the_strongest_scene_of_each_gallery_is_kept(told: list[Measurement]):
    for gallery, (seed, found) in told[-1].strongest.items():
        firsts = [one.strongest[gallery][1].strength for one in told]
        assert firsts == sorted(firsts)
        assert found.strength == firsts[-1]
        assert 7 <= seed < 7 + SCENES
    errors = [sum(map(sum, one.counts.values())) for one in told]
    most = int(np.diff([0, *errors]).max())
    assert told[-1].strongest["failures"][1].strength[0] == most


@pytest.mark.parametrize(
    ("first", "scenes", "said"),
    [
        (0, 0, "From 1 to 1000 scenes"),
        (0, MAX_SCENES + 1, "From 1 to 1000 scenes"),
        (-1, 3, "lower first seed"),
        (999_999, 2, "lower first seed"),
    ],
)
def test_arguments_out_of_range_get_a_sentence(first: int, scenes: int, said: str):
    with pytest.raises(ValueError, match=said):
        next(measure("panoptic_fpn", first, scenes))


def test_a_network_without_masks_gets_a_sentence(compared: Comparison):
    trace = see("panoptic_fpn", compared.scene.image)
    without = type(trace)(**{**vars(trace), "mask_cells": trace.mask_cells[:0]})
    with pytest.raises(ValueError, match="Choose a Mask R-CNN"):
        compare(compared.scene, without, 0.5)


# ---- cards -------------------------------------------------------------------------------------------
def test_cards_are_cut_from_the_picture_with_their_masks(compared: Comparison):
    made = cards_of(compared)
    assert len(made) == len(compared.errors.incidents)
    assert sum(one.costs for one in made) == len(compared.errors.items)
    for one, group in zip(made, compared.errors.incidents, strict=True):
        x0, y0, x1, y1 = one.region
        assert np.array_equal(one.image, compared.scene.image[y0:y1, x0:x1])
        assert one.image.base is None
        assert one.true_mask.sum() == sum(int(compared.truth.masks[t].sum()) for t in group[0].truths)
        assert one.mask_iou == pytest.approx(group[0].mask_iou)


def test_only_the_worst_of_each_class_are_kept(compared: Comparison):
    worst = Worst(kept=2)
    for _ in range(5):
        worst.add(compared)
    every = cards_of(compared)
    for kind in {one.kind for one in every}:
        best = sorted((one.severity for one in every if one.kind == kind for _ in range(5)), reverse=True)[:2]
        assert [one.severity for one in worst.sorted() if one.kind == kind] == best
    assert worst.nbytes == sum(one.nbytes for one in worst.sorted())
    assert Worst().kept == KEPT
