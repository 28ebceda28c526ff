"""The raw outputs of one pass of a Faster or Mask R-CNN: what its filters get, before anything is filtered.

Backbone and RPN head are the costly part, and no threshold changes what they say. So they run once, and
``stages`` filters what is kept here with any settings. Ren et al. 2015, section 3; Lin et al. 2017, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchvision.models.detection.rpn import concat_box_prediction_layers
from torchvision.ops import clip_boxes_to_image

from lecture_models.nets.rcnn_trace import COCO_LEVELS, as_tensor

BOX_MIN_SIZE = 1e-2  # pixels; torchvision's RoIHeads has it as a number in postprocess_detections


@dataclass(frozen=True)
class Limits:
    """The numbers by which a detector filters, in the order in which they act."""

    pre_nms_top_n: int  # anchors of a level that go on
    rpn_min_size: float  # network pixels
    objectness: float  # least objectness, as a probability
    rpn_nms_iou: float
    post_nms_top_n: int  # proposals of the picture
    score_threshold: float  # a class score must be above it
    box_min_size: float  # network pixels
    box_nms_iou: float
    detections: int  # of the picture


@dataclass(frozen=True, eq=False)
class RCNNRecord:
    """One pass, on the CPU in float32. A anchors, level after level, as torchvision orders them.

    Boxes are xyxy in *network* pixels: the picture as the network resized it (ours does not). ``in_picture``
    turns them into picture pixels.
    """

    image: np.ndarray  # uint8 [H, W, 3]
    network: str
    classes: tuple[str, ...]  # by detection label; 0 is the background
    network_size: tuple[int, int]  # (height, width) of the picture in network pixels
    levels: tuple[str, ...]  # of the anchors, such as P2..P5
    strides: dict[str, float]  # picture pixels a cell
    maps: dict[str, Tensor]  # by torchvision's names "0", "1"..: [1, C, h, w]
    shapes: tuple[tuple[int, int, int], ...]  # of each level's anchors: (h, w, anchors a cell)
    anchors: Tensor  # [A, 4]
    anchor_levels: Tensor  # int64 [A], index into ``levels``
    objectness: Tensor  # [A] logits
    deltas: Tensor  # [A, 4]
    decoded: Tensor  # [A, 4] anchors moved by their deltas, not yet clipped
    limits: Limits  # the network's own

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the picture."""
        return self.image.shape[0], self.image.shape[1]

    @cached_property
    def clipped(self) -> Tensor:
        """The decoded boxes clipped to the picture, [A, 4], network pixels."""
        boxes: Tensor = clip_boxes_to_image(self.decoded, self.network_size)
        return boxes

    @property
    def nbytes(self) -> int:
        """Bytes that the record's arrays hold."""
        values = [getattr(self, f.name) for f in fields(self)] + [*self.maps.values(), self.clipped]
        return sum(int(v.nbytes) for v in values if hasattr(v, "nbytes"))

    def class_name(self, label: int) -> str:
        """A class by its label; "class 7" where the network does not say."""
        return self.classes[label] if label < len(self.classes) else f"class {label}"

    def in_picture(self, boxes: Tensor) -> Tensor:
        """Boxes [..., 4] of network pixels in picture pixels, by torchvision's rule: each axis has its ratio."""
        y, x = (float(a) / float(b) for a, b in zip(self.size, self.network_size, strict=True))
        return boxes * boxes.new_tensor([x, y, x, y])


@torch.inference_mode()
def record_rcnn(network: Any, image: np.ndarray) -> RCNNRecord:
    """Run backbone and RPN head once and keep what they say of every anchor.

    Args:
        network: a torchvision ``GeneralizedRCNN`` with an RPN, in eval mode.
        image: uint8 [H, W, 3].

    >>> from lecture_models.nets.panoptic_fpn import panoptic_fpn
    >>> record = record_rcnn(panoptic_fpn().eval(), np.zeros((64, 96, 3), np.uint8))
    >>> record.levels, tuple(record.deltas.shape)  # 3 anchors for each of 24*16 + 12*8 + 6*4 + 3*2 cells
    (('P2', 'P3', 'P4', 'P5'), (1530, 4))
    """
    batch, _ = network.transform([as_tensor(image, next(network.parameters()).device)])
    maps = network.backbone(batch.tensors)
    logits, deltas = network.rpn.head(list(maps.values()))
    anchors = network.rpn.anchor_generator(batch, list(maps.values()))
    shapes = tuple((int(o.shape[2]), int(o.shape[3]), int(o.shape[1])) for o in logits)
    counts = [h * w * a for h, w, a in shapes]
    objectness, moves = concat_box_prediction_layers(list(logits), list(deltas))
    decoded = network.rpn.box_coder.decode(moves, anchors)[:, 0]
    size = batch.image_sizes[0]
    scale = size[0] / image.shape[0]
    return RCNNRecord(
        image=image,
        network=str(getattr(network, "name", type(network).__name__)),
        classes=tuple(getattr(network, "classes", ())),
        network_size=(int(size[0]), int(size[1])),
        levels=tuple(COCO_LEVELS[name] for name in maps),
        strides={COCO_LEVELS[k]: batch.tensors.shape[-1] / v.shape[-1] / scale for k, v in maps.items()},
        maps={name: _cpu(value) for name, value in maps.items()},
        shapes=shapes,
        anchors=_cpu(anchors[0]),
        anchor_levels=torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts)),
        objectness=_cpu(objectness[:, 0]),
        deltas=_cpu(moves),
        decoded=_cpu(decoded),
        limits=limits_of(network),
    )


def limits_of(network: Any) -> Limits:
    """The numbers by which a torchvision detector filters in evaluation, read from it."""
    rpn, heads = network.rpn, network.roi_heads
    return Limits(
        pre_nms_top_n=rpn._pre_nms_top_n["testing"],
        rpn_min_size=rpn.min_size,
        objectness=rpn.score_thresh,
        rpn_nms_iou=rpn.nms_thresh,
        post_nms_top_n=rpn._post_nms_top_n["testing"],
        score_threshold=heads.score_thresh,
        box_min_size=BOX_MIN_SIZE,
        box_nms_iou=heads.nms_thresh,
        detections=heads.detections_per_img,
    )


def _cpu(value: Tensor) -> Tensor:
    return value.detach().float().cpu()
