"""One RoI of a Mask R-CNN through both heads at once, with all K masks kept (He et al. 2017, section 3).

In training, both heads see the same sampled proposals: a 7 × 7 crop goes to the class and box head, a 14 × 14 crop to
the mask head, which answers with one mask a class. In inference torchvision, like the paper, runs the mask head on the
detections that the box head left. For a detection's box, the masks below are therefore the network's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor
from torchvision.models.detection.mask_rcnn import MaskRCNNPredictor

from lecture_models.autopsy.chain import network_size
from lecture_models.nets.macs import count_macs
from lecture_models.nets.mask_softmax import SoftmaxMaskPredictor
from lecture_models.nets.rcnn_trace import COCO_LEVELS, RCNNTrace, paste
from lecture_models.nets.roi_swap import level_of
from lecture_models.segments import MASK_THRESHOLD

Rule = Literal["sigmoid", "softmax"]
MAPS = {level: name for name, level in COCO_LEVELS.items()}


@dataclass(frozen=True)
class MaskHeadsTrace:
    """What both heads say of one box. K classes with the background first; all on the CPU in float32."""

    box: Tensor  # [4] xyxy, picture pixels: what was cropped
    level: str  # such as "P4": the level of the pyramid that both crops are from
    box_crop: Tensor  # [C, 7, 7]
    mask_crop: Tensor  # [C, 14, 14]
    class_logits: Tensor  # [K]
    class_probs: Tensor  # [K], their softmax
    deltas: Tensor  # [K, 4] (dx, dy, dw, dh) of each class: shares of the box, logarithms of its growth
    boxes: Tensor  # [K, 4] the box refined for each class, xyxy, picture pixels, clipped to the picture
    mask_logits: Tensor  # [K, 28, 28], raw
    mask_probs: Tensor  # [K, 28, 28] under the network's own rule
    rule: Rule  # how logits become probabilities: a sigmoid each, or a softmax over the classes
    size: tuple[int, int]  # (height, width) of the picture
    least_score: float  # a class of a smaller probability makes no detection
    positive: float  # IoU with a true box from which training gives a RoI to the mask head

    @property
    def background(self) -> bool:
        """Whether the class head says background: no class of things is more probable."""
        return int(self.class_probs.argmax()) == 0

    @property
    def label(self) -> int:
        """The class head's choice: its most probable class other than the background."""
        return int(self.class_probs[1:].argmax()) + 1

    @property
    def nbytes(self) -> int:
        """Bytes of its tensors."""
        return sum(value.nbytes for value in vars(self).values() if isinstance(value, Tensor))

    def pasted(self, label: int) -> Tensor:
        """The mask of one class pasted into the box: probabilities float [H, W]."""
        return paste(self.mask_probs[label][None], self.box[None], self.size)[0]


@dataclass(frozen=True)
class HeadCost:
    """What one head weighs: its parameters, and its multiply-adds for each RoI. Crops are not counted."""

    name: str
    parameters: int
    macs: int


def mask_rule(network: Any) -> Rule:
    """How a network reads its mask logits: "softmax" for the ablation's multinomial network, else "sigmoid"."""
    return "softmax" if isinstance(network.roi_heads.mask_predictor, SoftmaxMaskPredictor) else "sigmoid"


def mask_probs(logits: Tensor, rule: Rule) -> Tensor:
    """Mask logits [K, M, M] -> probabilities of the same shape.

    >>> logits = torch.tensor([0.0, 1.0, 1.0])[:, None, None]
    >>> mask_probs(logits, "softmax").sum().item(), mask_probs(logits, "sigmoid").sum().item() > 1
    (1.0, True)
    """
    return logits.softmax(0) if rule == "softmax" else logits.sigmoid()


@torch.inference_mode()
def trace_mask_heads(network: Any, trace: RCNNTrace, box: Tensor) -> MaskHeadsTrace:
    """Crop one box as the network itself would, and run both of its heads on the two crops.

    Args:
        network: the torchvision Mask R-CNN that made the trace, in eval mode.
        trace: of the whole picture.
        box: float [4], xyxy, picture pixels.

    Raises:
        ValueError: the network has no mask head.
    """
    heads = network.roi_heads
    if not heads.has_mask():
        raise ValueError(
            f"A network with a mask head is needed; {trace.network} has none. Choose a Mask R-CNN."
        )
    size = (trace.image.shape[0], trace.image.shape[1])
    maps, rois, shapes, scales = _crop_arguments(network, trace, box[None])
    box_crop = heads.box_roi_pool(maps, rois, shapes)
    mask_crop = heads.mask_roi_pool(maps, rois, shapes)
    logits, deltas = heads.box_predictor(heads.box_head(box_crop))
    refined = heads.box_coder.decode(deltas, rois)[0] / scales
    masks = raw_mask_logits(heads, mask_crop)[0]
    kept = {"box": box, "box_crop": box_crop[0], "mask_crop": mask_crop[0], "class_logits": logits[0]}
    kept |= {
        "class_probs": logits[0].softmax(0),
        "deltas": deltas[0].view(-1, 4) / deltas.new_tensor(heads.box_coder.weights),
        "boxes": clip(refined, size),
    }
    kept |= {"mask_logits": masks, "mask_probs": mask_probs(masks, mask_rule(network))}
    level = level_of(network, rois[0][0].cpu())
    values = {name: value.float().cpu() for name, value in kept.items()}
    limits = {"least_score": heads.score_thresh, "positive": heads.proposal_matcher.high_threshold}
    return MaskHeadsTrace(level=level, rule=mask_rule(network), size=size, **limits, **values)


@torch.inference_mode()
def every_mask(network: Any, trace: RCNNTrace, boxes: Tensor) -> Tensor:
    """The masks of all classes of many boxes: probabilities under the network's own rule, float [N, K, M, M].

    Args:
        network: as for :func:`trace_mask_heads`.
        trace: of the whole picture, whose detections the boxes need not be.
        boxes: float [N, 4], xyxy, picture pixels.
    """
    heads = network.roi_heads
    maps, rois, shapes, _ = _crop_arguments(network, trace, boxes)
    logits = raw_mask_logits(heads, heads.mask_roi_pool(maps, rois, shapes)).float().cpu()
    return logits.softmax(1) if mask_rule(network) == "softmax" else logits.sigmoid()


def sums_in_masks(probs: Tensor, labels: Tensor) -> Tensor:
    """How far the masks of all classes claim the same cells: the sum of their probabilities, averaged over one mask.

    Under a softmax it is 1. Under sigmoids it is what the classes would have to share if they had to compete.

    Args:
        probs: float [N, K, M, M], as of :func:`every_mask`.
        labels: int64 [N], whose mask: the average goes over its cells of probability at least one half.

    Returns:
        float [N], 0 for an empty mask.

    >>> probs = torch.tensor([[0.9, 0.2], [0.8, 0.1], [0.7, 0.9]])[None, :, :, None]
    >>> round(sums_in_masks(probs, torch.tensor([1])).item(), 4)
    2.4
    """
    mine = probs[torch.arange(len(probs)), labels] >= MASK_THRESHOLD
    sums = (probs.sum(1) * mine).flatten(1).sum(1)
    return sums / mine.flatten(1).sum(1).clamp(min=1)


def _crop_arguments(network: Any, trace: RCNNTrace, boxes: Tensor) -> tuple[Any, Any, Any, Tensor]:
    """What torchvision's crops take: maps by name, boxes and size in network pixels; and those of a picture pixel."""
    device = next(network.parameters()).device
    size, seen = trace.image.shape[:2], network_size(network, trace.image)
    scales = boxes.new_tensor([seen[1] / size[1], seen[0] / size[0]]).repeat(2).to(device)  # each is rounded
    maps = {MAPS[level]: values[None].to(device) for level, values in trace.features.items()}
    return maps, [boxes.to(device) * scales], [seen], scales


def raw_mask_logits(heads: Any, mask_crops: Tensor) -> Tensor:
    """Mask logits [N, K, 28, 28] of crops [N, C, 14, 14] before any rule.

    The multinomial predictor gives log-odds in evaluation; its parent's ``forward`` is what both have in common.
    """
    return MaskRCNNPredictor.forward(heads.mask_predictor, heads.mask_head(mask_crops))


def clip(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Boxes [N, 4] cut to a picture of (height, width)."""
    limit = boxes.new_tensor([size[1], size[0], size[1], size[0]])
    return torch.minimum(boxes.clamp(min=0), limit)


@torch.inference_mode()
def head_costs(network: Any) -> tuple[HeadCost, HeadCost]:
    """Parameters and multiply-adds of the class and box head, and of the mask head, for one RoI.

    Args:
        network: a torchvision Mask R-CNN.
    """
    heads, some = network.roi_heads, next(network.parameters())
    channels = network.backbone.out_channels

    def cost(name: str, pool: Any, *modules: Callable[[Tensor], Any]) -> HeadCost:
        def run(values: Tensor) -> Any:
            for module in modules:
                values = module(values)
            return values

        parameters = sum(p.numel() for module in modules for p in module.parameters())  # type: ignore[attr-defined]
        return HeadCost(name, parameters, count_macs(run, some.new_zeros(1, channels, *pool.output_size)))

    boxes = cost("class and box head", heads.box_roi_pool, heads.box_head, heads.box_predictor)
    return boxes, cost("mask head", heads.mask_roi_pool, heads.mask_head, heads.mask_predictor)
