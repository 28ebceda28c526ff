"""Zeros around every map: torch's own padding, with the weights of the layers without."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from lecture_models.ops.zero_padding import with_zero_padding


def test_it_is_torchs_padding_and_shares_the_weights():
    torch.manual_seed(0)
    plain = nn.Sequential(
        nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Conv2d(3, 4, 1), nn.MaxPool2d(2), nn.Conv2d(4, 2, 5)
    )
    padded = with_zero_padding(plain)
    x = torch.rand(1, 2, 12, 16)
    first, _, second, _, third = plain
    hidden = F.conv2d(F.conv2d(x, first.weight, first.bias, padding=1).relu(), second.weight, second.bias)
    expected = F.conv2d(F.max_pool2d(hidden, 2), third.weight, third.bias, padding=2)
    assert torch.equal(padded(x), expected)
    assert padded[0].weight is first.weight
    assert first.padding == (0, 0), "the layers themselves stay as they are"


def test_by_hand():
    # a kernel of ones adds up 3 × 3 cells; with zeros around a 2 × 2 map each output is the sum of all four
    ones = nn.Conv2d(1, 1, 3, bias=False)
    nn.init.ones_(ones.weight)
    assert (
        with_zero_padding(nn.Sequential(ones))(torch.tensor([[[[1.0, 2], [3, 4]]]])).flatten().tolist()
        == [10] * 4
    )
