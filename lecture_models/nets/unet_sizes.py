"""What each step of a U-Net makes of a square picture's side: which sizes are legal, and where the others break.

Without padding every 3 × 3 convolution takes a pixel off each edge, a pooling needs an even side, and a skip is larger
than the map that it is concatenated to, so its middle is cut out (Ronneberger et al. 2015, section 2 and figure 1).
Kernels, widths and the number of parameters are read from the module on the meta device, where a tensor has a shape and
no values.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

NETWORKS = ("original_unet", "unet")
HALF = 2  # what a pooling divides by, and an upsampling multiplies with


@dataclass(frozen=True)
class Plan:
    """A U-Net as numbers: channels by level, the bottom last, pixels that a block of convolutions takes off a side."""

    name: str
    inputs: int
    classes: int
    widths: tuple[int, ...]
    shrink: int
    parameters: int

    @property
    def levels(self) -> int:
        """Skips, and poolings."""
        return len(self.widths) - 1

    @property
    def cell(self) -> int:
        """Pixels that a cell of the bottom stands for, along a side."""
        return int(HALF**self.levels)


@dataclass(frozen=True)
class Ledger:
    """Sides of all maps of a square picture, by level as far as they exist, the finest first.

    ``padded``: the side that the network works on. ``encoder`` ends with the bottom. ``upsampled`` and ``decoder`` are
    None where the network breaks before. ``output`` is 0 then, and ``broken`` says where and why; empty where legal.
    """

    side: int
    padded: int
    encoder: tuple[int, ...]
    upsampled: tuple[int | None, ...]
    decoder: tuple[int | None, ...]
    output: int
    broken: str = ""

    def crop(self, level: int) -> int | None:
        """Pixels that are cut off each edge of a level's skip, or None."""
        inner = self.upsampled[level]
        return None if inner is None else (self.encoder[level] - inner) // 2


@lru_cache(maxsize=len(NETWORKS))
def plan(name: str) -> Plan:
    """A U-Net as numbers, read from the module.

    Raises:
        ValueError: It is none of ``NETWORKS``.

    >>> plan("original_unet").parameters
    31030658
    """
    if name not in NETWORKS:
        raise ValueError(f"A U-Net is one of {', '.join(NETWORKS)}; got {name!r}. Choose one of them.")
    import torch
    from torch import nn

    from lecture_models.nets import unet

    with torch.device("meta"):
        network: Any = getattr(unet, name)()
    layers = [layer for layer in network.bottom.modules() if isinstance(layer, nn.Conv2d)]
    first = next(layer for layer in network.encoder.modules() if isinstance(layer, nn.Conv2d))
    own = [layer.out_channels for layer in network.up]
    return Plan(
        name=name,
        inputs=first.in_channels,
        classes=network.classify.out_channels,
        widths=(*own, layers[-1].out_channels),
        shrink=sum(layer.kernel_size[0] - 1 - 2 * int(layer.padding[0]) for layer in layers),
        parameters=sum(parameter.numel() for parameter in network.parameters()),
    )


def ledger(made: Plan, side: int) -> Ledger:
    """All sides for a picture of side × side pixels.

    >>> ledger(plan("original_unet"), 572).output, ledger(plan("original_unet"), 570).broken
    (388, 'Level 2: pooling would halve 279, which is odd.')
    """
    padded = side if made.shrink else side + -side % made.cell
    encoder: list[int] = []
    levels = made.levels
    nothing: list[int | None] = [None] * levels
    there = padded
    for level in range(levels + 1):
        there -= made.shrink
        name = "Bottom" if level == levels else f"Level {level + 1}"
        broken = _broken(name, there, level < levels)
        if broken:
            return Ledger(side, padded, (*encoder, there), tuple(nothing), tuple(nothing), 0, broken)
        encoder.append(there)
        there //= HALF
    upsampled, decoder, there = list(nothing), list(nothing), encoder[-1]
    for level in reversed(range(levels)):
        upsampled[level] = HALF * there
        there = HALF * there - made.shrink
        if there < 1:
            broken = f"Level {level + 1}: the decoder’s convolutions leave nothing of {upsampled[level]}."
            return Ledger(side, padded, tuple(encoder), tuple(upsampled), tuple(decoder), 0, broken)
        decoder[level] = there
    output = there if made.shrink else side
    return Ledger(side, padded, tuple(encoder), tuple(upsampled), tuple(decoder), output)


def _broken(name: str, side: int, pooled: bool) -> str:
    """Why a map of the encoder cannot be, or cannot be pooled; empty if it can."""
    if side < 1:
        return f"{name}: the convolutions leave nothing."
    return f"{name}: pooling would halve {side}, which is odd." if pooled and side % HALF else ""


def legal(made: Plan, side: int) -> bool:
    """Whether a picture of side × side pixels comes through.

    >>> [side for side in range(170, 230) if legal(plan("original_unet"), side)]
    [188, 204, 220]
    """
    return ledger(made, side).output > 0
