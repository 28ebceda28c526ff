"""Bands along true boundaries: drawn by hand, against distances and torchmetrics, void left out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from torchmetrics.classification import MulticlassJaccardIndex

from lecture_models.evaluation.bands import confusion, mean_iou_of, measure_bands, near_boundary
from lecture_models.scenes import VOID

#   truth            band of 1        said             band: a 3 true, 4 said, 3 both -> 3 / 4
#   a a a b b b      . . # # . .      a a a a b b            b 3 true, 2 said, 2 both -> 2 / 3
#   a a a b b b      . . # # . .      a a a b b b      inside: a 6 true, 6 said; b 6 true, 5 said, 5 both -> 1, 5 / 6,
#   a a a b b b      . . # # . .      a a a b b c                and c, which is said alone -> 0 / 1
TRUTH = np.array([[0, 0, 0, 1, 1, 1]] * 3)
SAID = TRUTH.copy()
SAID[0, 3], SAID[2, 5] = 0, 2


def random_maps(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Blobs of four classes with some void, and a prediction that is right in four pixels of five."""
    rng = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(rng.random((4, 40, 50)), (0, 3, 3))
    truth = smooth.argmax(0)
    said = np.where(rng.random(truth.shape) < 0.8, truth, rng.integers(0, 4, truth.shape))
    truth[rng.random(truth.shape) < 0.02] = VOID
    return said, truth


def test_by_hand():
    found = measure_bands(SAID, TRUTH, 1, 3)
    assert near_boundary(TRUTH, 1).sum(0).tolist() == [0, 0, 3, 3, 0, 0]
    band, inside, _ = found.miou
    assert band == pytest.approx((3 / 4 + 2 / 3) / 2)
    assert inside == pytest.approx((1 + 5 / 6 + 0) / 3)
    assert found.whole.sum() == 18


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("width", [1, 2, 5])
def test_the_band_is_what_lies_within_a_distance_of_another_class(seed: int, width: int):
    _, truth = random_maps(seed)
    expected = np.zeros(truth.shape, bool)
    for label in range(4):
        others = (truth != label) & (truth != VOID)
        away = ndimage.distance_transform_cdt(~others, metric="chessboard")
        expected |= (truth == label) & (away <= width)
    assert np.array_equal(near_boundary(truth, width), expected)


@pytest.mark.parametrize("seed", range(3))
def test_mean_iou_is_torchmetrics_of_the_masked_pixels(seed: int):
    said, truth = random_maps(seed)
    band = near_boundary(truth, 2)
    found = measure_bands(said, truth, 2, 4)
    for chosen, value in zip((band, ~band, np.ones_like(band)), found.miou, strict=True):
        masked = torch.from_numpy(np.where(chosen, truth, VOID))
        theirs = MulticlassJaccardIndex(4, ignore_index=VOID)(torch.from_numpy(said), masked)
        assert value == pytest.approx(float(theirs), abs=1e-6)


def test_void_belongs_to_neither_and_makes_no_boundary():
    truth = np.array([[0, 0, VOID, 0, 0, 1]])
    assert near_boundary(truth, 1)[0].tolist() == [False, False, False, False, True, True]
    found = measure_bands(np.zeros_like(truth), truth, 1, 2)
    assert (found.band.sum(), found.interior.sum()) == (2, 3)


def test_pictures_add_and_nothing_is_none():
    one = measure_bands(SAID, TRUTH, 1, 3)
    assert np.array_equal((one + one).band, 2 * one.band)
    assert one.nbytes == 2 * 9 * 8
    alone = measure_bands(np.zeros((4, 4), int), np.zeros((4, 4), int), 3, 2)
    assert alone.miou == (None, 1.0, 1.0)
    assert mean_iou_of(np.zeros((3, 3), int)) is None


def test_labels_of_any_integer_type_count_alike():
    whole = np.ones(TRUTH.shape, bool)
    small = confusion(SAID.astype(np.uint8), TRUTH.astype(np.uint8), whole, 3)
    assert np.array_equal(small, confusion(SAID, TRUTH, whole, 3))


def test_no_width_is_refused():
    with pytest.raises(ValueError, match="at least 1 pixel wide; got 0"):
        near_boundary(TRUTH, 0)
