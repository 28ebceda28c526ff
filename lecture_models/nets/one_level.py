"""Mask R-CNN on one feature map, whose crops are made by RoIPool, RoIWarp or RoIAlign: the ablation's networks.

He et al. 2017, tables 2c (stride 16) and 2d (stride 32), take the last map of a ResNet. Here the map has stride 8
or 16, for scenes of 256 pixels. The three crops have no weights, so networks of one seed start equal.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn
from torchvision.models.detection import MaskRCNN
from torchvision.ops import MultiScaleRoIAlign, roi_pool

from lecture_models.ops.roi_align_batched import roi_align_batched
from lecture_models.ops.roi_box import snap, snapped_interval

from .mask_rcnn import ANCHOR_SIZES, detector
from .pyramid import BasicBlock, conv

Crop = Literal["roi_pool", "roi_warp", "roi_align"]
STAGES = {8: (32, 64), 16: (32, 64, 128)}  # channels of the stages that halve, after a stem of stride 2
WIDTH = 96  # channels of the two blocks on top, which see more of the picture at the same stride


class OneLevelBackbone(nn.Module):
    """Residual blocks down to one stride: float [N, 3, H, W] -> {"0": [N, 96, H / stride, W / stride]}."""

    def __init__(self, stride: int, stem: int = 16) -> None:
        super().__init__()
        if stride not in STAGES:
            raise ValueError(f"stride must be one of {', '.join(map(str, STAGES))}, got {stride}.")
        layers: list[nn.Module] = [conv(3, stem, stride=2)]
        inputs = stem
        for width in STAGES[stride]:
            layers += [BasicBlock(inputs, width, 2), BasicBlock(width, width, 1)]
            inputs = width
        layers += [BasicBlock(inputs, WIDTH, 1), BasicBlock(WIDTH, WIDTH, 1)]
        self.layers = nn.Sequential(*layers)
        self.out_channels = WIDTH

    def forward(self, x: Tensor) -> OrderedDict[str, Tensor]:
        """The map, under the name that torchvision gives an only one."""
        return OrderedDict([("0", self.layers(x))])


class OneLevelCrop(MultiScaleRoIAlign):
    """One of the three operators on the only map, in the place where torchvision expects its own."""

    def __init__(self, crop: Crop, output_size: int, stride: int) -> None:
        super().__init__(["0"], output_size, 2)
        self.crop, self.stride = crop, stride

    def forward(
        self, x: dict[str, Tensor], boxes: list[Tensor], image_shapes: list[tuple[int, int]]
    ) -> Tensor:
        """Crops [N, C, size, size] of all boxes (xyxy, pixels)."""
        features, scale = x["0"], 1 / self.stride
        if self.crop == "roi_pool":
            return roi_pool(features.contiguous(), boxes, self.output_size, scale)
        if self.crop == "roi_align":
            return roi_align_batched(features, boxes, self.output_size, scale, 2, aligned=True)
        snapped = [torch.cat(_corners(*snapped_interval(snap(its, scale))), 1) for its in boxes]
        return roi_align_batched(features, snapped, self.output_size, 1.0, 2)


def _corners(start: Tensor, size: Tensor) -> tuple[Tensor, Tensor]:
    return start, start + size


def one_level(crop: Crop, stride: int) -> MaskRCNN:
    """A one-level Mask R-CNN with fresh weights.

    Args:
        crop: "roi_pool" (maximum), "roi_warp" or "roi_align" (means of 2 × 2 bilinear samples a bin).
            RoIAlign corrects the half cell (``aligned=True``), and RoIWarp does too; RoIPool differs from RoIAlign by
            its snapping, by the last cell, which belongs to the box, and by the maximum of cells. The paper speaks of
            no quantisation and not of this half cell; torchvision leaves it.
        stride: pixels per cell of the map, 8 or 16.

    Raises:
        ValueError: for another stride.

    >>> network = one_level("roi_pool", 16).eval()
    >>> with torch.no_grad():
    ...     sorted(network([torch.zeros(3, 64, 64)])[0])
    ['boxes', 'labels', 'masks', 'scores']
    """
    crops = (OneLevelCrop(crop, 7, stride), OneLevelCrop(crop, 14, stride))
    network = detector(
        MaskRCNN,
        OneLevelBackbone(stride),
        crops,
        (ANCHOR_SIZES,),
        mask_layers=(64, 64),
        box_batch_size_per_image=48,
        rpn_pre_nms_top_n_test=300,
    )
    return network.to(memory_format=torch.channels_last)
