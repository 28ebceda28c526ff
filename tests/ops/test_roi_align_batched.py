"""The two batched forms that training can use, against torchvision: values and gradients."""

from __future__ import annotations

import pytest
import torch
import torchvision.ops

from lecture_models.ops.roi_align import roi_align_batched, roi_align_separable


def batch(channels_last: bool) -> tuple[torch.Tensor, list[torch.Tensor]]:
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(3, 8, 20, 24, generator=generator)
    if channels_last:
        features = features.contiguous(memory_format=torch.channels_last)
    corners = torch.rand(3, 30, 2, generator=generator) * 200 - 30
    boxes = torch.cat([corners, corners + torch.rand(3, 30, 2, generator=generator) ** 2 * 120], dim=2)
    special = torch.tensor(
        [[0, 0, 0, 0], [-90, -90, -60, -60], [2, 2, 3, 3], [-4, -4, 12, 12], [30, 30, 5, 5.0]]
    )
    return features, [torch.cat([boxes[0], special]), boxes[1][:0], boxes[2]]


FORMS = pytest.mark.parametrize("form", [roi_align_separable, roi_align_batched])


@FORMS
@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("output_size", [7, (3, 5)])
def test_values_and_gradients_are_torchvisions(form, aligned, channels_last, output_size):
    features, boxes = batch(channels_last)
    ours, theirs = features.clone().requires_grad_(), features.clone().requires_grad_()
    mine = form(ours, boxes, output_size, 1 / 8, 2, aligned)
    reference = torchvision.ops.roi_align(theirs, boxes, output_size, 1 / 8, 2, aligned)
    torch.testing.assert_close(mine, reference, atol=1e-5, rtol=0)
    upstream = torch.randn(reference.shape, generator=torch.Generator().manual_seed(2))
    mine.backward(upstream)
    reference.backward(upstream)
    torch.testing.assert_close(ours.grad, theirs.grad, atol=1e-4, rtol=1e-5)


@FORMS
def test_no_boxes_give_an_empty_batch_that_still_carries_gradients(form):
    features = torch.zeros(2, 4, 8, 8, requires_grad=True)
    crops = form(features, [torch.zeros(0, 4)] * 2, 7, 1 / 4)
    crops.sum().backward()
    assert crops.shape == (0, 4, 7, 7)
    assert features.grad is not None


@FORMS
def test_pictures_and_boxes_must_match(form):
    with pytest.raises(ValueError, match="2 pictures, 1 tensors"):
        form(torch.zeros(2, 4, 8, 8), [torch.zeros(0, 4)], 7, 1 / 4)


@pytest.mark.parametrize("form", [roi_align_separable, roi_align_batched])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_box_without_a_place_is_named(form, value):
    boxes = [torch.tensor([[0.0, 0, 8, 8], [0, value, 8, 8]])]
    with pytest.raises(ValueError, match=r"finite.*box 1"):
        form(torch.zeros(1, 2, 8, 8), boxes, 2, 1.0)
