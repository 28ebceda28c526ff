"""Bilinear upsampling: by hand, invariants, torch's interpolate."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from lecture_models.ops.upsample_bilinear import source_points, trace_upsample_bilinear, upsample_bilinear

# centres of the inputs   0       4        0           4
#                       ┌───┬───┐          │           │
# outputs, factor 2     0 1│3 4            0   4/3 8/3 4
#                       False: cells tile  True: first and last centre on each other
ROW = torch.tensor([[0.0, 4.0]])


def test_by_hand():
    assert upsample_bilinear(ROW)[0].tolist() == [0, 1, 3, 4]
    torch.testing.assert_close(
        upsample_bilinear(ROW, align_corners=True)[0], torch.tensor([0, 4 / 3, 8 / 3, 4])
    )


def test_the_lectures_formula():
    """f(x, y) = Σ f(i, j) · max(0, 1 − |x − i|) · max(0, 1 − |y − j|), cell by cell, away from the rim."""
    x = torch.rand(4, 4, generator=torch.Generator().manual_seed(1))
    points, output = source_points(4, 2), upsample_bilinear(x)
    for row in range(1, 7):
        for column in range(1, 7):
            y_, x_ = float(points[row]), float(points[column])
            hats = [max(0, 1 - abs(y_ - i)) * max(0, 1 - abs(x_ - j)) for i in range(4) for j in range(4)]
            assert float((torch.tensor(hats) * x.flatten()).sum()) == pytest.approx(
                float(output[row, column]), abs=1e-6
            )


@pytest.mark.parametrize("corners", [False, True])
def test_a_ramp_stays_a_ramp_and_says_where_it_was_read(corners: bool):
    ramp = torch.arange(4.0).expand(4, 4)
    expected = source_points(4, 2, corners).clamp(0, 3).expand(8, 8)
    torch.testing.assert_close(upsample_bilinear(ramp, align_corners=corners), expected)


def test_the_shift_between_the_two_is_largest_at_the_rim():
    shift = source_points(4, 2, True) - source_points(4, 2, False)
    assert shift[0] == 0.25
    assert shift[-1] == -0.25
    assert bool((shift.abs() <= 0.25).all())


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("factor", [1, 2, 4, 8])
def test_is_torchs_interpolate(corners: bool, factor: int):
    x = torch.randn(2, 3, 5, 7, generator=torch.Generator().manual_seed(2))
    theirs = F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=corners)
    torch.testing.assert_close(upsample_bilinear(x, factor, corners), theirs, atol=1e-6, rtol=0)


def test_one_cell_becomes_many_equal_ones():
    for corners in (False, True):
        assert upsample_bilinear(torch.tensor([[3.0]]), 2, corners).tolist() == [[3, 3], [3, 3]]


@pytest.mark.parametrize("corners", [False, True])
def test_the_trace_multiplies_back_and_its_weights_add_up_to_one(corners: bool):
    x = torch.randn(4, 4, generator=torch.Generator().manual_seed(3))
    made = trace_upsample_bilinear(x, align_corners=corners)
    torch.testing.assert_close((made.matrix @ x.flatten()).view(8, 8), made.output, atol=1e-6, rtol=0)
    torch.testing.assert_close(made.matrix.sum(1), torch.ones(64))
    assert max(len(made.terms(row, column)) for row in range(8) for column in range(8)) == 4
