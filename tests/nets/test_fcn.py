"""FCN: scores land on the pixels that they saw, the trace multiplies back, each network starts as the one before."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lecture_models.nets.fcn import FCN, fcn
from lecture_models.nets.fcn_grid import Grid, grid_of
from lecture_models.nets.patch_classifier import SIDE, patch_classifier
from lecture_models.ops.bilinear_kernel import bilinear_kernel
from lecture_models.training.initial import start_from

STRIDES: list[Any] = [32, 16, 8]


class _Ramps(nn.Module):
    """A layer that says where it looks: each cell of its map holds the middle (x, y) of its field, in pixels."""

    def __init__(self, network: FCN, layers: nn.Sequential, kernel: int = 1) -> None:
        super().__init__()
        self.grid, self.margin, self.kernel = grid_of(layers), network.margin, kernel

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Any map [B, C, h, w] -> float [B, 9, h, w] with x, y, zeros."""
        sizes = (n - self.kernel + 1 for n in x.shape[-2:])
        places = [torch.arange(n) * self.grid.stride + self.grid.centre - self.margin for n in sizes]
        y, x_ = torch.meshgrid(*places, indexing="ij")
        return torch.stack([x_, y, *[torch.zeros_like(y)] * 7])[None].expand(len(x), -1, -1, -1)


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("size", [(64, 64), (50, 77)])
def test_scores_land_on_the_pixels_that_they_saw(stride: Any, size: tuple[int, int]):
    """Scores that say where a field's middle lies must come out as each pixel's own place, over the whole picture."""
    network: Any = FCN(stride).eval()
    body = nn.Sequential(*network.features, *network.classifier)
    network.classifier = _Ramps(network, body, SIDE)
    trace = network.trace(torch.rand(1, 3, *size))
    x, y = trace.logits[0, :2]
    assert torch.allclose(x, (torch.arange(size[1]) + 0.5).expand(*size), atol=1e-3)
    assert torch.allclose(y, (torch.arange(size[0]) + 0.5)[:, None].expand(*size), atol=1e-3)


def test_finer_scores_lie_on_the_upsampled_ones():
    """Away from the border, the upsampled places of score32 are those of pool4's cells, and of pool3's."""
    network: Any = FCN(8).eval()
    body = nn.Sequential(*network.features, *network.classifier)
    network.classifier = _Ramps(network, body, SIDE)
    network.score_pool4 = _Ramps(network, network.features[: network._after_pool(4)])
    network.score_pool3 = _Ramps(network, network.features[: network._after_pool(3)])
    trace = network.trace(torch.rand(1, 3, 64, 96))
    inner = (slice(None), slice(0, 2), slice(2, -2), slice(2, -2))
    assert torch.allclose(trace.upsampled32[inner], trace.score_pool4[inner], atol=1e-3)
    doubled = trace.upsampled16 / 2  # sum16 holds each place twice
    inner = (slice(None), slice(0, 2), slice(6, -6), slice(6, -6))
    assert torch.allclose(doubled[inner], trace.score_pool3[inner], atol=1e-3)


@pytest.mark.parametrize("stride", STRIDES)
def test_the_trace_multiplies_back(stride: Any):
    torch.manual_seed(0)
    network: Any = fcn(stride).eval()
    for name, parameter in network.named_parameters():
        if name.startswith("score_pool"):
            nn.init.normal_(parameter, 0, 0.1)
    images = torch.rand(2, 3, 70, 100)
    with torch.no_grad():
        trace = network.trace(images)
        score = trace.score32
        if stride <= 16:
            doubled = F.conv_transpose2d(score, network.upscore2.weight, stride=2)
            assert torch.allclose(doubled, trace.upsampled32, atol=1e-4)
            score = trace.upsampled32 + trace.score_pool4
        if stride == 8:
            score = F.conv_transpose2d(score, network.upscore_pool4.weight, stride=2) + trace.score_pool3
            assert torch.allclose(score, trace.sum8, atol=1e-4)
        # each class by itself, by a kernel that is made here
        each = score.reshape(-1, 1, *score.shape[-2:])
        up = F.conv_transpose2d(each, bilinear_kernel(stride)[None, None], stride=stride)
        up = up.reshape(2, 9, *up.shape[-2:])
        row, column = trace.crop
        back = up[..., row : row + 70, column : column + 100]
        assert torch.allclose(back, network(images), atol=1e-4)
    assert trace.logits.shape == (2, 9, 70, 100)
    assert trace.logits.std() > 1e-3


def test_the_grids_by_hand():
    # pool5's cell sees 94 pixels and the score 158, 32 apart; after the doubling cells are 16 apart, and the first lies
    # half a coarse cell before its neighbour's middle: 79 - 32 + 8 = 55. pool4's cell sees 46 pixels, so its first
    # middle is 23, and 23 + 2 · 16 = 55.
    network: Any = FCN(8)
    body = nn.Sequential(*network.features, *network.classifier)
    assert grid_of(body) == Grid(32, 79.0)
    assert grid_of(network.features) == Grid(32, 47.0)
    assert (network.offset_pool4, network.offset_pool3) == (2, 4)
    with pytest.raises(ValueError, match="cell on cell"):
        Grid(16, 54.0).offset_in(Grid(16, 23.0))


def test_each_network_starts_as_the_one_before():
    torch.manual_seed(0)
    classifier = patch_classifier()
    chain: list[Any] = [fcn(stride).eval() for stride in STRIDES]
    start_from(chain[0], classifier.state_dict())
    assert torch.equal(chain[0].classifier[0].weight.flatten(1), classifier.classifier[0].weight)
    for before, network in pairwise(chain):
        start_from(network, before.state_dict())
    images = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        first, *later = [network.trace(images).score32 for network in chain]
        assert all(torch.allclose(first, other, atol=1e-5) for other in later)
        logits = [network(images) for network in chain]
    assert torch.allclose(
        logits[0], logits[2], atol=0.05 * float(logits[0].abs().max())
    )  # silent scores add nothing


def test_every_weight_learns():
    torch.manual_seed(0)
    network: Any = fcn(8).train()
    network(torch.rand(2, 3, 32, 32)).square().mean().backward()
    silent = [name for name, parameter in network.named_parameters() if parameter.grad is None]
    assert silent == []


def test_bad_sizes_and_strides_are_refused():
    with pytest.raises(ValueError, match="32 × 32 pixels; got 31 × 40"):
        fcn(32)(torch.zeros(1, 3, 31, 40))
    with pytest.raises(ValueError, match="8, 16 or 32; got 4"):
        fcn(4)  # type: ignore[arg-type]
