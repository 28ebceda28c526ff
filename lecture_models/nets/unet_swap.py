"""The upsamplers of the lecture in the place of a trained U-Net's transposed convolutions.

A transposed convolution with a 2 × 2 kernel and stride 2 makes four cells of each cell, each by a matrix of its own.
The mean of the four matrices is a 1 × 1 convolution, which any other upsampler can follow. The network was trained with
its own: a drop after a swap shows what it relies on, not which upsampler is better.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor
from torch.nn import functional as F

from lecture_models.ops.unpooling import bed_of_nails, max_unpool, nearest

UPSAMPLERS = ("transposed", "nearest", "bilinear", "bed_of_nails", "max_unpool")
SPARSE = ("bed_of_nails", "max_unpool")
"""Those that fill one cell in four, so that the mean of a map falls to a quarter."""


def swapped(
    network: Any, kind: str, maps: Sequence[Tensor], made_up: bool = False
) -> Callable[[int, Tensor], Tensor]:
    """An upsampler as :meth:`UNet.decode` takes it.

    Args:
        network: A :class:`~lecture_models.nets.unet.UNet`.
        kind: One of ``UPSAMPLERS``.
        maps: Of the encoder: max unpooling needs to know where each of their maxima stood.
        made_up: Multiply by four what fills one cell in four.

    Raises:
        ValueError: There is no such upsampler.
    """
    if kind not in UPSAMPLERS:
        raise ValueError(f"An upsampler is one of {', '.join(UPSAMPLERS)}; got {kind!r}. Choose one of them.")
    if kind == "transposed":
        return lambda level, below: network.up[level](below)

    def up(level: int, below: Tensor) -> Tensor:
        mixed = F.conv2d(below, mean_taps(network.up[level].weight))
        gain = 4 if made_up and kind in SPARSE else 1
        return spread(kind, gain * mixed, maps[level]) + network.up[level].bias[:, None, None]

    return up


def mean_taps(weight: Tensor) -> Tensor:
    """The mean of a transposed convolution's taps, [C_in, C_out, 2, 2], as a 1 × 1 kernel [C_out, C_in, 1, 1]."""
    return weight.mean((2, 3)).T[:, :, None, None].contiguous()


def spread(kind: str, x: Tensor, pooled: Tensor) -> Tensor:
    """A map [B, C, h, w] by two; ``pooled`` [B, C, 2h, 2w] is the map whose maxima max unpooling goes back to."""
    if kind == "nearest":
        return nearest(x)
    if kind == "bilinear":
        return F.interpolate(x, scale_factor=2.0, mode="bilinear")
    if kind == "bed_of_nails":
        return bed_of_nails(x)
    _, places = F.max_pool2d(pooled, 2, return_indices=True)
    return max_unpool(x.contiguous(), places.contiguous(), (pooled.shape[-2], pooled.shape[-1]))
