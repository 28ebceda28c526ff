"""Merging instances and stuff: by hand on small pictures."""

import numpy as np
import pytest

from lecture_models.nets.panoptic import merge_panoptic
from lecture_models.scenes.settings import VOID


def _stuff(label, shape=(4, 4)):
    """One class of stuff everywhere."""
    return np.full(shape, label)


def test_the_better_detection_keeps_the_shared_pixels():
    #   first (0.9)   second (0.8)   merged
    #     11..          .22.          112.     each covers two columns of a 4 × 4 picture
    masks = np.zeros((2, 4, 4), bool)
    masks[0, :, :2], masks[1, :, 1:3] = True, True
    merged = merge_panoptic(np.array([4, 8]), np.array([0.9, 0.8]), masks, _stuff(2), stuff_area=1)
    assert merged.segment[0].tolist() == [1, 1, 2, 3]
    assert merged.label[0].tolist() == [4, 4, 8, 2]
    assert [s.detection for s in merged.segments] == [0, 1, None]


def test_a_detection_mostly_covered_is_dropped():
    masks = np.zeros((2, 4, 4), bool)
    masks[0, :, :3], masks[1, :, 1:4] = True, True  # one third of the second is left
    merged = merge_panoptic(np.array([4, 4]), np.array([0.9, 0.8]), masks, _stuff(1), stuff_area=1)
    assert [s.label for s in merged.segments] == [4, 1]


def test_low_scores_are_not_used_and_small_stuff_is_void():
    masks = np.ones((1, 4, 4), bool)
    merged = merge_panoptic(np.array([4]), np.array([0.4]), masks, _stuff(0))
    assert (merged.label == VOID).all()
    assert not merged.segments


def test_every_pixel_belongs_to_exactly_one_segment():
    rng = np.random.default_rng(0)
    masks = rng.random((6, 32, 32)) < 0.3
    stuff = rng.integers(0, 5, (32, 32))  # 4 is none
    scores = np.sort(rng.random(6))[::-1]
    merged = merge_panoptic(rng.integers(4, 9, 6), scores, masks, stuff, overlap_threshold=0.0)
    for segment in merged.segments:
        assert set(merged.label[merged.segment == segment.id]) == {segment.label}
    assert ((merged.segment == 0) == (merged.label == VOID)).all()


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="must agree"):
        merge_panoptic(np.array([4]), np.array([0.5]), np.zeros((1, 3, 3), bool), _stuff(0))
