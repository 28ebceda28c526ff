"""Small torchvision detectors with random weights that nevertheless find things: fixed, and quick on one core."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torchvision.models.detection import fasterrcnn_resnet50_fpn, maskrcnn_resnet50_fpn

from lecture_models.nets.rcnn_trace import as_tensor
from lecture_models.scenes import render

CLASSES = 6


def torchvision_detector(masks: bool) -> Any:
    """A torchvision network whose maps are normalised on one scene and whose scores differ from box to box."""
    torch.manual_seed(3)
    make = maskrcnn_resnet50_fpn if masks else fasterrcnn_resnet50_fpn
    limits = {"rpn_post_nms_top_n_test": 200, "box_detections_per_img": 30, "min_size": 160, "max_size": 200}
    network = make(weights=None, weights_backbone=None, num_classes=CLASSES, **limits)
    _normalise(network.eval())
    with torch.no_grad():
        for layer, spread in ((network.rpn.head.cls_logits, 9), (network.rpn.head.bbox_pred, 3)):
            layer.weight.mul_(spread)
        network.roi_heads.box_predictor.cls_score.weight.mul_(8)
        network.roi_heads.box_predictor.bbox_pred.weight.mul_(6)
    network.name, network.classes = "random", ("background", "a", "b", "c", "d")  # and one without a name
    return network


def _normalise(network: Any) -> None:
    """Running statistics of one picture: else random layers make numbers without bounds."""
    norms = [m for m in network.backbone.modules() if isinstance(m, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum, norm.training = 1.0, True
    with torch.no_grad():
        network.backbone(network.transform([as_tensor(render(1).image)])[0].tensors)
    for norm in norms:
        norm.training = False
