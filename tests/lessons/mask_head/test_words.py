"""Pictures of the lesson on the mask head: the outline lies on the mask's edge, in the right colour."""

from __future__ import annotations

import numpy as np

from demos.figures import style
from demos.mask_head.board import FILL, named, outlines
from demos.mask_head.words import power


def test_the_mask_is_filled_and_both_are_outlined():
    mask, truth = np.zeros((64, 64), bool), np.zeros((64, 64), bool)
    mask[20:40, 20:40] = True
    truth[4:12, 4:12] = True
    layer = outlines(mask, truth)
    assert layer.shape == (768, 768, 4)
    assert layer[360, 360].tolist() == [*style.rgb(style.PREDICTION), FILL]
    assert layer[240, 360].tolist() == [*style.rgb(style.PREDICTION), 255]
    assert layer[48, 90].tolist() == [*style.rgb(style.TRUTH), 255]
    assert layer[600, 600, 3] == 0


def test_a_large_picture_is_not_enlarged():
    assert outlines(np.ones((1200, 700), bool), None).shape == (1200, 700, 4)


def test_names_do_not_cover_each_other():
    boxes = [(20.0, 100.0, 120.0, 200.0), (22.0, 101.0, 110.0, 190.0), (20.0, 200.0, 40.0, 230.0)]
    said = named(boxes, ["crate 0.99", "crate 0.80", "traffic cone 0.70"], (256, 256))
    assert said == ["crate 0.99", "", "traffic cone"]


def test_small_numbers_are_written_as_powers():
    assert power(1.5e-5) == r"(1.500\cdot10^{-5})"
