"""A torchvision Mask R-CNN with random weights whose maps and logits are of ordinary size."""

from __future__ import annotations

from typing import Any

import torch
from torchvision.models import get_model
from torchvision.ops import FrozenBatchNorm2d


def coco_like(name: str = "maskrcnn_resnet50_fpn", **settings: int) -> Any:
    """The network, in eval mode, without gradients to its weights; it resizes pictures to 256 … 320 pixels."""
    torch.manual_seed(0)
    options = {"min_size": 256, "max_size": 320, "num_classes": 5, "box_detections_per_img": 6, **settings}
    network = get_model(name, weights=None, weights_backbone=None, box_score_thresh=0.0, **options)
    network.eval().requires_grad_(False)
    handles = [m.register_forward_pre_hook(_settle) for m in network.modules() if isinstance(m, KINDS)]
    with torch.no_grad():
        smooth = torch.nn.functional.interpolate(torch.rand(2, 3, 16, 16), size=(128, 128), mode="bilinear")
        network.backbone(4 * smooth - 2)
    for handle in handles:
        handle.remove()
    return network


KINDS = (FrozenBatchNorm2d, torch.nn.BatchNorm2d)


def _settle(layer: Any, inputs: tuple[torch.Tensor]) -> None:
    """Mean and variance from the first map that comes by: random weights alone would let the maps explode."""
    layer.running_mean.copy_(inputs[0].mean((0, 2, 3)))
    layer.running_var.copy_(inputs[0].var((0, 2, 3), correction=0))
