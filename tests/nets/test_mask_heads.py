"""Both heads on one RoI: the network's own masks for its own detections, by either rule; costs by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torchvision.models.detection import fasterrcnn_resnet50_fpn, maskrcnn_resnet50_fpn

from lecture_models.autopsy.paste import pixel_of_cell, trace_paste
from lecture_models.nets.mask_heads import head_costs, mask_probs, mask_rule, trace_mask_heads
from lecture_models.nets.mask_rcnn import mask_rcnn
from lecture_models.nets.rcnn_trace import RCNNTrace, paste, run_heads, trace_rcnn
from lecture_models.nets.roi_swap import four_crops
from lecture_models.scenes import render

BOX = torch.tensor([60.3, 40.2, 110.9, 121.7])
RULES = ("sigmoid", "softmax")


def eager(network: Any) -> Any:
    """A fresh network that keeps some detections though it has learned nothing."""
    network.roi_heads.score_thresh = 0.0
    network.roi_heads.detections_per_img = 5
    return network.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def networks() -> dict[str, Any]:
    made = {}
    for rule in RULES:
        torch.manual_seed(3)
        made[rule] = eager(mask_rcnn(rule))  # type: ignore[arg-type]
    return made


@pytest.fixture(scope="module")
def traces(networks: dict[str, Any]) -> dict[str, RCNNTrace]:
    image = render(5).image
    return {rule: trace_rcnn(network, image) for rule, network in networks.items()}


@pytest.fixture(scope="module")
def coco() -> tuple[Any, RCNNTrace]:
    torch.manual_seed(4)
    sizes = {"min_size": 192, "max_size": 320}
    network = eager(maskrcnn_resnet50_fpn(weights=None, weights_backbone=None, **sizes))
    return network, trace_rcnn(network, render(6, size=128).image)


@pytest.mark.parametrize("rule", RULES)
def test_a_detections_mask_is_the_networks_own(networks: Any, traces: Any, rule: str):
    trace = traces[rule]
    assert len(trace.boxes) == 5
    for number, (box, label) in enumerate(zip(trace.boxes, trace.labels.tolist(), strict=True)):
        heads = trace_mask_heads(networks[rule], trace, box)
        torch.testing.assert_close(heads.mask_probs[label], trace.mask_cells[number], atol=1e-5, rtol=0)
        torch.testing.assert_close(heads.pasted(label), trace.masks[number], atol=1e-5, rtol=0)


def test_a_detections_mask_is_the_networks_own_when_it_resizes(coco: tuple[Any, RCNNTrace]):
    network, trace = coco
    assert trace.scale == 1.5
    for number, (box, label) in enumerate(zip(trace.boxes, trace.labels.tolist(), strict=True)):
        heads = trace_mask_heads(network, trace, box)
        assert heads.mask_logits.shape == (91, 28, 28)
        torch.testing.assert_close(heads.mask_probs[label], trace.mask_cells[number], atol=1e-4, rtol=0)


def test_a_detections_mask_is_the_networks_own_when_the_sides_are_rounded_apart():
    """43 × 510 becomes 112 × 1333: a scale of 2.605 down and 2.614 across."""
    torch.manual_seed(4)
    network = eager(maskrcnn_resnet50_fpn(weights=None, weights_backbone=None))
    image = np.random.default_rng(0).integers(0, 256, (43, 510, 3), np.uint8)
    trace = trace_rcnn(network, image)
    assert len(trace.boxes)
    for number, (box, label) in enumerate(zip(trace.boxes, trace.labels.tolist(), strict=True)):
        heads = trace_mask_heads(network, trace, box)
        torch.testing.assert_close(heads.mask_probs[label], trace.mask_cells[number], atol=1e-4, rtol=0)


def test_the_crops_are_roi_align_of_its_level(networks: Any, traces: Any):
    heads = trace_mask_heads(networks["sigmoid"], traces["sigmoid"], BOX)
    assert heads.level == "P3"  # a box of 64 pixels: one level below the 96 of P4
    features = traces["sigmoid"].features["P3"]
    for crop, bins in ((heads.box_crop, 7), (heads.mask_crop, 14)):
        torch.testing.assert_close(crop, four_crops(features, BOX, bins, 1 / 8)[2], atol=1e-5, rtol=0)


def test_class_and_box_head_are_the_networks(networks: Any, traces: Any):
    network, trace = networks["sigmoid"], traces["sigmoid"]
    heads = trace_mask_heads(network, trace, BOX)
    again = run_heads(network, heads.box_crop[None], heads.mask_crop[None], BOX[None], heads.size)
    torch.testing.assert_close(heads.class_probs, again.class_probs[0], atol=1e-6, rtol=0)
    torch.testing.assert_close(heads.boxes, again.boxes[0], atol=1e-4, rtol=0)
    torch.testing.assert_close(heads.mask_probs, again.mask_probs[0], atol=1e-6, rtol=0)
    dx, dy, dw, dh = heads.deltas[2].tolist()
    width, height = 110.9 - 60.3, 121.7 - 40.2
    centre = (60.3 + width / 2 + dx * width, 40.2 + height / 2 + dy * height)
    by_hand = [centre[0] - width * np.exp(dw) / 2, centre[1] - height * np.exp(dh) / 2]
    assert heads.boxes[2, :2].tolist() == pytest.approx(by_hand, abs=1e-3)


def test_softmax_adds_up_to_one_and_sigmoid_does_not(networks: Any, traces: Any):
    made = {rule: trace_mask_heads(networks[rule], traces[rule], BOX) for rule in RULES}
    assert {rule: heads.rule for rule, heads in made.items()} == {rule: rule for rule in RULES}
    ones = torch.ones(28, 28)
    torch.testing.assert_close(made["softmax"].mask_probs.sum(0), ones, atol=1e-6, rtol=0)
    assert (made["sigmoid"].mask_probs.sum(0) - ones).abs().max() > 0.5


def test_the_two_networks_start_alike(networks: Any, traces: Any):
    one, other = (trace_mask_heads(networks[rule], traces[rule], BOX) for rule in RULES)
    torch.testing.assert_close(one.mask_logits, other.mask_logits, atol=1e-5, rtol=0)
    assert mask_rule(networks["softmax"]) == "softmax"
    torch.testing.assert_close(mask_probs(one.mask_logits, "softmax"), other.mask_probs, atol=1e-6, rtol=0)


def test_a_network_without_masks_gets_a_sentence():
    torch.manual_seed(0)
    network = fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None, min_size=64, max_size=64)
    trace = trace_rcnn(eager(network), np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(ValueError, match="mask head is needed"):
        trace_mask_heads(network, trace, torch.tensor([1.0, 1, 20, 20]))


def test_costs_by_hand(networks: Any):
    boxes, masks = head_costs(networks["sigmoid"])
    assert boxes.macs == 64 * 49 * 256 + 256 * 256 + 256 * 6 + 256 * 24
    assert (
        boxes.parameters == boxes.macs + 256 + 256 + 6 + 24
    )  # each weight is used once, and then the biases
    assert masks.macs == 4 * 64 * 64 * 9 * 14 * 14 + 64 * 64 * 4 * 14 * 14 + 64 * 6 * 28 * 28
    assert masks.parameters == 4 * (64 * 64 * 9 + 64) + 64 * 64 * 4 + 64 + 64 * 6 + 6


@pytest.mark.parametrize("box", [[20.3, 30.9, 77.7, 90.2], [-4.0, 200.0, 30.0, 256.0], [3.0, 3.0, 8.5, 5.1]])
def test_a_pasted_pixel_is_the_weighted_mean_of_its_cells(box: list[float]):
    mask, place, size = torch.rand(28, 28, generator=torch.manual_seed(1)), torch.tensor(box), (256, 256)
    pasted = paste(mask[None], place[None], size)[0]
    for column in range(0, 28, 3):
        for row in range(0, 28, 3):
            x, y = pixel_of_cell((column, row), place, 28, size)
            found = trace_paste(mask, mask.logit(), place, (x, y), float(pasted[y, x]))
            assert found is not None
            assert sum(cell.weight for cell in found.cells) == pytest.approx(1, abs=1e-6)
            assert found.value == pytest.approx(float(pasted[y, x]), abs=1e-5)
            if min(box) >= 0 and box[2] - box[0] > 28:
                assert (column, row) in [(cell.column, cell.row) for cell in found.cells]
