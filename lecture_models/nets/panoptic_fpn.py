"""Panoptic FPN: Mask R-CNN and a semantic branch on one feature pyramid (Kirillov et al. 2019).

The detector is torchvision's ``MaskRCNN`` with its own RPN and heads (He et al. 2017), at the size of
the lecture's scenes, so whatever traces torchvision's COCO networks traces this one too.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor
from torchvision.models.detection import MaskRCNN

from lecture_models.scenes.settings import CLASSES

from .mask_rcnn import ANCHOR_SIZES, BOX_WIDTH, CHANNELS, MASK_LAYERS, detector, pyramid_crops
from .pyramid import PyramidBackbone
from .semantic_branch import SemanticBranch, semantic_loss


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


def panoptic_fpn(
    channels: int = CHANNELS, box_width: int = BOX_WIDTH, mask_layers: tuple[int, ...] = MASK_LAYERS
) -> PanopticFPN:
    """The lecture's main network, with fresh weights.

    >>> network = panoptic_fpn().eval()
    >>> with torch.no_grad():
    ...     result = network([torch.zeros(3, 64, 64)])[0]
    >>> tuple(result["semantic"].shape)
    (9, 64, 64)
    """
    backbone = PyramidBackbone(out_channels=channels)
    sizes = tuple((size,) for size in ANCHOR_SIZES)
    network = detector(PanopticFPN, backbone, pyramid_crops(), sizes, box_width, mask_layers)
    network.semantic = SemanticBranch(channels, len(CLASSES))
    return network.to(memory_format=torch.channels_last)
