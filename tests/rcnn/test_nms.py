"""Suppression with its reasons: by hand, by its rule, and against torchvision."""

from __future__ import annotations

import pytest
import torch
from torchvision.ops import batched_nms, box_iou, nms

from lecture_models.rcnn.nms import trace_nms


def _random(count: int, groups: int, seed: int):
    generator = torch.Generator().manual_seed(seed)
    corner = torch.rand(count, 2, generator=generator) * 200
    boxes = torch.cat([corner, corner + 5 + torch.rand(count, 2, generator=generator) * 80], 1)
    scores = (
        torch.randperm(count, generator=generator) / count
    )  # no ties: torchvision breaks them as it likes
    return boxes, scores, torch.randint(groups, (count,), generator=generator)


def test_by_hand():
    # A [0, 10) and B [2, 12) overlap with 8/12, B and C [4, 14) too, A and C with 6/14: A kills B, so C lives.
    boxes = torch.tensor([[2.0, 0, 12, 10], [0, 0, 10, 10], [4, 0, 14, 10]])
    trace = trace_nms(boxes, torch.tensor([0.8, 0.9, 0.7]), torch.zeros(3, dtype=torch.int64), 0.5)
    assert trace.kept.tolist() == [1, 2]
    assert trace.suppressor.tolist() == [1, -1, -1]
    torch.testing.assert_close(trace.iou, torch.tensor([8 / 12, 0, 0]))


def test_an_iou_equal_to_the_threshold_is_no_reason():
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 5], [0, 0, 0, 0], [0, 0, 0, 0]])
    trace = trace_nms(boxes, torch.tensor([0.9, 0.8, 0.7, 0.6]), torch.zeros(4, dtype=torch.int64), 0.5)
    assert trace.kept.tolist() == [0, 1, 2, 3]  # nor is an empty box one


@pytest.mark.parametrize("iou", [0.0, 0.3, 0.5, 0.7, 1.0])
@pytest.mark.parametrize(("count", "groups"), [(0, 1), (1, 1), (300, 1), (600, 4), (1500, 5)])
def test_keeps_what_torchvision_keeps(count: int, groups: int, iou: float):
    boxes, scores, which = _random(count, groups, count)
    trace = trace_nms(boxes, scores, which, iou)
    assert torch.equal(trace.kept, batched_nms(boxes, scores, which, iou))
    if groups == 1:
        assert torch.equal(trace.kept, nms(boxes, scores, iou))


@pytest.mark.parametrize("iou", [0.3, 0.5, 0.7])
def test_on_a_grid_where_ious_hit_the_threshold_exactly(iou: float):
    generator = torch.Generator().manual_seed(1)
    corner = torch.randint(8, (900, 2), generator=generator).float()
    boxes = torch.cat([corner, corner + torch.randint(1, 9, (900, 2), generator=generator)], 1)
    scores = torch.randperm(900, generator=generator) / 900
    which = torch.randint(3, (900,), generator=generator)
    assert torch.equal(trace_nms(boxes, scores, which, iou).kept, batched_nms(boxes, scores, which, iou))


def test_the_suppressor_is_the_first_kept_box_that_overlaps():
    boxes, scores, which = _random(700, 3, 5)
    trace = trace_nms(boxes, scores, which, 0.4)
    table = box_iou(boxes, boxes[trace.kept]) * (which[:, None] == which[trace.kept])
    killed = (trace.suppressor >= 0).nonzero()[:, 0]
    first = (table[killed] > 0.4).float().argmax(1)
    assert torch.equal(trace.suppressor[killed], trace.kept[first])
    torch.testing.assert_close(trace.iou[killed], table[killed, first], atol=1e-4, rtol=0)
    assert (scores[trace.suppressor[killed]] > scores[killed]).all()
    assert len(killed) + len(trace.kept) == len(boxes)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("count", [400, 1500])
def test_equal_scores_have_torchvisions_order(count: int, seed: int):
    boxes, scores, which = _random(count, 5, seed)
    scores = (scores * 8).round() / 8
    assert torch.equal(trace_nms(boxes, scores, which, 0.5).kept, batched_nms(boxes, scores, which, 0.5))
