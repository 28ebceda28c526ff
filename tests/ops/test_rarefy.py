"""Filter rarefaction: by hand, against the network's own scores, and against shift-and-stitch."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
import torch
from torch import nn

from lecture_models.nets.patch_classifier import PATCH, STRIDE, patch_classifier
from lecture_models.ops.convolutionalize import convolutionalize
from lecture_models.ops.rarefy import rarefy


def _form(features: list[nn.Module], classifier: list[nn.Module]) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(features=nn.Sequential(*features), classifier=nn.Sequential(*classifier))
    )


@pytest.fixture(scope="module")
def form() -> Any:
    torch.manual_seed(0)
    return convolutionalize(patch_classifier().eval()).eval()


def test_by_hand():
    # a row 1 5 2 4 3 0, pooled by 2, then summed in pairs; the pooling keeps what is on its left and right
    #
    #   stride 2    5 4 3          sums  9 7
    #   stride 1    5 5 4 4 3      sums of every second: 5+4 5+4 4+3
    pair = nn.Conv2d(1, 1, (1, 2), bias=False)
    nn.init.ones_(pair.weight)
    x = torch.tensor([1.0, 5, 2, 4, 3, 0]).view(1, 1, 1, 6).repeat(1, 1, 2, 1)
    form = _form([nn.MaxPool2d(2)], [pair])
    assert form(x).flatten().tolist() == [9, 7]
    assert rarefy(form, 1)(x).flatten().tolist() == [9, 9, 7]


@pytest.mark.parametrize("stride", [32, 8, 4])
def test_it_is_shift_and_stitch_and_holds_the_networks_own_scores(form: Any, stride: int):
    x = torch.rand(1, 3, PATCH + STRIDE + 5, PATCH + STRIDE)
    with torch.no_grad():
        found = rarefy(form, stride)(x)
        assert found.shape[-2:] == tuple((side - PATCH) // stride + 1 for side in x.shape[-2:])
        step = STRIDE // stride
        assert torch.allclose(found[..., ::step, ::step], form(x), atol=1e-6)
        for row, column in {(0, 0), (step - 1, step // 2), (step // 2, step - 1)}:
            moved = form(x[..., row * stride :, column * stride :])
            stitched = found[..., row::step, column::step]
            assert torch.allclose(stitched, moved, atol=1e-6)


def test_the_weights_are_shared_and_the_network_stays_as_it_is(form: Any):
    fine: Any = rarefy(form, 8)
    assert fine.classifier[0].weight is form.classifier[0].weight
    assert fine.classifier[0].dilation == (4, 4)
    assert form.classifier[0].dilation == (1, 1)
    assert [layer.stride for layer in form.features if isinstance(layer, nn.MaxPool2d)] == [2] * 5
    assert [layer.stride for layer in fine.features if isinstance(layer, nn.MaxPool2d)] == [2, 2, 2, 1, 1]


@pytest.mark.parametrize("stride", [0, -1, 3, 12, 64])
def test_a_stride_that_is_none_is_refused(form: Any, stride: int):
    with pytest.raises(ValueError, match="32 divided by a power of two"):
        rarefy(form, stride)


@pytest.mark.parametrize("layer", [nn.Conv2d(1, 1, 3, stride=2), nn.MaxPool2d(3, 2), nn.GroupNorm(1, 1)])
def test_what_cannot_be_spread_is_named(layer: nn.Module):
    with pytest.raises(ValueError, match=type(layer).__name__):
        rarefy(_form([layer], [nn.Conv2d(1, 1, 1)]), 1)
