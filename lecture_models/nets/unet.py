"""U-Net: an encoder, a decoder, and the encoder's maps concatenated to the decoder's at each level.

Ronneberger, Fischer & Brox 2015, "U-Net: Convolutional Networks for Biomedical Image Segmentation", section 2 and
figure 1. ``unet`` is ours: narrow, padded, with group normalisation, for RGB pictures of any size. ``original_unet`` is
the paper's, without padding: its maps shrink, and its skips are cropped to fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lecture_models.scenes.settings import CLASSES

from .pyramid import conv

WIDTHS = (24, 48, 96, 128, 176)  # channels of the four levels and of the bottom
ORIGINAL_WIDTHS = (64, 128, 256, 512, 1024)
Change = Callable[[int, Tensor], Tensor]


class Step(NamedTuple):
    """A level of the decoder, float [B, C, h, w]: the map from below by two, it and the skip, what is made of them."""

    upsampled: Tensor
    concatenated: Tensor
    decoder: Tensor


@dataclass(frozen=True, eq=False)
class UNetTrace:
    """Every map, by level: level 0 has the picture's resolution, each further one half of it; float [B, C, h, w]."""

    encoder: tuple[Tensor, ...]  # what the encoder hands to the decoder
    bottom: Tensor
    upsampled: tuple[Tensor, ...]  # of the level below, by two
    concatenated: tuple[Tensor, ...]  # the skip (as it was changed, if it was) and `upsampled`
    decoder: tuple[Tensor, ...]
    logits: Tensor  # [B, K, H, W]


class UNet(nn.Module):
    """``encoder[i]``, ``up[i]`` and ``decoder[i]`` belong to level i, 0 being the finest; ``bottom`` is below them.

    Args:
        inputs: Channels of a picture.
        classes: K.
        widths: Channels by level, the bottom last.
        block: Makes the two convolutions of a level from the numbers of channels.
        padded: Whether the blocks keep the size: then any size is taken, and padded to whole cells of the bottom.
    """

    task = "semantic"

    def __init__(
        self,
        inputs: int,
        classes: int,
        widths: tuple[int, ...],
        block: Callable[[int, int], nn.Module],
        padded: bool,
    ) -> None:
        super().__init__()
        self.padded = padded
        levels = list(pairwise(widths))
        self.encoder = nn.ModuleList(block(a, b) for a, b in pairwise((inputs, *widths[:-1])))
        self.bottom = block(*levels[-1])
        self.up = nn.ModuleList(nn.ConvTranspose2d(below, own, 2, 2) for own, below in levels)
        self.decoder = nn.ModuleList(block(2 * own, own) for own in widths[:-1])
        self.classify = nn.Conv2d(widths[0], classes, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Float [B, C, H, W] -> logits [B, K, H, W]; 184 pixels less along each axis if nothing is padded.

        Raises:
            ValueError: Nothing is padded, and a side is not 12 more than a multiple of 16, or below 188.
        """
        return self.trace(images).logits

    def trace(self, images: Tensor, change: Change | None = None) -> UNetTrace:
        """The same with every map kept, and with a hand on the skips.

        Args:
            images: float [B, C, H, W].
            change: Called with level and skip, float [B, C, h, w]; what it returns, of the same shape, is
                concatenated in its place. None leaves all skips as they are.

        Raises:
            ValueError: As :meth:`forward`.
        """
        maps, bottom = self.encode(images)
        steps = self.decode(maps, bottom, change)
        upsampled, joined, decoded = zip(*steps, strict=True)
        height, width = images.shape[-2:]
        return UNetTrace(maps, bottom, upsampled, joined, decoded, self.logits(decoded[0], (height, width)))

    def encode(self, images: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        """The way down: pictures as :meth:`forward` takes them -> the map of each level, and the bottom."""
        x = self._whole(images).contiguous(memory_format=torch.channels_last)
        maps = []
        for block in self.encoder:
            x = block(x)
            maps.append(x)
            x = F.max_pool2d(x, 2)
        return tuple(maps), self.bottom(x)

    def decode(
        self, maps: Sequence[Tensor], below: Tensor, change: Change | None = None, up: Change | None = None
    ) -> tuple[Step, ...]:
        """The way up, from any level: its first n maps and what lies below them -> n steps, the finest first.

        Args:
            maps: Of the encoder, levels 0 to n - 1.
            below: The bottom if these are all levels, else what the decoder made of level n.
            change: See :meth:`trace`.
            up: Called with level and map below, float [B, C, h, w]; returns it by two, with the channels of the level.
                None takes the network's own transposed convolutions.
        """
        steps = []
        for level in reversed(range(len(maps))):
            upsampled = self.up[level](below) if up is None else up(level, below)
            skip = _middle(maps[level], upsampled.shape[-2:])
            both = torch.cat([skip if change is None else change(level, skip), upsampled], 1)
            below = self.decoder[level](both)
            steps.append(Step(upsampled, both, below))
        return tuple(reversed(steps))

    def logits(self, finest: Tensor, size: tuple[int, int]) -> Tensor:
        """What the decoder made of level 0 -> logits [B, K, H, W] of pictures of ``size`` (height, width)."""
        scores: Tensor = self.classify(finest)
        return scores[:, :, : size[0], : size[1]] if self.padded else scores

    def _whole(self, images: Tensor) -> Tensor:
        """Pictures of a size that can be halved at each level, their last row and column repeated where need be."""
        cell = 2 ** len(self.encoder)
        height, width = images.shape[-2:]
        if self.padded:
            return F.pad(images, (0, -width % cell, 0, -height % cell), mode="replicate")
        if any(side % 16 != 12 or side < 188 for side in (height, width)):
            raise ValueError(
                "Without padding, sides are 12 more than a multiple of 16 and at least 188, so that every pooling "
                f"halves an even map; got {height} × {width}."
            )
        return images


def _middle(maps: Tensor, size: tuple[int, ...]) -> Tensor:
    """The middle of maps, [B, C, *size]."""
    top, left = (maps.shape[-2] - size[0]) // 2, (maps.shape[-1] - size[1]) // 2
    return maps[:, :, top : top + size[0], left : left + size[1]]


def _ours(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(conv(inputs, outputs), conv(outputs, outputs))


def _original(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(inputs, outputs, 3), nn.ReLU(inplace=True)),
        *(nn.Conv2d(outputs, outputs, 3), nn.ReLU(inplace=True)),
    )


def unet() -> UNet:
    """The lecture's U-Net with fresh weights: RGB in 0..1 -> logits of the scenes' nine classes.

    >>> unet().eval()(torch.zeros(1, 3, 40, 50)).shape
    torch.Size([1, 9, 40, 50])
    """
    network = UNet(3, len(CLASSES), WIDTHS, _ours, padded=True)
    return network.to(memory_format=torch.channels_last)


def original_unet() -> UNet:
    """The paper's U-Net with fresh weights: one channel in, two classes out, 31,030,658 parameters.

    >>> with torch.device("meta"):
    ...     original_unet()(torch.zeros(1, 1, 572, 572)).shape
    torch.Size([1, 2, 388, 388])
    """
    return UNet(1, 2, ORIGINAL_WIDTHS, _original, padded=False)
