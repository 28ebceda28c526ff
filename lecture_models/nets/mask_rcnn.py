"""Mask R-CNN at the size of the lecture's scenes: torchvision's detector around any backbone (He et al. 2017).

The networks of the lecture are all made here: ``panoptic_fpn`` adds a semantic branch, ``one_level`` crops from
one feature map, and ``mask_rcnn`` compares two losses of the mask head.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar

import torch
from torch import Tensor, nn
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.rpn import RPNHead
from torchvision.models.detection.transform import GeneralizedRCNNTransform
from torchvision.ops import MultiScaleRoIAlign

from lecture_models.ops.roi_align_batched import roi_align_batched
from lecture_models.scenes.settings import THINGS

from .mask_softmax import softmax_heads
from .pyramid import PyramidBackbone

LEVELS = ("0", "1", "2", "3")  # P2..P5 in torchvision's numbering
ANCHOR_SIZES = (12, 24, 48, 104)  # pixels; one for each level, or all on the only one
ANCHOR_RATIOS = (0.9, 1.7, 3.5)  # height over width: things here stand upright
CANONICAL_SCALE = 96  # pixels; a RoI this large is cropped from P4 (equation 1 of the FPN paper)
CHANNELS, BOX_WIDTH, MASK_LAYERS = 64, 256, (64,) * 4

Network = TypeVar("Network", bound=MaskRCNN)
MaskLoss = Literal["sigmoid", "softmax"]


class KeepSize(GeneralizedRCNNTransform):
    """Normalisation without resizing: scenes are already as large as the network wants them."""

    def resize(self, image: Tensor, target: Any = None) -> tuple[Tensor, Any]:
        """Return both as they came."""
        return image, target


class PyramidRoIAlign(MultiScaleRoIAlign):
    """``MultiScaleRoIAlign`` whose crops are the lecture's: the same values, with a faster backward pass."""

    def forward(
        self, x: dict[str, Tensor], boxes: list[Tensor], image_shapes: list[tuple[int, int]]
    ) -> Tensor:
        """Crops [N, C, size, size] of all boxes, each from its level."""
        maps = [x[name] for name in self.featmap_names]
        if (
            maps[0].device.type != "cpu" or self.scales is None
        ):  # the library sets its scales at its first call
            return super().forward(x, boxes, image_shapes)
        levels = self.map_levels(boxes).split([len(b) for b in boxes])
        crops, places = [], []
        order = torch.arange(sum(len(b) for b in boxes)).split([len(b) for b in boxes])
        for level, (features, scale) in enumerate(zip(maps, self.scales, strict=True)):
            mine = [b[at == level] for b, at in zip(boxes, levels, strict=True)]
            if sum(map(len, mine)):
                crops.append(roi_align_batched(features, mine, self.output_size, scale, self.sampling_ratio))
                places.append(torch.cat([o[at == level] for o, at in zip(order, levels, strict=True)]))
        if not crops:
            return maps[0].new_zeros((0, maps[0].shape[1], *self.output_size))
        return torch.cat(crops)[torch.cat(places).argsort()]


class _ChannelsLastMasks(MaskRCNNHeads):
    """The mask head with its input laid out the way convolutions on a CPU are fastest."""

    def forward(self, x: Tensor) -> Tensor:
        """Crops -> mask features."""
        return super().forward(x.contiguous(memory_format=torch.channels_last))


def detector(
    kind: type[Network],
    backbone: nn.Module,
    crops: tuple[MultiScaleRoIAlign, MultiScaleRoIAlign],
    anchor_sizes: tuple[tuple[int, ...], ...],
    box_width: int = BOX_WIDTH,
    mask_layers: tuple[int, ...] = MASK_LAYERS,
    **limits: int,
) -> Network:
    """A Mask R-CNN of the lecture's classes with fresh weights.

    Args:
        kind: torchvision's ``MaskRCNN`` or a class made from it.
        backbone: gives feature maps of ``out_channels`` channels, one for each entry of ``anchor_sizes``.
        crops: of 7 × 7 bins for the box head, of 14 × 14 for the mask head.
        anchor_sizes: sides of the anchors in pixels, for each feature map.
        box_width: width of the box head's two layers.
        mask_layers: channels of the mask head's convolutions.
        limits: torchvision's other settings, instead of those below.
    """
    channels, classes = int(backbone.out_channels), 1 + len(THINGS)  # type: ignore[arg-type]
    settings = {
        "rpn_pre_nms_top_n_train": 300,
        "rpn_pre_nms_top_n_test": 200,
        "rpn_post_nms_top_n_train": 200,
        "rpn_post_nms_top_n_test": 100,
        "rpn_batch_size_per_image": 128,
        "box_batch_size_per_image": 64,
        "box_detections_per_img": 40,
        **limits,
    }
    network = kind(
        backbone,
        rpn_anchor_generator=AnchorGenerator(anchor_sizes, (ANCHOR_RATIOS,) * len(anchor_sizes)),
        rpn_head=RPNHead(channels, len(ANCHOR_RATIOS) * len(anchor_sizes[0])),
        box_roi_pool=crops[0],
        box_head=TwoMLPHead(channels * 7 * 7, box_width),
        box_predictor=FastRCNNPredictor(box_width, classes),
        mask_roi_pool=crops[1],
        mask_head=_ChannelsLastMasks(channels, mask_layers, dilation=1),
        mask_predictor=MaskRCNNPredictor(mask_layers[-1], mask_layers[-1], classes),
        **settings,
    )
    network.transform = KeepSize(256, 256, image_mean=[0.5] * 3, image_std=[0.25] * 3)
    return network


def pyramid_crops() -> tuple[PyramidRoIAlign, PyramidRoIAlign]:
    """RoIAlign from P2..P5 for both heads."""
    scale = {"canonical_scale": CANONICAL_SCALE, "canonical_level": 4}
    return PyramidRoIAlign(list(LEVELS), 7, 2, **scale), PyramidRoIAlign(list(LEVELS), 14, 2, **scale)


def mask_rcnn(mask_loss: MaskLoss = "sigmoid") -> MaskRCNN:
    """Mask R-CNN on a pyramid, with fresh weights: per-class sigmoid or per-pixel softmax masks (table 2b).

    The same weights come of the same seed, since the losses have none.
    """
    sizes = tuple((size,) for size in ANCHOR_SIZES)
    network = detector(MaskRCNN, PyramidBackbone(out_channels=CHANNELS), pyramid_crops(), sizes)
    if mask_loss == "softmax":
        network.roi_heads = softmax_heads(network.roi_heads)
    return network.to(memory_format=torch.channels_last)
