"""A chain of layers with zeros around every map, as VGG-16 has them: why one pass then is not the sliding window.

A crop has a border of its own in the middle of the picture. With padding, each convolution there sees zeros; in
one pass over the whole picture it sees what is really beside the crop. With each layer that reaches further in.
"""

from __future__ import annotations

import copy
from typing import Any

from torch import nn


def with_zero_padding(chain: nn.Sequential) -> nn.Sequential:
    """The same layers, weights shared, with each k × k convolution of stride 1 padded by (k − 1) / 2 zeros.

    >>> with_zero_padding(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))[0]
    Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    """
    return nn.Sequential(*(_padded(layer) for layer in chain))


def _padded(layer: nn.Module) -> nn.Module:
    if not isinstance(layer, nn.Conv2d):
        return layer
    made: Any = copy.copy(layer)
    made.padding = tuple((side - 1) // 2 for side in layer.kernel_size)
    made._reversed_padding_repeated_twice = [side for side in made.padding[::-1] for _ in range(2)]
    return made
