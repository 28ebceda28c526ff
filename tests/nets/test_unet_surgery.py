"""Operations on a U-Net's maps: by hand, against SciPy's filters, and nothing where nothing is asked for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage

from lecture_models.nets.unet_surgery import operate

ROW = torch.tensor([[[[1.0, 2.0, 4.0, 8.0]]]])
MAPS = torch.rand(1, 5, 12, 9, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("act", "cells"), [("keep", 3.0), ("blur", 0.0), ("shift", 0.0)])
def test_nothing_stays_exactly_nothing(act: str, cells: float):
    assert operate(act, MAPS, cells) is MAPS


def test_zero_and_transplant():
    assert not operate("zero", MAPS).any()
    assert operate("transplant", MAPS, other=2 * MAPS).equal(2 * MAPS)


@pytest.mark.parametrize(
    ("cells", "moved"),
    [
        (1, [1, 1, 2, 4]),
        (3, [1, 1, 1, 1]),
        (40, [1, 1, 1, 1]),
        (0.5, [1, 1.5, 3, 6]),
        (1.25, [1, 1, 1.75, 3.5]),
    ],
)
def test_a_shift_by_hand(cells: float, moved: list[float]):
    assert operate("shift", ROW, cells).flatten().tolist() == pytest.approx(moved)


@pytest.mark.parametrize("sigma", [0.5, 2.0, 6.0])
def test_a_blur_is_scipys(sigma: float):
    theirs = ndimage.gaussian_filter(MAPS.numpy(), (0, 0, sigma, sigma), mode="nearest", truncate=3.0001)
    reach = int(np.ceil(3 * sigma))
    found = operate("blur", MAPS, sigma).numpy()
    if reach == int(3.0001 * sigma + 0.5):  # SciPy rounds the kernel's reach, we take the next whole cell
        assert found == pytest.approx(theirs, abs=1e-5)
    assert found.mean() == pytest.approx(theirs.mean(), abs=2e-3)


def test_a_blur_keeps_what_is_even_and_the_layout_makes_no_difference():
    even = torch.full((1, 3, 8, 8), 2.5)
    assert operate("blur", even, 3.0).numpy() == pytest.approx(2.5, abs=1e-5)
    other = MAPS.contiguous(memory_format=torch.channels_last)
    for act in ("blur", "shift"):
        assert torch.allclose(operate(act, other, 1.5), operate(act, MAPS, 1.5), atol=1e-6)


def test_what_cannot_be_is_said():
    with pytest.raises(ValueError, match="one of keep, zero, blur, shift, transplant; got 'cut'"):
        operate("cut", MAPS)
    with pytest.raises(ValueError, match=r"shape \[1, 5, 12, 9\]; got nothing"):
        operate("transplant", MAPS)
    with pytest.raises(ValueError, match=r"got \[1, 1, 1, 4\]"):
        operate("transplant", MAPS, other=ROW)
