"""The semantic branch of Panoptic FPN: every pyramid level upsampled to stride 4, summed, then labelled.

Kirillov et al. 2019, "Panoptic Feature Pyramid Networks", section 3.1 and figure 3. One thing is added:
before the labels, the sum is brought to stride 2 and a shallow look at the picture is added to it, since
a person here may be six pixels wide and would be lost at stride 4.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lecture_models.ops.soft_dice import soft_dice

from .pyramid import conv


def upsample(x: Tensor) -> Tensor:
    """Bilinear, by two."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class _ToStride4(nn.Module):
    """Convolution and upsampling, as often as it takes to get from a level to stride 4."""

    def __init__(self, inputs: int, width: int, doublings: int) -> None:
        super().__init__()
        sizes = [inputs] + [width] * max(doublings, 1)
        self.convs = nn.ModuleList(conv(a, b) for a, b in pairwise(sizes))
        self.doublings = doublings

    def forward(self, x: Tensor) -> Tensor:
        """Level -> stride 4."""
        for step, layer in enumerate(self.convs):
            x = layer(x)
            x = upsample(x) if step < self.doublings else x
        return x


class SemanticBranch(nn.Module):
    """Pyramid maps and the picture -> logits [N, classes, H, W] at the picture's size."""

    def __init__(self, channels: int, classes: int, levels: int = 4, width: int = 48, fine: int = 32) -> None:
        super().__init__()
        self.levels = nn.ModuleList(_ToStride4(channels, width, k) for k in range(levels))
        self.detail = conv(3, fine, stride=2)
        self.narrow = conv(width, fine, kernel=1)
        self.mix = conv(fine, fine)
        self.classify = nn.Conv2d(fine, classes, 1)

    def forward(self, picture: Tensor, maps: list[Tensor]) -> Tensor:
        """Picture [N, 3, H, W] and maps -> logits."""
        return upsample(self.at_half(picture, maps))

    def at_half(self, picture: Tensor, maps: list[Tensor]) -> Tensor:
        """Logits at half the picture's size, [N, classes, H / 2, W / 2], before they are upsampled."""
        coarse = torch.stack([branch(x) for branch, x in zip(self.levels, maps, strict=True)]).sum(0)
        fine = upsample(self.narrow(coarse)) + self.detail(picture)
        logits: Tensor = self.classify(self.mix(fine))
        return logits


def semantic_loss(logits: Tensor, labels: Tensor, void: int = 255) -> Tensor:
    """Cross-entropy per pixel plus one minus the Dice score per class, void pixels left out.

    Cross-entropy alone lets a class of few pixels (a cone, a person) starve; Dice weighs classes alike.

    Args:
        logits: float [N, K, H, W].
        labels: int64 [N, H, W].
        void: the label of pixels whose class is unknown.
    """
    cross_entropy = F.cross_entropy(logits, labels, ignore_index=void)
    return cross_entropy + (1 - soft_dice(logits.softmax(1), labels, void)).mean()
