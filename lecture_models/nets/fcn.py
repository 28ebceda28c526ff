"""FCN-32s, FCN-16s, FCN-8s: a classifier made convolutional, its scores fused with those of finer maps, upsampled.

Long, Shelhamer & Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation", sections 3.3, 4.2 and 4.3.
The body is that of ``patch_classifier``. Nothing in it is padded; the picture is, by half of a score's receptive field
and half a stride, so that each pixel lies between four scores (the paper pads by 100 pixels for the same reason).
The paper's order of training holds too: FCN-16s starts from FCN-32s, FCN-8s from FCN-16s, new scores at zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lecture_models.ops.bilinear_kernel import bilinear_kernel
from lecture_models.ops.convolutionalize import convolutionalize
from lecture_models.scenes.settings import CLASSES

from .fcn_grid import Grid, grid_of
from .patch_classifier import CHANNELS, STRIDE, PatchClassifier, pad_by_mean

Stride = Literal[8, 16, 32]
LEAST_SIDE = 32


@dataclass(frozen=True, eq=False)
class FCNTrace:
    """Every map on the way to the logits; float [B, 9, h, w] but for the picture. None where a network has no such map.

    ``upsampled32`` and ``sum16`` are by the factor 2 and on the grid of stride 16, and so on. Scores of finer maps are
    as they are added, times their weight. ``crop`` (row, column) is the place in ``upsampled`` from which the picture's
    own pixels are taken.
    """

    padded: Tensor  # float [B, 3, h, w]
    score32: Tensor
    upsampled32: Tensor | None
    score_pool4: Tensor | None  # cropped to the cells that lie on those of `upsampled32`
    sum16: Tensor | None
    upsampled16: Tensor | None
    score_pool3: Tensor | None  # cropped likewise
    sum8: Tensor | None
    upsampled: Tensor  # by the last factor, to pixels
    crop: tuple[int, int]
    logits: Tensor  # [B, 9, H, W]


class BilinearUpsampling(nn.Module):
    """The last upsampling: a transposed convolution whose kernel stays bilinear, each class by itself."""

    weight: Tensor

    def __init__(self, classes: int, factor: int) -> None:
        super().__init__()
        self.factor = factor
        self.register_buffer("weight", _kernels(classes, factor), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Float [B, K, h, w] -> [B, K, f (h + 1), f (w + 1)]."""
        return F.conv_transpose2d(x, self.weight, stride=self.factor)


def _kernels(classes: int, factor: int) -> Tensor:
    return torch.eye(classes)[:, :, None, None] * bilinear_kernel(factor)


def _learned_doubling(classes: int) -> nn.ConvTranspose2d:
    """Upsampling by two that begins bilinear, each class by itself, and is learned on."""
    layer = nn.ConvTranspose2d(classes, classes, 4, 2, bias=False)
    layer.weight = nn.Parameter(_kernels(classes, 2))
    return layer


def _silent_score(channels: int, classes: int) -> nn.Conv2d:
    """Scores of a finer map, zero at first: the training goes on from where the coarser network stood."""
    layer = nn.Conv2d(channels, classes, 1)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    return layer


class FCN(nn.Module):
    """Pictures float [B, 3, H, W] in 0..1 -> logits [B, 9, H, W], H and W at least 32.

    ``features`` and ``classifier`` are named as in ``patch_classifier``, from which FCN-32s starts.
    """

    task = "semantic"
    features: nn.Sequential
    classifier: nn.Sequential

    def __init__(self, stride: Stride) -> None:
        super().__init__()
        if stride not in (8, 16, 32):
            raise ValueError(f"The finest stride of an FCN is 8, 16 or 32; got {stride!r}.")
        body: Any = convolutionalize(PatchClassifier())
        classes = len(CLASSES)
        self.stride = stride
        self.features, self.classifier = body.features, body.classifier
        if stride <= 16:
            self.upscore2 = _learned_doubling(classes)
            self.score_pool4 = _silent_score(CHANNELS[3], classes)
        if stride == 8:
            self.upscore_pool4 = _learned_doubling(classes)
            self.score_pool3 = _silent_score(CHANNELS[2], classes)
        self.upscore = BilinearUpsampling(classes, stride)
        self._find_offsets(body)

    def _find_offsets(self, body: nn.Module) -> None:
        """How far a picture is padded, and where the maps' cells meet, from the receptive fields."""
        score = grid_of(body)
        self.margin = int(score.centre) + STRIDE // 2
        self.least = 2 * int(score.centre)  # pixels: for these there is one score
        fine = score
        if self.stride <= 16:
            fine = fine.upsampled(2)
            self.offset_pool4 = fine.offset_in(grid_of(self.features[: self._after_pool(4)]))
        if self.stride == 8:
            fine = fine.upsampled(2)
            self.offset_pool3 = fine.offset_in(grid_of(self.features[: self._after_pool(3)]))
        self.offset = Grid(1, self.margin + 0.5).offset_in(fine.upsampled(self.stride))

    def _after_pool(self, number: int) -> int:
        pools = [k for k, layer in enumerate(self.features) if isinstance(layer, nn.MaxPool2d)]
        return pools[number - 1] + 1

    def forward(self, images: Tensor) -> Tensor:
        """Float [B, 3, H, W] in 0..1 -> logits [B, 9, H, W]. Raises ValueError for a picture below 32 pixels."""
        return self.trace(images).logits

    def trace(self, images: Tensor, skips: tuple[float, float] = (1.0, 1.0)) -> FCNTrace:
        """The same with every map kept.

        Args:
            images: As they are for :meth:`forward`.
            skips: By what the scores of pool4 and of pool3 are multiplied before they are added: 1 is the network as it
                was trained, 0 leaves exactly the coarser path. A network without a skip ignores its weight.

        Raises:
            ValueError: A picture is below 32 pixels.
        """
        height, width = images.shape[-2:]
        if min(height, width) < LEAST_SIDE:
            raise ValueError(
                f"A picture has at least {LEAST_SIDE} × {LEAST_SIDE} pixels; got {height} × {width}."
            )
        padded = pad_by_mean(images, (*self._sides(width), *self._sides(height)))
        pool3, pool4, pool5 = self._pools(padded.contiguous(memory_format=torch.channels_last))
        score = score32 = self.classifier(pool5)
        up32 = score4 = sum16 = up16 = score3 = sum8 = None
        if self.stride <= 16:
            up32 = self.upscore2(score32)
            score4 = _weighed(_crop(self.score_pool4(pool4), self.offset_pool4, up32.shape[-2:]), skips[0])
            score = sum16 = up32 + score4
        if self.stride == 8:
            up16 = self.upscore_pool4(sum16)
            score3 = _weighed(_crop(self.score_pool3(pool3), self.offset_pool3, up16.shape[-2:]), skips[1])
            score = sum8 = up16 + score3
        upsampled = self.upscore(score)
        logits = _crop(upsampled, self.offset, (height, width))
        maps = (score32, up32, score4, sum16, up16, score3, sum8, upsampled)
        return FCNTrace(padded, *maps, (self.offset, self.offset), logits)

    def _sides(self, length: int) -> tuple[int, int]:
        """Pixels of padding before and after an axis, so that whole strides fill it."""
        steps = -(-(length + STRIDE) // STRIDE)
        return self.margin, self.least + STRIDE * steps - length - self.margin

    def _pools(self, x: Tensor) -> list[Tensor]:
        pools = []
        for layer in self.features:
            x = layer(x)
            if isinstance(layer, nn.MaxPool2d):
                pools.append(x)
        return pools[2:]


def _weighed(scores: Tensor, weight: float) -> Tensor:
    return scores if weight == 1 else weight * scores


def _crop(maps: Tensor, offset: int, size: tuple[int, ...]) -> Tensor:
    return maps[:, :, offset : offset + size[0], offset : offset + size[1]]


def fcn(stride: Stride) -> FCN:
    """An FCN with fresh weights.

    Args:
        stride: Of the finest scores that take part, 32, 16 or 8 pixels.

    Raises:
        ValueError: for another stride.

    >>> fcn(8).eval()(torch.zeros(1, 3, 40, 50)).shape
    torch.Size([1, 9, 40, 50])
    """
    return FCN(stride).to(memory_format=torch.channels_last)
