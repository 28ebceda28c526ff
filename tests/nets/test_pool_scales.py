"""Whoever comes first with a narrow picture must not change what the next visitor sees."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lecture_models import zoo
from lecture_models.scenes import render


@pytest.mark.parametrize("first", [(40, 256), (256, 40), (32, 32)])
def test_a_narrow_first_picture_does_not_set_the_scales_of_all(first: tuple[int, int], network: None):
    name = "panoptic_fpn"
    image = render(42).image
    expected = zoo.trace(name, image)
    zoo._networks.clear()
    zoo.KEPT.clear()
    zoo.trace(name, np.zeros((*first, 3), np.uint8))
    again = zoo.trace(name, image)
    assert zoo.load(name).roi_heads.box_roi_pool.scales == [1 / 4, 1 / 8, 1 / 16, 1 / 32]
    torch.testing.assert_close(again.boxes, expected.boxes)
    torch.testing.assert_close(again.mask_cells, expected.mask_cells)
