"""The swap of crops: with RoIAlign on its own level it is the network itself; elsewhere its parts are checked."""

from __future__ import annotations

import pytest
import torch

from lecture_models.nets import roi_swap
from lecture_models.nets.panoptic_fpn import panoptic_fpn
from lecture_models.nets.rcnn_trace import as_tensor, trace_rcnn
from lecture_models.ops.roi_features import pooled_box, roi_pool
from lecture_models.scenes import render

BOXES = torch.tensor(
    [[60.3, 90.7, 141.2, 180.4], [10.0, 20.0, 40.0, 60.0], [5.5, 5.5, 250.0, 240.0], [80, 80, 84, 85.0]]
)


@pytest.fixture(scope="module")
def traced():
    torch.manual_seed(0)
    network = panoptic_fpn().eval()
    return network, trace_rcnn(network, render(42).image)


@torch.inference_mode()
def test_with_its_own_operator_and_level_it_is_the_network(traced):
    network, trace = traced
    batch, _ = network.transform([as_tensor(trace.image)])
    maps = network.backbone(batch.tensors)
    heads = network.roi_heads
    crops = heads.box_roi_pool(maps, [BOXES], batch.image_sizes)
    probabilities = heads.box_predictor(heads.box_head(crops))[0].softmax(1)
    for box, expected in zip(BOXES, probabilities, strict=True):
        swap = roi_swap.trace_swap(network, trace, box, roi_swap.level_of(network, box))
        own = roi_swap.OPERATORS.index(roi_swap.TRAINED_WITH)
        torch.testing.assert_close(swap.scores[own], expected.max(), atol=1e-5, rtol=0)
        assert swap.labels[own] == expected.argmax()


def test_the_level_is_torchvisions(traced):
    network, _ = traced
    with torch.no_grad():
        network([torch.zeros(3, 256, 256)])  # the library's mapper knows its scales after a first call
    found = [roi_swap.level_of(network, box) for box in BOXES]
    assert found == [f"P{int(level) + 2}" for level in network.roi_heads.box_roi_pool.map_levels([BOXES])]


def test_the_four_crops_are_the_four_operators(traced):
    _, trace = traced
    features = trace.features["P4"]
    four = roi_swap.four_crops(features, BOXES[0], 7, 1 / 16)
    assert four.shape == (4, 64, 7, 7)
    assert torch.equal(four[0], roi_pool(features, BOXES[:1], 7, 1 / 16)[0])
    regions = roi_swap.four_regions(BOXES[0], 1 / 16, (16, 16), 0.5)
    assert torch.equal(regions[:1], pooled_box(BOXES[:1], "roi_pool", 1 / 16, size=(16, 16)))
    torch.testing.assert_close(regions[3], BOXES[0])


def test_the_crops_of_many_boxes_are_those_of_each(traced):
    features = traced[1].features["P3"]
    boxes = torch.cat(
        [BOXES, torch.tensor([[-9.0, 200.0, 30.0, 300.0], [64, 64, 96, 96], [3.9, 4.1, 4.2, 9]])]
    )
    many = roi_swap.four_crops_of_each(features, boxes, 7, 1 / 8).unflatten(0, (-1, 4))
    one_by_one = torch.stack([roi_swap.four_crops(features, box, 7, 1 / 8) for box in boxes])
    torch.testing.assert_close(many, one_by_one, atol=2e-5, rtol=1e-5)


def test_the_mean_over_one_true_box_is_its_own_mask(traced):
    network, trace = traced
    swap = roi_swap.trace_swap(network, trace, BOXES[0], "P3")
    truth = torch.zeros(1, 256, 256, dtype=torch.bool)
    truth[:, 90:180, 60:141] = True
    label = swap.mask_labels[:1]
    means = roi_swap.mean_mask_ious(network, trace, BOXES[:1], label, truth, "P3")
    mask = swap.masks[0] >= 0.5
    assert means[0] == pytest.approx(
        float((mask & truth[0]).sum() / (mask | truth[0]).sum().clamp(min=1)), abs=1e-6
    )


def test_unknown_level(traced):
    with pytest.raises(ValueError, match="P2, P3, P4, P5"):
        roi_swap.trace_swap(*traced, BOXES[0], "P7")
