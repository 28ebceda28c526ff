"""Operations on one map of a U-Net on its way to the decoder: take it out, blur it, move it, put another in its place.

A skip, what comes from the level below, or the bottom: whatever a decoder's block reads can be operated on. What the
prediction loses tells what the trained network takes from that map. It was never trained without it, so a loss is what
this network relies on; one that is trained anew without the map may do better.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

ACTS = ("keep", "zero", "blur", "shift", "transplant")
REACH = 3  # standard deviations of a Gaussian that its kernel holds


def operate(act: str, maps: Tensor, cells: float = 0.0, other: Tensor | None = None) -> Tensor:
    """Maps after an act, of the same shape.

    Args:
        act: One of ``ACTS``.
        maps: float [B, C, h, w].
        cells: Standard deviation of the blur, or the way of the shift, in cells of these maps; at least 0.
        other: float [B, C, h, w], what a transplant puts in their place.

    Raises:
        ValueError: There is no such act, or a transplant has nothing of the right shape to put there.

    >>> operate("shift", torch.tensor([[[[1.0, 2.0, 3.0]]]]), 1).tolist()
    [[[[1.0, 1.0, 2.0]]]]
    """
    if act not in ACTS:
        raise ValueError(f"An act is one of {', '.join(ACTS)}; got {act!r}. Choose one of them.")
    if act == "transplant":
        if other is None or other.shape != maps.shape:
            came = "nothing" if other is None else str(list(other.shape))
            raise ValueError(f"A transplant needs maps of shape {list(maps.shape)}; got {came}.")
        return other
    if act == "zero":
        return torch.zeros_like(maps)
    if act == "keep" or cells == 0:
        return maps
    return blurred(maps, cells) if act == "blur" else shifted(maps, cells)


def blurred(maps: Tensor, sigma: float) -> Tensor:
    """Maps [B, C, h, w] after a Gaussian of standard deviation ``sigma`` > 0, in cells; their rim goes on outside."""
    reach = math.ceil(REACH * sigma)
    places = torch.arange(-reach, reach + 1)
    weights = torch.exp(-(places**2) / (2 * sigma**2))

    def matrix(side: int) -> Tensor:
        read = (torch.arange(side)[:, None] + places).clamp(0, side - 1)
        made = torch.zeros(side, side).scatter_add_(1, read, weights.expand(side, -1).contiguous())
        return (made / weights.sum()).to(maps)

    # as products with band matrices: quicker than a convolution with so long a kernel
    rows = maps.contiguous() @ matrix(maps.shape[-1]).T
    return matrix(maps.shape[-2]) @ rows


def shifted(maps: Tensor, cells: float) -> Tensor:
    """Maps [B, C, h, w] moved to the right by ``cells`` >= 0, between two cells bilinearly; their left rim goes on."""
    whole, part = divmod(cells, 1)
    columns = torch.arange(maps.shape[-1], device=maps.device) - int(whole)
    near, far = (maps.index_select(-1, (columns - by).clamp(min=0)) for by in (0, 1))
    return near if part == 0 else torch.lerp(near, far, part)
