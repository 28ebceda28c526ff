"""A classifier made fully convolutional: each linear layer becomes a convolution with the same weights.

Long, Shelhamer & Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation", section 3.1: a layer that is
connected to all cells of a C × k × k map *is* a convolution with a k × k kernel, of which it uses one position. On a
larger map the convolution has more positions, and so the network labels as many patches in one pass.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable

from torch import nn

KEPT = (nn.ReLU, nn.Dropout)  # they treat each number by itself, on a map as in a row


def convolutionalize(classifier: nn.Module) -> nn.Sequential:
    """The fully convolutional form of a classifier, which shares its weights.

    Args:
        classifier: ``features``, a chain that ends in C channels, and ``classifier``, a chain of linear layers, ReLU
            and dropout of which the first linear layer takes all C · k · k values, as in torchvision's VGG-16 and
            AlexNet. Their adaptive average pooling in between is an identity at the size of their training, 224
            pixels, and is left out.

    Returns:
        ``features`` and ``classifier`` as a chain: float [B, 3, H, W] -> logits [B, K, h, w], where h = w = 1 for a
        picture of the classifier's own size. Each logit equals the sliding window's, unless the features pad.

    Raises:
        ValueError: A part is missing, or of a kind that has no convolutional form; it is named.

    >>> tiny = nn.Sequential()
    >>> tiny.features, tiny.classifier = nn.Sequential(nn.Conv2d(3, 4, 3)), nn.Sequential(nn.Linear(4 * 2 * 2, 5))
    >>> convolutionalize(tiny).classifier
    Sequential(
      (0): Conv2d(4, 5, kernel_size=(2, 2), stride=(1, 1))
    )
    """
    features, head = (getattr(classifier, name, None) for name in ("features", "classifier"))
    if not isinstance(features, nn.Sequential) or not isinstance(head, nn.Sequential):
        raise ValueError(
            "A classifier has the chains `features` and `classifier`, as VGG-16 has; "
            f"{type(classifier).__name__} does not."
        )
    channels = _channels(features)
    layers: list[nn.Module] = []
    for layer in _without_flattening(head):
        if isinstance(layer, nn.Linear):
            layers.append(as_convolution(layer, channels))
            channels = layer.out_features
        elif isinstance(layer, KEPT):
            layers.append(layer)
        else:
            raise ValueError(
                f"Linear layers, ReLU and dropout have a convolutional form; {type(layer).__name__} has none."
            )
    return nn.Sequential(OrderedDict(features=features, classifier=nn.Sequential(*layers)))


def as_convolution(layer: nn.Linear, channels: int) -> nn.Conv2d:
    """One linear layer on a flattened map of ``channels`` × k × k as a k × k convolution; the weights are shared.

    Raises:
        ValueError: Its inputs are no square map of so many channels.

    >>> as_convolution(nn.Linear(18, 5), channels=2).weight.shape
    torch.Size([5, 2, 3, 3])
    """
    side = math.isqrt(layer.in_features // channels)
    if channels * side * side != layer.in_features:
        raise ValueError(
            f"A linear layer after {channels} channels has {channels} · k · k inputs, k whole; "
            f"got {layer.in_features}."
        )
    convolution = nn.Conv2d(channels, layer.out_features, side, device="meta")
    kernels = layer.weight.detach().view(layer.out_features, channels, side, side)
    convolution.weight = nn.Parameter(kernels, layer.weight.requires_grad)
    convolution.bias = layer.bias
    return convolution.train(layer.training)


def _without_flattening(head: nn.Sequential) -> Iterable[nn.Module]:
    return (layer for layer in head if not isinstance(layer, nn.Flatten))


def _channels(features: nn.Sequential) -> int:
    convolutions = [layer for layer in features.modules() if isinstance(layer, nn.Conv2d)]
    if not convolutions:
        raise ValueError("The features of a classifier end in a convolution's channels; got no convolution.")
    return convolutions[-1].out_channels
