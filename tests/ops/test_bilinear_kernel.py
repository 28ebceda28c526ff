"""The bilinear kernel by hand, against torch's own interpolation, and what it does to a constant."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from lecture_models.ops.bilinear_kernel import bilinear_kernel


def test_by_hand():
    # factor 2: the four outputs under an input lie 3/4, 1/4 of a cell before and 1/4, 3/4 after it
    #
    #     row of weights:  1/4  3/4  3/4  1/4
    row = torch.tensor([0.25, 0.75, 0.75, 0.25])
    assert torch.equal(bilinear_kernel(2), row[:, None] * row)
    assert torch.equal(bilinear_kernel(1), torch.full((2, 2), 0.25))  # between two neighbours, half of each


@pytest.mark.parametrize("factor", [2, 8, 32])
def test_between_the_outermost_inputs_it_is_torchs_interpolation(factor: int):
    torch.manual_seed(0)
    x = torch.rand(1, 1, 4, 5)
    ours = F.conv_transpose2d(x, bilinear_kernel(factor)[None, None], stride=factor)
    half = factor // 2
    theirs = F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)
    inner = ours[..., half:-half, half:-half]  # the kernel reaches half a cell beyond the cells
    middle = (..., slice(half, -half), slice(half, -half))
    assert torch.allclose(inner[middle], theirs[middle], atol=1e-6)


def test_a_factor_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1; got 0"):
        bilinear_kernel(0)
