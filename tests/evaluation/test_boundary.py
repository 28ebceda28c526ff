"""Boundary IoU on a drawn case, against an independent computation, and beside the IoU that it is to sharpen."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from lecture_models.evaluation.boundary import BoundaryIoU, band
from lecture_models.evaluation.segmentation import VOID, MeanIoU

#   truth: a square of 6 × 6; said: the same without its last column. Bands of one pixel:
#
#   . . . . . . . .      . . . . . . . .      true band    20 pixels, the square's rim
#   . # # # # # # .      . # # # # # . .      said band    18 pixels, the rim of 6 × 5
#   . # . . . . # .      . # . . . # . .      common       first column 6, top and bottom rows 4 more each: 14
#   . # . . . . # .      . # . . . # . .      either       20 + 18 - 14 = 24
#   . # . . . . # .      . # . . . # . .
#   . # . . . . # .      . # . . . # . .
#   . # # # # # # .      . # # # # # . .
#   . . . . . . . .      . . . . . . . .
TRUTH, SAID = np.zeros((8, 8), int), np.zeros((8, 8), int)
TRUTH[1:7, 1:7], SAID[1:7, 1:6] = 1, 1


def _measure(*pairs: tuple[np.ndarray, np.ndarray], share: float = 0.02) -> dict:
    metric = BoundaryIoU(["other", "square"], share)
    for said, true in pairs:
        metric.update(said, true)
    return metric.compute()


def test_by_hand():
    result = _measure((SAID, TRUTH))  # 2 % of 11.3 pixels: a band is at least one pixel wide
    assert result["by_class"]["square"]["boundary_iou"] == 14 / 24
    assert result["boundary_iou"] == np.mean([v["boundary_iou"] for v in result["by_class"].values()])


def test_a_band_of_more_than_half_the_mask_is_the_mask():
    wide = _measure((SAID, TRUTH), share=0.5)["by_class"]["square"]["boundary_iou"]
    assert wide == 30 / 36


def test_the_band_is_seven_pixels_at_256():
    mask = np.zeros((256, 256), bool)
    mask[50:200, 50:200] = True
    labels = mask.astype(int)
    metric = BoundaryIoU(["other", "square"])
    metric.update(labels, labels)
    assert metric._either[1] == 150**2 - (150 - 14) ** 2


def test_a_shift_of_a_large_mask_costs_more_than_in_iou():
    truth, said = np.zeros((256, 256), int), np.zeros((256, 256), int)
    truth[50:200, 50:200], said[50:200, 53:203] = 1, 1
    regions = MeanIoU(["other", "square"])
    regions.update(said, truth)
    assert _measure((said, truth))["boundary_iou"] < regions.compute()["miou"] - 0.2


@pytest.mark.parametrize("seed", range(3))
def test_bands_agree_with_distances(seed: int):
    rng = np.random.default_rng(seed)
    mask = ndimage.gaussian_filter(rng.random((40, 50)), 3) > 0.5
    for width in (1, 3):
        away = ndimage.distance_transform_cdt(np.pad(mask, 1), metric="chessboard")[1:-1, 1:-1]
        assert np.array_equal(band(mask, width), mask & (away <= width))


def test_void_makes_no_outline_and_does_not_count():
    truth = TRUTH.copy()
    truth[3:5, 3:5] = VOID
    said = np.where(truth == VOID, 1, TRUTH)
    assert _measure((said, truth))["boundary_iou"] == 1.0
    truth[1:7, 6] = VOID  # the column that SAID lacks
    assert _measure((SAID, truth))["by_class"]["square"]["boundary_iou"] == 1.0


def test_pictures_are_pooled_and_what_never_occurs_is_none():
    assert _measure((SAID, TRUTH), (TRUTH, TRUTH))["by_class"]["square"]["boundary_iou"] == (14 + 20) / 44
    assert _measure((SAID * 0, TRUTH * 0))["by_class"]["square"]["boundary_iou"] is None
