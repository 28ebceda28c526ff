"""Bilinear upsampling by a whole factor, as the kernel of a transposed convolution."""

from __future__ import annotations

import torch
from torch import Tensor


def bilinear_kernel(factor: int) -> Tensor:
    """The kernel float [2f, 2f] with which a transposed convolution of stride f interpolates bilinearly.

    Each input spreads over a hat that falls to nothing at its neighbours; where all neighbours are there, the weights
    on an output add up to 1. Long et al. 2015, section 3.3, begin their learned upsampling with it.

    Args:
        factor: f, at least 1.

    Raises:
        ValueError: The factor is below 1.

    >>> bilinear_kernel(2)[0].mul(16).tolist()
    [1.0, 3.0, 3.0, 1.0]
    """
    if factor < 1:
        raise ValueError(f"A factor of upsampling is at least 1; got {factor}.")
    cells = torch.arange(2 * factor) + 0.5
    hat = 1 - (cells - factor).abs() / factor
    return hat[:, None] * hat
