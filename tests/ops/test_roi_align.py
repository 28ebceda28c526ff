"""RoIAlign: numbers worked by hand, invariants, torchvision."""

from __future__ import annotations

import pytest
import torch
import torchvision.ops

from lecture_models.ops.roi_features import roi_align, separable_weights, trace_roi_align
from tests.ops.crops import SIZE, STRIDE, features, thousand_boxes

# A ramp, f(x, y) = x + 6 y in index coordinates, stride 1. Bilinear values of a ramp are the ramp itself.
#
#         0   1   2   3   4   5
#    0    0   1   2   3   4   5        the box [1, 0.5, 4, 2.5], aligned=False: x from 1 to 4, y from ½ to 2½
#    1    6   7 · · 9 · ·11            2×2 bins of 1.5×1, 2×2 points a bin: x = 1.375 2.125 | 2.875 3.625
#    2   12  13 · ·15 · ·17                                                 y = 0.75 1.25 | 1.75 2.25
#    3   18  19  20  21  22  23        bin means: x 1.75 | 3.25, y 1 | 2
RAMP = torch.arange(24.0).view(1, 4, 6)
BOX = torch.tensor([1.0, 0.5, 4.0, 2.5])


def test_by_hand():
    assert roi_align(RAMP, BOX[None], 2, 1.0).tolist() == [[[[7.75, 9.25], [13.75, 15.25]]]]
    # the half-cell correction moves every point by (−½, −½), so every value by −½ − 3
    assert roi_align(RAMP, BOX[None], 2, 1.0, aligned=True).tolist() == [[[[4.25, 5.75], [10.25, 11.75]]]]
    # the largest point of a bin instead of the mean: x = 2.125 and 3.625, y = 1.25 and 2.25
    assert roi_align(RAMP, BOX[None], 2, 1.0, reduce="max").tolist() == [
        [[[9.625, 11.125], [15.625, 17.125]]]
    ]


def test_by_hand_trace():
    trace = trace_roi_align(RAMP, BOX, 2, 1.0)
    assert trace.snapped_box is None
    assert trace.column_edges.tolist() == [1.0, 2.5, 4.0]
    assert trace.row_edges.tolist() == [0.5, 1.5, 2.5]
    assert trace.points[0, 1, 1, 0].tolist() == [2.875, 1.25]
    assert trace.neighbours[0, 1, 1, 0].tolist() == [[1, 2], [1, 3], [2, 2], [2, 3]]
    # 0.125 and 0.875 along x times 0.75 and 0.25 along y
    assert trace.weights[0, 1, 1, 0].tolist() == [0.09375, 0.65625, 0.03125, 0.21875]
    assert trace.values[0, 0, 1, 1, 0].item() == 2.875 + 6 * 1.25


def test_a_side_below_one_cell_is_stretched_only_when_not_aligned():
    tiny = torch.tensor([[2.0, 1.0, 2.0, 1.0]])
    assert roi_align(RAMP, tiny, 1, 1.0).item() == 2.5 + 6 * 1.5
    assert roi_align(RAMP, tiny, 1, 1.0, aligned=True).item() == 1.5 + 6 * 0.5


@pytest.mark.parametrize("aligned", [False, True])
def test_a_constant_map_gives_its_constant_inside(aligned):
    boxes = torch.tensor([[3.0, 5.0, 120.0, 90.0], [-500.0, -500.0, -300.0, -300.0]])
    out = roi_align(torch.full((1, 20, 24), 7.0), boxes, 7, 1 / 8, aligned=aligned)
    torch.testing.assert_close(out[0], torch.full((1, 7, 7), 7.0))
    assert out[1].unique().tolist() == [0.0]


def test_linear_in_the_features():
    one, two, boxes = features(), features().flip(2), thousand_boxes()[:100]

    def align(map_):
        return roi_align(map_, boxes, 3, 1 / STRIDE)

    torch.testing.assert_close(align(one + 2 * two), align(one) + 2 * align(two), atol=1e-5, rtol=1e-5)


def test_moving_box_and_map_by_whole_strides_changes_nothing():
    map_, box = features(), torch.tensor([[72.0, 40.5, 190.0, 133.0]])
    moved = torch.roll(map_, (2, 3), dims=(1, 2))
    shift = torch.tensor([3.0, 2.0, 3.0, 2.0]) * STRIDE
    before, after = roi_align(map_, box, 5, 1 / STRIDE), roi_align(moved, box + shift, 5, 1 / STRIDE)
    torch.testing.assert_close(before, after, atol=1e-5, rtol=0)


def test_a_small_step_of_the_box_is_a_small_step_of_the_output():
    map_, box = features(), torch.tensor([[72.0, 40.5, 190.0, 133.0]])
    steps = torch.arange(0, 33)[:, None] * torch.tensor([[0.5, 0.0, 0.5, 0.0]])
    out = roi_align(map_, box + steps, 7, 1 / STRIDE)
    # bilinear values are Lipschitz: a step of ½ px = 1/32 cell changes no value by more than 1/32 · max |Δf|
    steepest = (map_[:, :, 1:] - map_[:, :, :-1]).abs().max()
    assert (out[1:] - out[:-1]).abs().max() <= steepest / 32 + 1e-5


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("sampling_ratio", [1, 2, 0, -1])
@pytest.mark.parametrize("output_size", [7, (3, 5)])
def test_equals_torchvision_on_a_thousand_boxes(aligned, sampling_ratio, output_size):
    boxes = thousand_boxes()
    ours = roi_align(features(), boxes, output_size, 1 / STRIDE, sampling_ratio, aligned)
    arguments = (output_size, 1 / STRIDE, sampling_ratio, aligned)
    reference = torchvision.ops.roi_align(features()[None], [boxes], *arguments)
    torch.testing.assert_close(ours, reference, atol=1e-5, rtol=0)


@pytest.mark.parametrize("aligned", [False, True])
def test_the_trace_multiplies_back(aligned):
    map_ = features()
    for box in thousand_boxes()[::40]:
        trace = trace_roi_align(map_, box, (3, 4), 1 / STRIDE, 2, aligned)
        expected = roi_align(map_, box[None], (3, 4), 1 / STRIDE, 2, aligned)[0]
        torch.testing.assert_close(trace.output, expected, atol=1e-5, rtol=0)
        rows, columns = trace.neighbours[..., 0], trace.neighbours[..., 1]
        again = (map_[:, rows, columns] * trace.weights).sum(-1).mean((3, 4))
        torch.testing.assert_close(again, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("aligned", [False, True])
def test_the_two_matrices_multiply_to_the_sampled_result(aligned):
    map_, boxes = features(), thousand_boxes()
    a_y, a_x = separable_weights(boxes, (3, 5), 1 / STRIDE, SIZE, 2, aligned)
    product = torch.einsum("nih,chw,njw->ncij", a_y, map_, a_x)
    torch.testing.assert_close(
        product, roi_align(map_, boxes, (3, 5), 1 / STRIDE, 2, aligned), atol=1e-5, rtol=0
    )


def test_no_boxes():
    for sampling_ratio in (2, 0):
        empty = roi_align(features(), torch.zeros(0, 4), 7, 1 / 4, sampling_ratio)
        assert empty.shape == (0, 6, 7, 7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": torch.zeros(4, 4)}, "features must be float"),
        ({"boxes": torch.zeros(4)}, "boxes must be"),
        ({"boxes": torch.full((1, 4), torch.nan)}, "finite"),
        ({"output_size": 0}, "output_size"),
        ({"spatial_scale": 0.0}, "spatial_scale"),
        ({"reduce": "median"}, "median"),
    ],
)
def test_says_what_is_wrong_with_its_arguments(change, message):
    good = {"features": RAMP, "boxes": BOX[None], "output_size": 2, "spatial_scale": 1.0}
    with pytest.raises(ValueError, match=message):
        roi_align(**{**good, **change})
