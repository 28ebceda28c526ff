"""The classifier of patches: its size is that of its receptive field, and patches are cut where they are said to be."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lecture_models.autopsy.field import through
from lecture_models.nets.patch_classifier import (
    MEAN_COLOUR,
    PATCH,
    SIDE,
    STRIDE,
    PatchClassifier,
    cut_patches,
    pad_by_mean,
    patch_classifier,
)
from lecture_models.ops.convolutionalize import convolutionalize


def test_a_patch_is_the_receptive_field_of_one_score():
    form = convolutionalize(PatchClassifier())
    assert through(form, (0, 0), 0) == (0, PATCH - 1)
    assert through(form, (1, 1), 1) == (STRIDE, STRIDE + PATCH - 1)
    with torch.device("meta"):
        assert PatchClassifier().features(torch.zeros(1, 3, PATCH, PATCH)).shape[-2:] == (SIDE, SIDE)


def test_nothing_is_padded_and_nothing_reads_the_whole_map():
    layers = list(PatchClassifier().modules())
    assert all(
        layer.padding in (0, (0, 0)) for layer in layers if isinstance(layer, (nn.Conv2d, nn.MaxPool2d))
    )
    assert not any(isinstance(layer, nn.GroupNorm) for layer in layers)


def test_its_file_is_small():
    values = sum(tensor.numel() for tensor in patch_classifier().state_dict().values())
    assert 2 * values < 5e6  # bytes, as float16


def test_another_size_is_refused():
    with pytest.raises(ValueError, match="158 × 158 pixels; got"):
        patch_classifier()(torch.zeros(1, 3, 160, 158))


def test_patches_are_cut_around_their_pixel():
    # two pictures whose red says the column and whose green says the row
    ramp = torch.arange(256.0) / 255
    picture = torch.stack([ramp.expand(256, 256), ramp[:, None].expand(256, 256), torch.zeros(256, 256)])
    images = torch.stack([picture, 1 - picture])
    points = torch.tensor([[100, 150], [0, 255], [100, 150]])
    patches = cut_patches(images, torch.tensor([0, 0, 1]), points)
    half = PATCH // 2
    assert patches.shape == (3, 3, PATCH, PATCH)
    assert torch.allclose(patches[0, :2, half, half] * 255, torch.tensor([100.0, 150.0]))
    assert torch.allclose(patches[0, :2, 0, 0] * 255, torch.tensor([100.0 - half, 150.0 - half]))
    assert torch.allclose(patches[1, :2, half, half] * 255, torch.tensor([0.0, 255.0]))
    mean = torch.tensor(MEAN_COLOUR) / 255
    assert torch.allclose(patches[1, :, half, half - 1], mean)  # left of the picture
    assert torch.allclose(patches[1, :, half + 1, half], mean)  # below it
    assert torch.allclose(patches[2], 1 - patches[0], atol=1e-6)


def test_padding_is_what_the_patches_have_outside():
    torch.manual_seed(0)
    image, half = torch.rand(1, 3, 20, 30), PATCH // 2
    around = pad_by_mean(image, (half, half, half, half))
    patch = cut_patches(image, torch.tensor([0]), torch.tensor([[4, 7]]))
    assert torch.equal(patch, around[..., 7 : 7 + PATCH, 4 : 4 + PATCH])
