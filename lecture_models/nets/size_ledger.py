"""What each layer of a classifier makes of a picture's size: which layers take any size, and which one does not.

Sizes and multiply-adds do not depend on the weights, so torchvision's networks are built on the meta device, where a
tensor has a shape and no values, and nothing has to be fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Size = tuple[int, int]
"""Height, width."""


@dataclass(frozen=True)
class Layer:
    """A layer that changes a map's size or costs multiply-adds: a convolution or a pooling.

    ``connected``: the inputs of the linear layer that this convolution was made of; 0 for any other.
    """

    name: str
    kind: str  # "convolution" or "pooling"
    kernel: int
    stride: int
    padding: int
    inputs: int
    outputs: int
    connected: int = 0

    def size(self, size: Size) -> Size:
        """Size of its output; 0 or less where the kernel does not fit."""
        high, wide = ((side + 2 * self.padding - self.kernel) // self.stride + 1 for side in size)
        return high, wide

    def macs(self, output: Size) -> int:
        """Multiply-adds for an output of this size."""
        if self.kind != "convolution":
            return 0
        return output[0] * output[1] * self.outputs * self.inputs * self.kernel**2


@dataclass(frozen=True)
class Classifier:
    """A classifier as its layers, its own picture size (of a side), and what its one answer there costs."""

    name: str
    title: str
    own: int
    layers: tuple[Layer, ...]

    @property
    def macs(self) -> int:
        """Multiply-adds of the classifier on a picture of its own size."""
        return self.pass_macs((self.own, self.own))

    def sizes(self, size: Size) -> list[Size]:
        """The size after each layer, up to the last one that fits."""
        found: list[Size] = []
        for layer in self.layers:
            size = layer.size(size)
            if min(size) < 1:
                break
            found.append(size)
        return found

    def scores(self, size: Size) -> Size:
        """Size of the score map for a picture; (0, 0) where there is none."""
        found = self.sizes(size)
        return found[-1] if len(found) == len(self.layers) else (0, 0)

    def pass_macs(self, size: Size) -> int:
        """Multiply-adds of one pass over a picture of this size; 0 where there is no score."""
        found = self.sizes(size)
        if len(found) < len(self.layers):
            return 0
        return sum(layer.macs(output) for layer, output in zip(self.layers, found, strict=True))


FIRST_CONNECTED = 6  # as papers count: five stages of convolutions come before, in all three
BUILDERS = {
    "patch_classifier": ("Ours: patches of street scenes", "lecture_models.nets.patch_classifier", 158),
    "vgg16": ("VGG-16", "torchvision.models", 224),
    "alexnet": ("AlexNet", "torchvision.models", 224),
}
"""By name: title, module, side of the pictures that the classifier takes."""


@lru_cache(maxsize=len(BUILDERS))
def classifier(name: str) -> Classifier:
    """The layers of a classifier made fully convolutional, read from the modules.

    Raises:
        ValueError: It is none of ``BUILDERS``.

    >>> classifier("vgg16").scores((384, 384))
    (6, 6)
    """
    if name not in BUILDERS:
        raise ValueError(f"A classifier is one of {', '.join(BUILDERS)}; got {name!r}. Choose one of them.")
    title, _, own = BUILDERS[name]
    return Classifier(name, title, own, tuple(_layers(on_meta(name))))


def on_meta(name: str) -> Any:
    """A classifier of ``BUILDERS`` without values, in eval mode."""
    import importlib

    import torch

    with torch.device("meta"):
        return getattr(importlib.import_module(BUILDERS[name][1]), name)().eval()


def _layers(network: Any) -> Sequence[Layer]:
    from torch import nn

    from lecture_models.ops.convolutionalize import convolutionalize

    form: Any = convolutionalize(network)
    linear = [layer.in_features for layer in network.classifier if isinstance(layer, nn.Linear)]
    found = [
        _layer("conv" if isinstance(layer, nn.Conv2d) else "pool", layer)
        for layer in form.features
        if isinstance(layer, (nn.Conv2d, nn.MaxPool2d))
    ]
    heads = [layer for layer in form.classifier if isinstance(layer, nn.Conv2d)]
    connected = enumerate(zip(heads, linear, strict=True), start=FIRST_CONNECTED)
    return [*_numbered(found), *(_layer(f"fc{k}", layer, inputs) for k, (layer, inputs) in connected)]


def _numbered(found: Sequence[Layer]) -> list[Layer]:
    """Layers with the numbers of their kind."""
    from dataclasses import replace

    counts = {"conv": 0, "pool": 0}
    named = []
    for layer in found:
        counts[layer.name] += 1
        named.append(replace(layer, name=f"{layer.name}{counts[layer.name]}"))
    return named


def _layer(name: str, layer: Any, connected: int = 0) -> Layer:
    kernel, stride, padding = (_one(side) for side in (layer.kernel_size, layer.stride, layer.padding))
    convolution = hasattr(layer, "out_channels")
    inputs, outputs = (layer.in_channels, layer.out_channels) if convolution else (0, 0)
    kind = "convolution" if convolution else "pooling"
    return Layer(name, kind, kernel, stride, padding, inputs, outputs, connected)


def _one(sides: Any) -> int:
    """A square kernel's side, given once or twice."""
    return int(sides if isinstance(sides, int) else sides[0])
