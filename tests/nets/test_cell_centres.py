"""Where cells lie: on backbones whose centres are known by hand, and on the lesson's own."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lecture_models.nets.cell_centres import _with_fixed_statistics, measured_centres

NOISE = [np.random.default_rng(seed).integers(0, 256, (64, 64, 3), dtype=np.uint8) for seed in range(2)]


class One(nn.Module):
    """A backbone of one map."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, pictures: Tensor) -> OrderedDict[str, Tensor]:
        return OrderedDict([("0", self.layers(pictures))])


def ones(layer: nn.Conv2d) -> nn.Conv2d:
    nn.init.ones_(layer.weight)
    return layer


def test_a_pooling_tiles_the_picture():
    # cell i is the mean of the pixels 4i … 4i + 3, whose middle lies at 4i + 2 = 4 · (i + ½)
    assert measured_centres(One(nn.AvgPool2d(4)), NOISE) == pytest.approx([0.5])


def test_padded_convolutions_of_stride_2_do_not():
    # the first reads pixels 2i − 1 … 2i + 1, the second likewise its cells: centred on pixel 4i, at 4i + ½
    layers = [ones(nn.Conv2d(c, 1, 3, stride=2, padding=1, bias=False)) for c in (3, 1)]
    assert measured_centres(One(*layers), NOISE) == pytest.approx([0.5 / 4], abs=1e-6)


def test_a_group_norm_changes_neither_its_own_output_nor_the_centre():
    torch.manual_seed(0)
    norm, values = nn.GroupNorm(2, 6), torch.randn(1, 6, 9, 9)
    torch.testing.assert_close(_with_fixed_statistics(norm, (values,), values), norm(values))
    layers = ones(nn.Conv2d(3, 2, 3, stride=2, padding=1, bias=False)), nn.GroupNorm(1, 2)
    assert measured_centres(One(*layers), NOISE) == pytest.approx([0.25], abs=1e-6)
