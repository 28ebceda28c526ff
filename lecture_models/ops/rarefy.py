"""A convolutional network with its scores at a smaller stride, by spreading kernels instead of moving the picture.

Long, Shelhamer & Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation", section 3.2. Running a network
on the picture shifted by one pixel, by two, and so on, and stitching the scores together, is the same as one run in
which a pooling no longer skips cells and every later kernel skips them instead ("filter rarefaction").
"""

from __future__ import annotations

import copy
import math
from collections import OrderedDict
from typing import Any

from torch import nn

ONE_BY_ONE = (nn.ReLU, nn.Dropout, nn.BatchNorm2d)  # they treat each cell by itself


def rarefy(form: nn.Sequential, stride: int) -> nn.Sequential:
    """A network whose scores lie ``stride`` pixels apart, which shares the weights of ``form``.

    Every score of ``form`` is among them, and each of the others is what ``form`` says of the picture moved by so much.

    Args:
        form: chains ``features`` and ``classifier``, as `convolutionalize` gives them, of convolutions of stride 1,
            poolings of kernel and stride 2, and layers that treat each cell by itself.
        stride: pixels; the network's own divided by a power of two, down to 1.

    Raises:
        ValueError: No such stride, or a layer of another kind; it is named.

    >>> net = nn.Sequential(OrderedDict(
    ...     features=nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(2)), classifier=nn.Sequential(nn.Conv2d(4, 5, 3))))
    >>> rarefy(net, 1).classifier
    Sequential(
      (0): Conv2d(4, 5, kernel_size=(3, 3), stride=(1, 1), dilation=(2, 2))
    )
    """
    own = 2 ** sum(isinstance(layer, nn.MaxPool2d) for layer in form.modules())
    spread = own / stride if stride > 0 else 0.5
    if spread < 1 or math.log2(spread) % 1:
        raise ValueError(f"The stride is {own} divided by a power of two; got {stride}. Choose 1 to {own}.")
    skips, step = 1, 1
    chains: OrderedDict[str, nn.Module] = OrderedDict()
    for name, chain in form.named_children():
        layers = []
        for layer in chain.children():
            layers.append(_spread(layer, skips, keeps=step < stride))
            if isinstance(layer, nn.MaxPool2d):
                step, skips = (step * 2, skips) if step < stride else (step, skips * 2)
        chains[name] = nn.Sequential(*layers)
    return nn.Sequential(chains)


def _spread(layer: nn.Module, skips: int, keeps: bool) -> nn.Module:
    """A layer whose kernel takes every ``skips``-th cell; a pooling ``keeps`` its stride, or gets 1."""
    made: Any = copy.copy(layer)
    if isinstance(layer, nn.MaxPool2d) and (layer.kernel_size, layer.stride, layer.padding) == (2, 2, 0):
        made.stride, made.dilation = (2 if keeps else 1), skips
    elif isinstance(layer, nn.Conv2d) and layer.stride == (1, 1) and layer.dilation == (1, 1):
        made.dilation = (skips, skips)
        made.padding = tuple(skips * side for side in layer.padding)
        made._reversed_padding_repeated_twice = [side for side in made.padding[::-1] for _ in range(2)]
    elif not isinstance(layer, ONE_BY_ONE):
        raise ValueError(
            "Convolutions of stride 1, poolings of kernel and stride 2, ReLU, dropout and batch normalisation can be "
            f"spread; {layer} cannot."
        )
    return made
