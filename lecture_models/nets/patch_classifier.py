"""The class of a patch's middle: the classifier that a sliding window moves over a picture.

Farabet et al. 2013 and Pinheiro & Collobert 2014 label a picture so, pixel by pixel. The layers are in the spirit of
VGG (Simonyan & Zisserman 2015; its configuration C also has 1 × 1 convolutions), with two fully connected layers before
the scores. Nothing is padded, and batch normalisation in evaluation is a fixed factor and shift a channel: so one
pass of the fully convolutional form gives exactly what the sliding window gives.

A patch has an even side: of the four pixels around its middle, the lower right one is meant.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lecture_models.scenes.settings import CLASSES

CHANNELS = (32, 64, 128, 160, 192)  # of the five blocks, each of which ends in a pooling
MIXED_FROM = 2  # blocks from here on also mix their channels by a 1 × 1 convolution
SIDE = 3  # cells of the map that the fully connected layers see, along each axis
HIDDEN = (512, 256)
STRIDE = 32  # pixels a cell of that map
PATCH = 158  # pixels: the side for which that map is SIDE × SIDE, with nothing cut off by a pooling
MEAN_COLOUR = (153, 156, 138)  # 0..255, of the training scenes; it stands for what is outside of a picture


class PatchClassifier(nn.Module):
    """``features`` and ``classifier``, laid out as in torchvision's VGG: patches [N, 3, 158, 158] -> logits [N, 9]."""

    task = "patches"

    def __init__(self) -> None:
        super().__init__()
        blocks = enumerate(pairwise((3, *CHANNELS)))
        self.features = nn.Sequential(
            *(layer for k, (a, b) in blocks for layer in _block(a, b, mixed=k >= MIXED_FROM))
        )
        first, second = HIDDEN
        self.classifier = nn.Sequential(
            *(nn.Linear(CHANNELS[-1] * SIDE * SIDE, first), nn.ReLU(inplace=True), nn.Dropout(0.1)),
            *(nn.Linear(first, second), nn.ReLU(inplace=True), nn.Dropout(0.1)),
            nn.Linear(second, len(CLASSES)),
        )

    def forward(self, patches: Tensor) -> Tensor:
        """Float [N, 3, 158, 158] in 0..1 -> logits [N, 9]. Raises ValueError for another size."""
        if patches.shape[-2:] != (PATCH, PATCH):
            raise ValueError(f"A patch has {PATCH} × {PATCH} pixels; got {tuple(patches.shape[-2:])}.")
        maps = self.features(patches.contiguous(memory_format=torch.channels_last))
        logits: Tensor = self.classifier(maps.flatten(1))
        return logits


def _block(inputs: int, outputs: int, mixed: bool) -> list[nn.Module]:
    layers = [*_conv(inputs, outputs, 3), *(_conv(outputs, outputs, 1) if mixed else [])]
    return [*layers, nn.MaxPool2d(2)]


def _conv(inputs: int, outputs: int, kernel: int) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, kernel, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    ]


def pad_by_mean(images: Tensor, sides: tuple[int, int, int, int]) -> Tensor:
    """Pictures float [N, 3, H, W] in 0..1 with the mean colour around them; sides are left, right, top, bottom.

    As zeros around a picture from which the mean was taken, which is how Caffe's networks pad.

    >>> pad_by_mean(torch.zeros(1, 3, 1, 1), (1, 0, 0, 0))[0, :, 0, 0].mul(255).round().tolist()
    [153.0, 156.0, 138.0]
    """
    channels = images.split(1, dim=1)
    padded = [F.pad(x, sides, value=m / 255) for x, m in zip(channels, MEAN_COLOUR, strict=True)]
    return torch.cat(padded, dim=1)


def cut_patches(images: Tensor, owners: Tensor, points: Tensor) -> Tensor:
    """The patches around pixels of pictures; what lies outside of a picture has the mean colour.

    Args:
        images: float [N, 3, H, W] in 0..1.
        owners: int64 [M], the picture of each patch.
        points: int64 [M, 2], (x, y): column and row of the pixel in its middle.

    Returns:
        float [M, 3, 158, 158].
    """
    half = PATCH // 2
    around = pad_by_mean(images, (half, half, half, half))
    steps = torch.arange(PATCH, device=images.device)
    columns, rows = points[:, 0, None] + steps, points[:, 1, None] + steps
    return around[owners[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def patch_classifier() -> PatchClassifier:
    """The classifier of patches with fresh weights.

    >>> patch_classifier().eval()(torch.zeros(2, 3, PATCH, PATCH)).shape
    torch.Size([2, 9])
    """
    return PatchClassifier().to(memory_format=torch.channels_last)
