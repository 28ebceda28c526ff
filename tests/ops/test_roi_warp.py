"""RoIWarp: numbers worked by hand, invariants, torchvision's RoIAlign on the snapped boxes."""

from __future__ import annotations

import pytest
import torch
import torchvision.ops

from lecture_models.ops.roi_features import roi_warp, snap, trace_roi_warp
from tests.ops.crops import STRIDE, features, thousand_boxes

# f(x, y) = x + 6 y, stride 1; the box [1.3, 0.3, 3.9, 2.2] is snapped to columns 1…4 and rows 0…2
#
#        0   1   2   3   4   5
#      ┌───┬───────────────┬───┐   in index coordinates: x from 0.5 to 4.5, y from −0.5 to 2.5
#    0 │ 0 │ 1   2   3   4 │ 5 │   2×2 bins of 2×1.5: x = 1 2 | 3 4, means 1.5 | 3.5
#    1 │ 6 │ 7   8   9  10 │11 │   y = −0.125 0.625 | 1.375 2.125; −0.125 moves to 0: 0.3125 | 1.75
#    2 │12 │13  14  15  16 │17 │
#      └───┴───────────────┴───┘
RAMP = torch.arange(24.0).view(1, 4, 6)
BOX = torch.tensor([1.3, 0.3, 3.9, 2.2])


def test_by_hand():
    assert roi_warp(RAMP, BOX[None], 2, 1.0).tolist() == [[[[3.375, 5.375], [12.0, 14.0]]]]


def test_by_hand_trace():
    trace = trace_roi_warp(RAMP, BOX, 2, 1.0)
    assert trace.snapped_box.tolist() == [1, 0, 4, 2]
    assert trace.column_edges.tolist() == [0.5, 2.5, 4.5]
    assert trace.points[1, 1, 0, 1].tolist() == [4.0, 1.375]
    assert trace.output.tolist() == [[[3.375, 5.375], [12.0, 14.0]]]


def test_boxes_that_snap_to_the_same_cells_give_the_same_features():
    nudged = torch.stack([BOX, BOX + 0.05, BOX - 0.05])
    out = roi_warp(features(), nudged, 7, 1.0)
    assert torch.equal(out[0], out[1])
    assert torch.equal(out[0], out[2])


def test_a_constant_map_gives_its_constant():
    out = roi_warp(torch.full((2, 20, 24), 3.0), torch.tensor([[3.0, 5.0, 120.0, 90.0]]), 7, 1 / 8)
    torch.testing.assert_close(out, torch.full((1, 2, 7, 7), 3.0))


@pytest.mark.parametrize("sampling_ratio", [2, 0])
def test_is_aligned_roi_align_of_the_snapped_boxes(sampling_ratio):
    boxes = thousand_boxes()
    cells = snap(boxes, 1 / STRIDE).float() + torch.tensor([0.0, 0.0, 1.0, 1.0])
    reference = torchvision.ops.roi_align(
        features()[None], [cells], (3, 5), 1.0, sampling_ratio, aligned=True
    )
    ours = roi_warp(features(), boxes, (3, 5), 1 / STRIDE, sampling_ratio)
    torch.testing.assert_close(ours, reference, atol=1e-5, rtol=0)
