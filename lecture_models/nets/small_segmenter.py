"""A small encoder and decoder whose depth, skips and upsampling are chosen: it learns within a minute on one core.

Block and skips are U-Net's (Ronneberger et al. 2015, figure 1) where they are concatenated, and add maps as FCN adds
scores (Long et al. 2015, figure 3) where they are summed. Unpooling at remembered positions: Noh et al. 2015, figure 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lecture_models.scenes.settings import CLASSES

from .pyramid import conv

Skips = Literal["none", "sum", "concatenate"]
Upsampler = Literal["nearest", "bilinear", "transposed", "unpooling"]
SKIPS: tuple[Skips, ...] = get_args(Skips)
UPSAMPLERS: tuple[Upsampler, ...] = get_args(Upsampler)
WIDTHS = (8, 16, 32, 48, 64)
"""Channels by level: level 0 has the picture's resolution, each further one half of it."""
DEEPEST = len(WIDTHS) - 1


@dataclass(frozen=True)
class Design:
    """What is chosen of the network.

    Args:
        depth: how many times the encoder halves its maps, 1 to 4.
        skips: what the decoder gets of the encoder's map of its level: none, its sum with the upsampled map, or both
            concatenated.
        upsampler: nearest, bilinear, transposed (a convolution of kernel 2 and stride 2, learned), or unpooling (each
            number returns to where max pooling took one from; the other three of four are 0).

    Raises:
        ValueError: there is no such choice.

    >>> Design(depth=2).cells(64)
    16
    """

    depth: int = 3
    skips: Skips = "concatenate"
    upsampler: Upsampler = "bilinear"

    def __post_init__(self) -> None:
        depths = range(1, DEEPEST + 1)
        for name, offered in {"depth": depths, "skips": SKIPS, "upsampler": UPSAMPLERS}.items():
            if getattr(self, name) not in offered:
                listed = ", ".join(map(str, offered))
                raise ValueError(f"{name} is one of {listed}; got {getattr(self, name)!r}. Choose one.")

    @property
    def stride(self) -> int:
        """Picture pixels along a side of a cell at the bottom."""
        return int(2**self.depth)

    def cells(self, side: int) -> int:
        """Cells along a side at the bottom, of a picture of ``side`` pixels."""
        return -(-side // self.stride)


@dataclass(frozen=True, eq=False)
class SegmenterTrace:
    """Every map by level, the finest first, float [B, C, h, w]; the encoder's last is the bottom."""

    encoder: tuple[Tensor, ...]
    upsampled: tuple[Tensor, ...]
    joined: tuple[Tensor, ...]  # `upsampled` with its skip, if there is one
    decoder: tuple[Tensor, ...]
    logits: Tensor  # [B, K, H, W]


class SmallSegmenter(nn.Module):
    """``encoder[i]``, ``up[i]`` and ``decoder[i]`` belong to level i; ``encoder[depth]`` is the bottom.

    Args:
        design: what is chosen.
        classes: K.
    """

    task = "semantic"

    def __init__(self, design: Design, classes: int = len(CLASSES)) -> None:
        super().__init__()
        self.design = design
        widths = WIDTHS[: design.depth + 1]
        self.encoder = nn.ModuleList(nn.Sequential(conv(a, b), conv(b, b)) for a, b in pairwise((3, *widths)))
        self.up = nn.ModuleList(self._up(below, own) for own, below in pairwise(widths))
        joined = 2 if design.skips == "concatenate" else 1
        self.decoder = nn.ModuleList(conv(joined * own, own) for own in widths[:-1])
        self.classify = nn.Conv2d(widths[0], classes, 1)

    def _up(self, below: int, own: int) -> nn.Module:
        """From a level's channels to those of the one above; the transposed convolution doubles the size too."""
        if self.design.upsampler == "transposed":
            return nn.ConvTranspose2d(below, own, 2, 2)
        return nn.Conv2d(below, own, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Float [B, 3, H, W] in 0..1 -> logits [B, K, H, W]; sides are multiples of the stride.

        Raises:
            ValueError: a side is not.
        """
        return self.trace(images).logits

    def trace(self, images: Tensor) -> SegmenterTrace:
        """The same with every map kept.

        Raises:
            ValueError: as :meth:`forward`.
        """
        height, width = images.shape[-2:]
        if height % self.design.stride or width % self.design.stride:
            raise ValueError(
                f"At depth {self.design.depth} the sides of a picture are multiples of {self.design.stride}, so that "
                f"each pooling halves an even map; got {height} × {width}. Choose another size."
            )
        x, maps, places = images, [], []
        for block in self.encoder[:-1]:
            maps.append(block(x))
            x, place = F.max_pool2d(maps[-1], 2, return_indices=True)
            places.append(place)
        maps.append(self.encoder[-1](x))
        return self._decode(maps, places)

    def _decode(self, maps: list[Tensor], places: list[Tensor]) -> SegmenterTrace:
        x, steps = maps[-1], []
        for level in reversed(range(self.design.depth)):
            upsampled = self._upsample(self.up[level](x), places[level])
            joined = self._join(maps[level], upsampled)
            x = self.decoder[level](joined)
            steps.append((upsampled, joined, x))
        upsampled_maps, joined_maps, decoded = zip(*reversed(steps), strict=True)
        return SegmenterTrace(tuple(maps), upsampled_maps, joined_maps, decoded, self.classify(x))

    def _upsample(self, x: Tensor, places: Tensor) -> Tensor:
        kind = self.design.upsampler
        if kind == "unpooling":
            return F.max_unpool2d(x, places, (2, 2))
        if kind == "nearest":
            return F.interpolate(x, scale_factor=2.0, mode="nearest")
        return F.interpolate(x, scale_factor=2.0, mode="bilinear") if kind == "bilinear" else x

    def _join(self, skip: Tensor, upsampled: Tensor) -> Tensor:
        if self.design.skips == "none":
            return upsampled
        return skip + upsampled if self.design.skips == "sum" else torch.cat([skip, upsampled], 1)


def small_segmenter(design: Design = Design(), seed: int = 0) -> SmallSegmenter:
    """A network of a design with fresh weights, drawn as He et al. 2015 do; the same for the same seed.

    A generator of its own draws them: other threads draw from torch's at the same time.

    >>> small_segmenter(Design(depth=1))(torch.zeros(1, 3, 64, 64)).shape
    torch.Size([1, 9, 64, 64])
    """
    network, draws = SmallSegmenter(design), torch.Generator().manual_seed(seed)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=draws)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return network
