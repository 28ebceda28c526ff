"""Panoptic FPN: Mask R-CNN and a semantic branch on one feature pyramid (Kirillov et al. 2019).

The detector is torchvision's ``MaskRCNN`` with its own RPN and heads (He et al. 2017), at the size of
the lecture's scenes, so whatever traces torchvision's COCO networks traces this one too.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

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
from lecture_models.scenes.settings import CLASSES, THINGS

from .pyramid import PyramidBackbone
from .semantic_branch import SemanticBranch, semantic_loss

LEVELS = ("0", "1", "2", "3")  # P2..P5 in torchvision's numbering
ANCHOR_SIZES = ((12,), (24,), (48,), (104,))
ANCHOR_RATIOS = (0.9, 1.7, 3.5)  # height over width: things here stand upright
CANONICAL_SCALE = 96  # pixels; a RoI this large is cropped from P4 (equation 1 of the FPN paper)


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


class PanopticFPN(MaskRCNN):
    """torchvision's Mask R-CNN with one more branch, ``semantic``.

    In training, targets carry ``boxes``, ``labels`` (1..5, the scenes' things in order), ``masks`` and
    ``semantic`` (int64 [H, W], 255 = void), and the loss dict one more entry, ``loss_semantic``. In
    evaluation each result has one more entry, ``semantic``: logits float [9, H, W].
    """

    semantic: SemanticBranch

    def forward(self, images: list[Tensor], targets: list[dict[str, Tensor]] | None = None) -> Any:
        """Losses in training, a list of results in evaluation."""
        sizes = [(int(i.shape[-2]), int(i.shape[-1])) for i in images]
        batch, targets = self.transform(images, targets)
        pictures = batch.tensors.contiguous(memory_format=torch.channels_last)
        maps: OrderedDict[str, Tensor] = self.backbone(pictures)
        logits = self.semantic(pictures, list(maps.values()))
        proposals, rpn_losses = self.rpn(batch, maps, targets)
        found, roi_losses = self.roi_heads(maps, proposals, batch.image_sizes, targets)
        if self.training:
            assert targets is not None
            labels = torch.stack([t["semantic"] for t in targets])
            return {**rpn_losses, **roi_losses, "loss_semantic": semantic_loss(logits, labels)}
        found = self.transform.postprocess(found, batch.image_sizes, sizes)
        for result, picture_logits, (height, width) in zip(found, logits, sizes, strict=True):
            result["semantic"] = picture_logits[:, :height, :width]
        return found


class _ChannelsLastMasks(MaskRCNNHeads):
    """The mask head with its input laid out the way convolutions on a CPU are fastest."""

    def forward(self, x: Tensor) -> Tensor:
        """Crops -> mask features."""
        return super().forward(x.contiguous(memory_format=torch.channels_last))


def panoptic_fpn(
    channels: int = 64, box_width: int = 256, mask_layers: tuple[int, ...] = (64,) * 4
) -> PanopticFPN:
    """The lecture's main network, with fresh weights.

    >>> network = panoptic_fpn().eval()
    >>> with torch.no_grad():
    ...     result = network([torch.zeros(3, 64, 64)])[0]
    >>> tuple(result["semantic"].shape)
    (9, 64, 64)
    """
    classes = 1 + len(THINGS)
    anchors = AnchorGenerator(ANCHOR_SIZES, (ANCHOR_RATIOS,) * len(ANCHOR_SIZES))
    network = PanopticFPN(
        PyramidBackbone(out_channels=channels),
        rpn_anchor_generator=anchors,
        rpn_head=RPNHead(channels, len(ANCHOR_RATIOS)),
        box_roi_pool=_crop(7),
        box_head=TwoMLPHead(channels * 7 * 7, box_width),
        box_predictor=FastRCNNPredictor(box_width, classes),
        mask_roi_pool=_crop(14),
        mask_head=_ChannelsLastMasks(channels, mask_layers, dilation=1),
        mask_predictor=MaskRCNNPredictor(mask_layers[-1], mask_layers[-1], classes),
        rpn_pre_nms_top_n_train=300,
        rpn_pre_nms_top_n_test=200,
        rpn_post_nms_top_n_train=200,
        rpn_post_nms_top_n_test=100,
        rpn_batch_size_per_image=128,
        box_batch_size_per_image=64,
        box_detections_per_img=40,
    )
    network.transform = KeepSize(256, 256, image_mean=[0.5] * 3, image_std=[0.25] * 3)
    network.semantic = SemanticBranch(channels, len(CLASSES))
    return network.to(memory_format=torch.channels_last)


def _crop(size: int) -> nn.Module:
    return PyramidRoIAlign(list(LEVELS), size, 2, canonical_scale=CANONICAL_SCALE, canonical_level=4)
