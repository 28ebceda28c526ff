"""The ablation's networks: alike in all but the crop, and each crop is the operator of its name."""

from __future__ import annotations

import pytest
import torch
import torchvision

from lecture_models.nets.one_level import OneLevelCrop, one_level
from lecture_models.ops.roi_features import roi_align, roi_pool, roi_warp

BOXES = torch.tensor([[3.2, 5.9, 40.1, 60.0], [17.0, 9.0, 18.5, 11.0], [0.0, 0.0, 64.0, 64.0]])
OPERATORS = {
    "roi_pool": roi_pool,
    "roi_warp": roi_warp,
    "roi_align": lambda *a: roi_align(*a, aligned=True),
}


@pytest.mark.parametrize("crop", OPERATORS)
@pytest.mark.parametrize("stride", [8, 16])
def test_a_crop_is_the_lectures_operator(crop, stride):
    torch.manual_seed(1)
    features = torch.randn(2, 5, 64 // stride, 64 // stride)
    crops = OneLevelCrop(crop, 7, stride)({"0": features}, [BOXES, BOXES[:1] + 2], [(64, 64)] * 2)
    expected = [
        OPERATORS[crop](f, b, 7, 1 / stride) for f, b in zip(features, (BOXES, BOXES[:1] + 2), strict=True)
    ]
    torch.testing.assert_close(crops, torch.cat(expected), atol=1e-5, rtol=1e-5)


def test_crops_by_torchvision():
    torch.manual_seed(2)
    features = torch.randn(1, 4, 8, 8)
    expected = torchvision.ops.roi_align(features, [BOXES], 14, 1 / 8, 2, aligned=True)
    torch.testing.assert_close(OneLevelCrop("roi_align", 14, 8)({"0": features}, [BOXES], []), expected)


@pytest.mark.parametrize("crop", OPERATORS)
def test_features_get_gradients_through_every_crop(crop):
    features = torch.randn(1, 4, 8, 8).to(memory_format=torch.channels_last).requires_grad_()
    OneLevelCrop(crop, 7, 8)({"0": features}, [BOXES], []).square().sum().backward()
    assert features.grad is not None
    assert features.grad.abs().sum() > 0


@pytest.mark.parametrize("stride", [8, 16])
def test_networks_of_one_seed_start_equal(stride):
    states = []
    for crop in OPERATORS:
        torch.manual_seed(3)
        states.append(one_level(crop, stride).state_dict())
    for other in states[1:]:
        assert other.keys() == states[0].keys()
        assert all(torch.equal(other[key], value) for key, value in states[0].items())


def test_the_stride_is_what_it_says():
    for stride in (8, 16):
        network = one_level("roi_pool", stride).eval()
        assert network.backbone(torch.zeros(1, 3, 64, 96))["0"].shape == (1, 96, 64 // stride, 96 // stride)
    with pytest.raises(ValueError, match="stride must be one of 8, 16, got 32"):
        one_level("roi_pool", 32)
