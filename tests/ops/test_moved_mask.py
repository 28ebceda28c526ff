"""A moved mask by hand, against a plain shift by OpenCV, and IoU against shift in closed form."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lecture_models.ops.moved_mask import moved_mask, shift_curve

#   the mask          moved by 1, 1     twice as large, about the middle of its box, (2, 2)
#   . . . . .         . . . . .         # # # # .
#   . # # . .         . . . . .         # # # # .
#   . # . . .         . . # # .         # # . . .
#   . . . . .         . . # . .         # # . . .
MASK = np.array([[0, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0]], bool)


def test_by_hand():
    assert moved_mask(MASK, 1, 1).astype(int).tolist() == [[0] * 5, [0] * 5, [0, 0, 1, 1, 0], [0, 0, 1, 0, 0]]
    large = [[1, 1, 1, 1, 0], [1, 1, 1, 1, 0], [1, 1, 0, 0, 0], [1, 1, 0, 0, 0]]
    assert moved_mask(MASK, 0, 0, 2).astype(int).tolist() == large


def test_nothing_moves_at_rest_and_what_leaves_is_lost():
    assert np.array_equal(moved_mask(MASK, 0, 0), MASK)
    assert moved_mask(MASK, -1, 0).sum() == 3
    assert moved_mask(MASK, -2, 0).sum() == 1
    assert not moved_mask(MASK, 5, 0).any()
    assert not moved_mask(np.zeros((3, 3), bool), 1, 1, 2).any()


@pytest.mark.parametrize("seed", range(3))
def test_a_whole_shift_is_opencvs(seed: int):
    rng = np.random.default_rng(seed)
    mask = rng.random((30, 40)) < 0.4
    dx, dy = rng.integers(-9, 10, 2).tolist()
    expected = cv2.warpAffine(
        mask.astype(np.uint8), np.float32([[1, 0, dx], [0, 1, dy]]), (40, 30), flags=cv2.INTER_NEAREST
    )
    assert np.array_equal(moved_mask(mask, dx, dy), expected > 0)


def test_twice_as_large_has_four_times_the_area():
    mask = np.zeros((60, 60), bool)
    mask[20:30, 25:35] = True
    mask[22:25, 27:31] = False
    assert moved_mask(mask, 3, -2, 2).sum() == 4 * mask.sum()


@pytest.mark.parametrize("scale", [0, -1, float("nan")])
def test_a_scale_that_is_none_gets_a_sentence(scale: float):
    with pytest.raises(ValueError, match="above 0"):
        moved_mask(MASK, 0, 0, scale)


@pytest.mark.parametrize("side", [5, 12])
def test_the_curve_of_a_square_has_a_closed_form(side: int):
    mask = np.zeros((20, 20), bool)
    mask[3 : 3 + side, 4 : 4 + side] = True
    expected = [(side - d) / (side + d) if d < side else 0 for d in range(16)]
    assert shift_curve(mask, 15) == pytest.approx(expected)


def test_half_of_an_object_is_a_third():
    assert shift_curve(np.ones((4, 4), bool), 2)[2] == pytest.approx(1 / 3)


def test_an_empty_mask_has_no_curve():
    with pytest.raises(ValueError, match="empty"):
        shift_curve(np.zeros((3, 3), bool))
