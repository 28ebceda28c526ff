"""Errors of predicted colour: by hand, and against scikit-image's colour difference."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.color import deltaE_cie76

from lecture_models.colour_prior import bin_indices, rare_bins, training_counts
from lecture_models.evaluation import evaluate
from lecture_models.evaluation.colour import ColourErrors
from lecture_models.nets.colorizer import colorizer

RED, GREY = (80.0, 67.0), (0.0, 0.0)


def _only_red_is_rare() -> torch.Tensor:
    rare = torch.zeros(261, dtype=torch.bool)
    rare[bin_indices(torch.tensor([RED]))] = True
    return rare


def _measure(*pairs: tuple[list, list]) -> dict:
    errors = ColourErrors(_only_red_is_rare())
    for ab, truth in pairs:
        errors.update(np.array([ab]), np.array([truth]))
    return errors.compute()


def test_by_hand():
    # grey found as 5 off; red once as 10 off, which is near enough, once as grey, which is not
    near = (RED[0] - 6, RED[1] - 8)
    found = _measure(([(3.0, 4.0), near, GREY], [GREY, RED, RED]))
    chroma = np.hypot(*RED)
    assert found["colour_error"] == pytest.approx((5 + 10 + chroma) / 3)
    assert found["chroma"] == pytest.approx((5 + np.hypot(*near) + 0) / 3)
    assert found["true_chroma"] == pytest.approx(2 * chroma / 3)
    assert (found["rare_recall"], found["rare_share"]) == (0.5, pytest.approx(2 / 3))


def test_grey_everywhere_errs_by_the_true_chroma_and_the_truth_by_nothing():
    rng = np.random.default_rng(0)
    truth = rng.uniform(-60, 60, (8, 9, 2))
    grey, right = ColourErrors(_only_red_is_rare()), ColourErrors(_only_red_is_rare())
    grey.update(np.zeros_like(truth), truth)
    right.update(truth, truth)
    assert grey.compute()["colour_error"] == pytest.approx(grey.compute()["true_chroma"])
    assert right.compute()["colour_error"] == 0
    assert right.compute()["chroma"] == right.compute()["true_chroma"]


def test_the_error_is_the_colour_difference_at_equal_lightness():
    rng = np.random.default_rng(1)
    ab, truth = rng.uniform(-60, 60, (2, 8, 9, 2))
    errors = ColourErrors(_only_red_is_rare())
    errors.update(ab, truth)
    both = (np.concatenate([np.full((8, 9, 1), 50.0), values], -1) for values in (ab, truth))
    assert errors.compute()["colour_error"] == pytest.approx(deltaE_cie76(*both).mean())


def test_nothing_to_measure_on():
    assert set(ColourErrors(_only_red_is_rare()).compute().values()) == {None}
    found = _measure(([GREY], [GREY]))
    assert (found["rare_recall"], found["rare_share"]) == (None, 0)
    with pytest.raises(ValueError, match="one shape"):
        _measure(([GREY], [GREY, GREY]))


@pytest.mark.parametrize("output", ["regression", "classes"])
def test_evaluating_a_network_has_every_number(output):
    torch.manual_seed(0)
    found = evaluate(colorizer(output).eval(), 0, 2)
    assert set(found) == {"colour_error", "chroma", "true_chroma", "rare_recall", "rare_share"}
    assert 5 < found["true_chroma"] < 50
    assert 0 < found["rare_share"] < 0.5


def test_rare_are_the_vivid_colours_of_the_training_scenes():
    counts = training_counts()
    share = float(counts[rare_bins(counts)].sum() / counts.sum())
    assert 0.09 < share <= 0.1
    assert not rare_bins(counts)[bin_indices(torch.tensor([GREY]))]
    assert rare_bins(counts)[bin_indices(torch.tensor([RED]))]
