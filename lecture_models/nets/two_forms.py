"""One fully connected layer on one patch, as a matrix and as a convolution, with the sums of both.

Long, Shelhamer & Darrell 2015, section 3.1. A layer on a flattened C × k × k map has a weight for each (channel, row,
column). Column c · k · k + row · k + column of its matrix is that weight of the kernel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lecture_models.ops.convolutionalize import as_convolution

from .patch_classifier import SIDE, cut_patches


@dataclass(frozen=True)
class Reading:
    """One way to read the matrix as a kernel: what it gives on the patch, against the matrix."""

    name: str
    kernel: tuple[int, int, int, int]  # [outputs, inputs, k, k]
    difference: float  # largest |difference| over the outputs
    slides: bool  # whether it has more positions on a larger map


@dataclass(frozen=True)
class TwoForms:
    """A layer's matrix and its input, and what each form makes of them.

    ``scores`` are how many positions the kernel takes on the maps of the whole picture.
    """

    number: int  # 0 is the first fully connected layer
    layers: int
    channels: int
    side: int
    matrix: Tensor  # float [outputs, C · k · k]
    bias: Tensor  # [outputs]
    inputs: Tensor  # [C · k · k], the flattened map of the patch
    connected: Tensor  # [outputs], by the matrix
    convolved: Tensor  # [outputs], by the convolution
    readings: tuple[Reading, ...]

    @property
    def difference(self) -> float:
        """Largest |difference| of the two forms over the layer's outputs."""
        return float((self.connected - self.convolved).abs().max())

    @property
    def nbytes(self) -> int:
        """Memory of what is kept, in bytes; the matrix is the network's own."""
        return self.inputs.nbytes + self.connected.nbytes + self.convolved.nbytes


def trace_two_forms(network: Any, image: Tensor, point: tuple[int, int], number: int) -> TwoForms:
    """A fully connected layer of ``patch_classifier`` on the patch around a pixel, in both forms.

    Args:
        network: ``patch_classifier``.
        image: float [1, 3, H, W] in 0..1.
        point: (x, y), the pixel in the patch's middle.
        number: of the layer, 0 for the first.

    Raises:
        ValueError: There is no such layer.
    """
    linear = [layer for layer in network.classifier if isinstance(layer, nn.Linear)]
    if not 0 <= number < len(linear):
        raise ValueError(f"The network has {len(linear)} fully connected layers; got number {number + 1}.")
    patch = cut_patches(
        image, torch.tensor([0], device=image.device), torch.tensor([point], device=image.device)
    )
    x = network.features(patch).flatten(1)
    for layer in network.classifier:
        if layer is linear[number]:
            break
        x = layer(x)
    layer, side = linear[number], SIDE if number == 0 else 1
    channels = layer.in_features // side**2
    connected = layer(x)[0]
    convolved = as_convolution(layer, channels)(x.view(1, channels, side, side)).flatten()
    return TwoForms(
        number,
        len(linear),
        channels,
        side,
        layer.weight.cpu(),
        layer.bias.cpu(),
        x[0].cpu(),
        connected.cpu(),
        convolved.cpu(),
        tuple(_readings(layer, x, connected, channels, side)),
    )


def _readings(layer: nn.Linear, x: Tensor, connected: Tensor, channels: int, side: int) -> list[Reading]:
    """The kernel as large as the map; where that is more than 1 × 1, also two other readings of the same matrix."""

    def reading(name: str, kernel: Tensor, maps: Tensor, slides: bool) -> Reading:
        found = nn.functional.conv2d(maps, kernel, layer.bias).flatten()
        shape = (kernel.shape[0], kernel.shape[1], kernel.shape[2], kernel.shape[3])
        return Reading(name, shape, float((found - connected).abs().max()), slides)

    weight, maps = layer.weight, x.view(1, channels, side, side)
    found = [reading("as large as the map", weight.view(-1, channels, side, side), maps, True)]
    if side > 1:
        flat = weight[:, :, None, None]
        found.append(reading("1 × 1 on the flattened map", flat, x[:, :, None, None], False))
        swapped = weight.view(-1, side, side, channels).permute(0, 3, 1, 2)
        found.append(reading("as large as the map, numbered in another order", swapped, maps, True))
    return found
