"""Upsamplers swapped in a decoder: the trained one is itself, equal taps are nearest neighbour; means kept or not."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from lecture_models.nets.unet import unet
from lecture_models.nets.unet_swap import SPARSE, UPSAMPLERS, mean_taps, swapped

torch.manual_seed(0)
NETWORK = unet().eval().requires_grad_(False)
MAPS, BOTTOM = NETWORK.encode(torch.rand(1, 3, 48, 32))


def test_the_trained_upsampler_in_its_own_place_changes_nothing():
    own = NETWORK.decode(MAPS, BOTTOM)
    again = NETWORK.decode(MAPS, BOTTOM, up=swapped(NETWORK, "transposed", MAPS))
    for one, other in zip(own, again, strict=True):
        assert torch.allclose(one.decoder, other.decoder, atol=1e-5)


@pytest.mark.parametrize("kind", UPSAMPLERS)
def test_every_upsampler_doubles(kind: str):
    up = swapped(NETWORK, kind, MAPS)
    assert up(3, BOTTOM).shape == MAPS[3].shape


def test_with_four_equal_taps_nearest_neighbour_is_the_transposed_convolution():
    weight = NETWORK.up[3].weight.mean((2, 3), keepdim=True).expand(-1, -1, 2, 2)
    bias = NETWORK.up[3].bias
    expected = F.conv_transpose2d(BOTTOM, weight, bias, stride=2)
    assert torch.allclose(swapped(NETWORK, "nearest", MAPS)(3, BOTTOM), expected, atol=1e-5)
    assert mean_taps(NETWORK.up[3].weight).shape == (128, 176, 1, 1)


@pytest.mark.parametrize("kind", UPSAMPLERS[1:])
def test_means_fall_to_a_quarter_where_three_cells_in_four_are_empty(kind: str):
    bias = NETWORK.up[3].bias[:, None, None]
    mean = F.conv2d(BOTTOM, mean_taps(NETWORK.up[3].weight)).mean((2, 3))
    found = (swapped(NETWORK, kind, MAPS)(3, BOTTOM) - bias).mean((2, 3))
    made_up = (swapped(NETWORK, kind, MAPS, made_up=True)(3, BOTTOM) - bias).mean((2, 3))
    if kind == "bilinear":
        assert torch.allclose(found, made_up)
    else:
        assert torch.allclose(found, mean / 4 if kind in SPARSE else mean, atol=1e-5)
        assert torch.allclose(made_up, mean, atol=1e-5)


def test_max_unpooling_goes_back_to_the_maxima():
    up = swapped(NETWORK, "max_unpool", MAPS)(3, BOTTOM) - NETWORK.up[3].bias[:, None, None]
    _, places = F.max_pool2d(MAPS[3], 2, return_indices=True)
    filled = torch.zeros_like(MAPS[3], dtype=torch.bool).flatten(2).scatter(2, places.flatten(2), True)
    assert not up.flatten(2)[~filled].any()


def test_another_name_is_refused():
    with pytest.raises(ValueError, match="got 'magic'"):
        swapped(NETWORK, "magic", MAPS)
