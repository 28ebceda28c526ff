"""RoIPool: numbers worked by hand, invariants, torchvision."""

from __future__ import annotations

import pytest
import torch
import torchvision.ops

from lecture_models.ops.roi_box import snap
from lecture_models.ops.roi_features import roi_pool, trace_roi_pool
from tests.ops.crops import STRIDE, features, thousand_boxes

# stride 1; the box [1, 0, 4, 2] takes columns 1…4 and rows 0…2, both ends included
#
#        0   1   2   3   4   5
#      ┌───┬───────────────┬───┐
#    0 │ 0 │ 1   2   3   4 │ 5 │     two rows of bins: ⌊0⌋…⌈1.5⌉ = rows 0 1, ⌊1.5⌋…⌈3⌉ = rows 1 2
#    1 │ 6 │ 7   8   9  10 │11 │     row 1 is in both: the bins overlap
#    2 │12 │13  14  15  16 │17 │     two columns of bins: 1 2 and 3 4
#      ├───┴───────────────┴───┤
#    3 │18  19  20  21  22  23 │
RAMP = torch.arange(24.0).view(1, 4, 6)
BOX = torch.tensor([1.0, 0.0, 4.0, 2.0])


def test_by_hand_max_and_mean():
    assert roi_pool(RAMP, BOX[None], 2, 1.0).tolist() == [[[[8.0, 10.0], [14.0, 16.0]]]]
    assert roi_pool(RAMP, BOX[None], 2, 1.0, reduce="mean").tolist() == [[[[4.5, 6.5], [10.5, 12.5]]]]


def test_by_hand_trace():
    trace = trace_roi_pool(RAMP, BOX + 0.3, 2, 1.0)
    assert trace.snapped_box.tolist() == [1, 0, 4, 2]
    assert trace.row_edges.tolist() == [0.0, 1.5, 3.0]
    assert trace.row_bins.tolist() == [[0, 2], [1, 3]]
    assert trace.column_bins.tolist() == [[1, 3], [3, 5]]
    assert trace.values(1, 0).tolist() == [[[7.0, 8.0], [13.0, 14.0]]]
    assert trace.output.tolist() == [[[8.0, 10.0], [14.0, 16.0]]]


def test_halves_are_rounded_away_from_zero_and_the_last_cell_belongs_to_the_box():
    # 40/16 = 2.5 → 3, where Python's round() says 2; 24/16 = 1.5 → 2; 152/16 = 9.5 → 10; 136/16 = 8.5 → 9
    assert snap(torch.tensor([[40.0, 24.0, 152.0, 136.0]]), 1 / 16).tolist() == [[3, 2, 10, 9]]
    assert snap(torch.tensor([[-40.0, -24.0, -8.0, 0.0]]), 1 / 16).tolist() == [[-3, -2, -1, 0]]
    assert snap(torch.tensor([[0.49999997, 0.0, 0.5, 0.0]]), 1.0).tolist() == [[0, 0, 1, 0]]


def test_a_constant_map_gives_its_constant_wherever_cells_are_left():
    boxes = torch.tensor([[3.0, 5.0, 120.0, 90.0], [-500.0, -500.0, -300.0, -300.0]])
    out = roi_pool(torch.full((1, 20, 24), 7.0), boxes, 7, 1 / 8)
    assert out[0].unique().tolist() == [7.0]
    assert out[1].unique().tolist() == [0.0]


def test_moving_box_and_map_by_whole_strides_changes_nothing():
    map_, box = features(), torch.tensor([[70.3, 41.9, 190.2, 133.0]])
    moved = torch.roll(map_, (2, 3), dims=(1, 2))
    shift = torch.tensor([3.0, 2.0, 3.0, 2.0]) * STRIDE
    assert torch.equal(roi_pool(map_, box, 5, 1 / STRIDE), roi_pool(moved, box + shift, 5, 1 / STRIDE))


def test_the_mean_is_linear_and_the_max_is_not():
    one, two = features(), features().flip(2)
    boxes = thousand_boxes()[:50]

    def pool(map_, reduce):
        return roi_pool(map_, boxes, 3, 1 / STRIDE, reduce)

    torch.testing.assert_close(pool(one + 2 * two, "mean"), pool(one, "mean") + 2 * pool(two, "mean"))
    assert not torch.allclose(pool(one + 2 * two, "max"), pool(one, "max") + 2 * pool(two, "max"))


@pytest.mark.parametrize("output_size", [1, 7, (3, 5)])
@pytest.mark.parametrize("scale", [1 / STRIDE, 1 / 7])
def test_equals_torchvision_on_a_thousand_boxes(output_size, scale):
    boxes = thousand_boxes()
    reference = torchvision.ops.roi_pool(features()[None], [boxes], output_size, scale)
    torch.testing.assert_close(roi_pool(features(), boxes, output_size, scale), reference, atol=1e-5, rtol=0)


def test_the_trace_is_the_operator():
    map_ = features()
    for box in thousand_boxes()[::40]:
        for reduce in ("max", "mean"):
            trace = trace_roi_pool(map_, box, (3, 4), 1 / STRIDE, reduce)
            assert torch.equal(trace.output, roi_pool(map_, box[None], (3, 4), 1 / STRIDE, reduce)[0])
            cells = trace.values(1, 2).flatten(1)
            if cells.numel():
                expected = cells.amax(1) if reduce == "max" else cells.mean(1)
                torch.testing.assert_close(trace.output[:, 1, 2], expected)


def test_no_boxes():
    assert roi_pool(features(), torch.zeros(0, 4), 7, 1 / 4).shape == (0, 6, 7, 7)
