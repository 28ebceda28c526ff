"""What the lesson on FCN asks: predictions by hand, the pixel that is shown first, photographs, what is kept."""

from __future__ import annotations

import time

import numpy as np
import pytest

from lecture_models import pictures, zoo
from lecture_models.cache import KEPT
from lecture_models.scenes import CLASSES, VOID
from lecture_models.studies import fcn as study
from lecture_models.studies import fcn_ceilings as ceilings
from lecture_models.studies.fcn_ledger import ledger

here = set(study.NETWORKS) <= set(zoo.names())
trained = pytest.mark.skipif(not here, reason="the three networks are not trained yet")


def test_the_largest_logit_is_the_argmax_and_of_equal_ones_the_first():
    logits = np.random.default_rng(0).integers(0, 4, (9, 20, 30)).astype(np.float32)
    assert np.array_equal(study.largest(logits), logits.argmax(0))


def test_the_first_pixel_is_of_a_thing_that_the_skips_put_right():
    scene = pictures.resolve("scene:42")
    truth = scene.scene.semantic
    ball = CLASSES.index("ball")
    rows, columns = np.nonzero(truth == ball)
    right = study.Predicted(truth.astype(np.uint8), np.ones(9))
    wrong = truth.astype(np.uint8).copy()
    wrong[truth == ball] = 0
    wrong[:20, :20] = 1  # of stuff, and larger than the ball's rim
    x, y = study.turned(scene, right, study.Predicted(wrong, np.ones(9)))
    assert truth[y, x] == ball
    assert rows.min() < y < rows.max()
    assert columns.min() < x < columns.max()


def test_where_nothing_changes_the_middle_is_shown():
    scene = pictures.resolve("scene:42")
    same = study.Predicted(np.zeros((256, 256), np.uint8), np.ones(9))
    assert study.turned(scene, same, same) == (128, 128)


@trained
def test_a_pixel_of_void_has_the_predicted_class():
    for seed in range(40):
        scene = pictures.resolve(f"scene:{seed}")
        places = np.argwhere(scene.scene.semantic == VOID)
        if len(places):
            break
    y, x = map(int, places[0])
    made = study.summed(scene.key, "fcn_8s", "", (x, y), (1.0, 1.0))
    assert made.label == made.usual.labels[y, x]


@trained
def test_a_network_looks_at_a_picture_once(monkeypatch: pytest.MonkeyPatch):
    study.summed("scene:61", "fcn_8s", "", (), (1.0, 1.0))
    monkeypatch.setattr(study, "_parts_of", lambda *_: pytest.fail("the network ran again"))
    study.summed("scene:61", "fcn_8s", "ball", (3, 4), (0.2, 1.0))
    assert ("fcn parts", "fcn_8s", "scene:61") in KEPT
    assert study.parts_of(pictures.resolve("scene:61"), "fcn_8s").nbytes < 500_000


@trained
def test_weights_beyond_the_two_cost_little():
    study.summed("scene:42", "fcn_8s", "", (), (0.1, 0.1))
    begun = time.process_time()
    for step in range(10):
        study.summed("scene:42", "fcn_8s", "", (), (0.1 * step, 1.3))
    assert (time.process_time() - begun) / 10 < 0.05


@trained
def test_in_a_hurry_the_other_network_comes_later():
    with zoo.at_once():
        assert study.summed("scene:63", "fcn_8s", "", (), (1.0, 1.0)).alone is None
        until = time.monotonic() + 60
        while (found := study.summed("scene:63", "fcn_8s", "", (), (1.0, 1.0)).alone) is None:
            assert time.monotonic() < until
            time.sleep(0.1)
    assert found.miou == study.prediction(pictures.resolve("scene:63"), "fcn_32s").miou


@trained
def test_a_photograph_has_predictions_and_no_ceilings():
    made = ceilings.ceiled("sample:coffee", 16, "cells")
    assert made.cells == ()
    assert made.best is None
    assert made.split() is None
    assert [one.miou for one in made.said] == [None] * 3
    assert not made.waiting


@trained
def test_networks_interpolate_and_so_lie_above_one_class_per_cell():
    """What theory.md says of ours, on some scenes at each stride."""
    for seed in range(0, 12, 3):
        made = ceilings.ceiled(f"scene:{seed}", 32, "cells")
        assert made.said[0].miou > made.cells[0].miou


def test_ledgers_are_of_the_modules_themselves():
    fine, dilated = ledger("fcn_8s"), ledger("fcn_resnet50")
    assert [stage.stride for stage in fine.stages] == [2, 4, 8, 16, 32, 32, 16, 8, 1]
    assert [stage.field for stage in fine.stages[:6]] == [4, 10, 22, 46, 94, 158]
    assert (fine.skips, dilated.skips) == (2, 0)
    assert max(stage.dilation for stage in fine.stages) == 1
    assert [stage.dilation for stage in dilated.stages] == [1, 1, 1, 2, 4, 1, 1]


def test_weights_over_one_win_on_single_pictures_only():
    """The theory says so of both weights at 2, over these thirty scenes."""
    usual, twice = (
        [study.summed(f"scene:{seed}", "fcn_8s", "", (9, 9), (w, w)).now.miou for seed in range(20, 50)]
        for w in (1.0, 2.0)
    )
    assert np.mean(twice) < np.mean(usual)
    assert any(more > own for more, own in zip(twice, usual, strict=True))
