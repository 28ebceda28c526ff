"""One forward pass of a Mask R-CNN, kept: pyramid maps, proposals, detections, mask cells, label logits.

Works on ``PanopticFPN`` and on torchvision's COCO networks alike, since both are a ``GeneralizedRCNN``: the
pass below calls the network's own parts in its own order and only holds on to what they return.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.models.detection.generalized_rcnn import GeneralizedRCNN
from torchvision.models.detection.roi_heads import expand_boxes, expand_masks

from lecture_models.scenes.settings import STUFF
from lecture_models.segments import MASK_THRESHOLD

from .semantic_branch import upsample

COCO_LEVELS = {"0": "P2", "1": "P3", "2": "P4", "3": "P5", "pool": "P6"}


@dataclass(frozen=True)
class RCNNTrace:
    """What one pass computed, on the CPU in float32. N proposals, D detections, sorted by score.

    Boxes are xyxy in picture pixels. ``scale`` is network pixels per picture pixel, down (1 for the lecture's own
    network, which does not resize); ``strides`` are picture pixels per cell.
    """

    image: np.ndarray  # uint8 [H, W, 3]
    network: str
    classes: tuple[str, ...]  # by detection label; 0 is the background
    features: dict[str, Tensor]  # "P2".. -> [C, h, w]
    strides: dict[str, float]
    scale: float
    proposals: Tensor  # [N, 4]
    boxes: Tensor  # [D, 4]
    labels: Tensor  # int64 [D]
    scores: Tensor  # [D]
    mask_cells: Tensor  # [D, 28, 28] probabilities; [0, 28, 28] for a network without masks
    half_semantic: Tensor | None  # [9, h, w] logits at half the size, for a network that has the branch

    @property
    def masks(self) -> Tensor:
        """Probabilities pasted into the picture, float [D, H, W]; made anew each time, since they take megabytes."""
        return paste(self.mask_cells, self.boxes[: len(self.mask_cells)], self.image.shape[:2])

    def mask(self, number: int) -> Tensor:
        """One of them, float [H, W]."""
        one = slice(number, number + 1)
        return paste(self.mask_cells[one], self.boxes[one], self.image.shape[:2])[0]

    @property
    def binary_masks(self) -> np.ndarray:
        """The masks at probability ½, bool [D, H, W]; a bit a pixel is kept, since each move of a slider asks."""
        size = self.image.shape[:2]
        bits = np.unpackbits(self._bits, axis=1, count=size[0] * size[1])
        return bits.view(bool).reshape(len(bits), *size)

    @cached_property
    def _bits(self) -> np.ndarray:
        return np.packbits((self.masks >= MASK_THRESHOLD).flatten(1).numpy(), axis=1)

    @property
    def semantic(self) -> Tensor | None:
        """Logits of the semantic branch, float [9, H, W]; made anew likewise."""
        if self.half_semantic is None:
            return None
        height, width = self.image.shape[:2]
        return upsample(self.half_semantic[None])[0, :, :height, :width]

    @cached_property
    def semantic_labels(self) -> np.ndarray | None:
        """The most likely class of each pixel, uint8 [H, W]; None without the branch."""
        return None if (logits := self.semantic) is None else _first(logits)

    @cached_property
    def stuff_labels(self) -> np.ndarray | None:
        """The most likely class of stuff of each pixel, whatever thing may be there, uint8 [H, W]; None likewise."""
        return None if (logits := self.semantic) is None else _first(logits[: len(STUFF)])

    @property
    def names(self) -> list[str]:
        """The class of each detection; "class 7" where the network does not say."""
        known = dict(enumerate(self.classes))
        return [known.get(label, f"class {label}") for label in self.labels.tolist()]

    @property
    def nbytes(self) -> int:
        """Bytes that the trace's arrays hold, with the masks and label maps that it will be asked for.

        The image is the picture's own, which keeps it anyway.
        """
        values = [getattr(self, f.name) for f in fields(self) if f.name != "image"]
        values += list(self.features.values())
        height, width = self.image.shape[:2]
        asked = height * width * (len(self.mask_cells) // 8 + 2)
        return sum(int(v.nbytes) for v in values if hasattr(v, "nbytes")) + asked


@dataclass(frozen=True)
class HeadsTrace:
    """What the heads say of N crops: K classes with the background first."""

    class_probs: Tensor  # [N, K], rows sum to one
    boxes: Tensor  # [N, K, 4] refined, xyxy, picture pixels
    mask_probs: Tensor  # [N, K, 28, 28]; [N, 0, 28, 28] for a network without masks


@torch.inference_mode()
def trace_rcnn(network: GeneralizedRCNN, image: np.ndarray) -> RCNNTrace:
    """Run a detection network once and keep what the lecture talks about.

    Args:
        network: in eval mode; its attributes ``name`` and ``classes``, where present, go into the trace.
        image: uint8 [H, W, 3].

    >>> from lecture_models.nets.panoptic_fpn import panoptic_fpn
    >>> trace = trace_rcnn(panoptic_fpn().eval(), np.zeros((64, 96, 3), np.uint8))
    >>> {name: tuple(value.shape) for name, value in trace.features.items()}["P2"]
    (64, 16, 24)
    """
    height, width = image.shape[:2]
    pixels = as_tensor(image, next(network.parameters()).device)
    batch, _ = network.transform([pixels])
    maps = network.backbone(batch.tensors)
    proposals, _ = network.rpn(batch, maps)
    found, _ = network.roi_heads(maps, proposals, batch.image_sizes)
    cells = found[0].get("masks")
    result = network.transform.postprocess([dict(found[0])], batch.image_sizes, [(height, width)])[0]
    scale, across = (seen / own for seen, own in zip(batch.image_sizes[0], (height, width), strict=True))
    semantic = getattr(network, "semantic", None)
    logits = semantic.at_half(batch.tensors, list(maps.values()))[0] if semantic else None
    return RCNNTrace(
        image=image,
        network=str(getattr(network, "name", type(network).__name__)),
        classes=tuple(getattr(network, "classes", ())),
        features={COCO_LEVELS[k]: _cpu(v[0]) for k, v in maps.items()},
        strides={COCO_LEVELS[k]: batch.tensors.shape[-1] / v.shape[-1] / scale for k, v in maps.items()},
        scale=scale,
        proposals=_cpu(proposals[0]) / _cpu(proposals[0]).new_tensor([across, scale, across, scale]),
        boxes=_cpu(result["boxes"]),
        labels=result["labels"].cpu(),
        scores=_cpu(result["scores"]),
        mask_cells=_cpu(cells[:, 0]) if cells is not None else torch.zeros(0, 28, 28),
        half_semantic=_cpu(logits) if logits is not None else None,
    )


def as_tensor(image: np.ndarray, device: torch.device | None = None) -> Tensor:
    """uint8 [H, W, 3] -> float32 [3, H, W] in 0..1."""
    return torch.from_numpy(np.array(image)).to(device).permute(2, 0, 1).float().div(255)


def _first(logits: Tensor) -> np.ndarray:
    """Index of the largest of K logits [K, H, W], uint8; by max, which is ten times as fast as argmax along K."""
    return np.asarray(logits.max(0).indices.byte().numpy())


def _cpu(value: Tensor) -> Tensor:
    return value.detach().float().cpu()


@torch.inference_mode()
def run_heads(
    network: Any,
    box_crops: Tensor,
    mask_crops: Tensor,
    boxes: Tensor,
    size: tuple[int, int],
    scale: float = 1.0,
) -> HeadsTrace:
    """The network's own box and mask heads on crops that somebody else made.

    Args:
        network: a torchvision Faster or Mask R-CNN in eval mode.
        box_crops: float [N, C, 7, 7].
        mask_crops: float [N, C, 14, 14].
        boxes: float [N, 4], the boxes that were cropped, xyxy, picture pixels.
        size: the picture's (height, width); refined boxes are clipped to it.
        scale: network pixels per picture pixel, as in ``RCNNTrace``.
    """
    heads, device = network.roi_heads, next(network.parameters()).device
    box_crops, mask_crops, boxes = (t.to(device) for t in (box_crops, mask_crops, boxes))
    logits, deltas = heads.box_predictor(heads.box_head(box_crops))
    refined = heads.box_coder.decode(deltas, [boxes * scale]) / scale
    limit = refined.new_tensor([size[1], size[0], size[1], size[0]])
    masks = boxes.new_zeros((len(boxes), 0, 28, 28))
    if heads.has_mask():
        masks = heads.mask_predictor(heads.mask_head(mask_crops)).sigmoid()
    clipped = torch.minimum(refined.clamp(min=0), limit)
    return HeadsTrace(_cpu(logits.softmax(-1)), _cpu(clipped), _cpu(masks))


def paste(mask_cells: Tensor, boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """28 × 28 probabilities [N, 28, 28] pasted into their boxes: float [N, H, W], by torchvision's rule.

    Its own function, ``paste_masks_in_image``, makes a picture of each mask and then copies all of them.
    """
    pasted = torch.zeros(len(boxes), *size)
    if len(boxes) == 0:
        return pasted
    masks, scale = expand_masks(mask_cells[:, None], 1)
    for one, mask, box in zip(pasted, masks[:, 0], expand_boxes(boxes, scale).long().tolist(), strict=True):
        _paste_into(one, mask, box)
    return pasted


def _paste_into(image: Tensor, mask: Tensor, box: Sequence[int]) -> None:
    """One mask, resized to its box, where that lies in an image [H, W]."""
    x0, y0, x1, y1 = box
    resized = F.interpolate(
        mask[None, None],
        (max(y1 - y0 + 1, 1), max(x1 - x0 + 1, 1)),
        mode="bilinear",
        align_corners=False,
    )[0, 0]
    left, top = max(x0, 0), max(y0, 0)
    right, bottom = min(x1 + 1, image.shape[1]), min(y1 + 1, image.shape[0])
    if left < right and top < bottom:
        image[top:bottom, left:right] = resized[top - y0 : bottom - y0, left - x0 : right - x0]
