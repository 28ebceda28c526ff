"""One box cropped by four operators, and the network's own heads on each of the four crops.

The network was trained with one of them (RoIAlign, ``aligned=False``), so the swap shows what the others do to
*its* predictions; it is no ablation, which would train each network anew (He et al. 2017, table 2c and 2d).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torchvision import ops

from lecture_models.nets.rcnn_trace import RCNNTrace, paste, run_heads
from lecture_models.ops.roi_box import pooled_box, snap, snapped_interval
from lecture_models.ops.roi_features import roi_align, roi_pool, roi_warp

OPERATORS = ("roi_pool", "roi_warp", "roi_align", "roi_align_aligned")
TRAINED_WITH = "roi_align"


@dataclass(frozen=True)
class SwapTrace:
    """What the heads made of four crops of one box, in the order of ``OPERATORS``."""

    labels: Tensor  # int64 [4] most probable class, background (0) included
    scores: Tensor  # [4] its probability
    boxes: Tensor  # [4, 4] the box that the box head refined, for the most probable thing
    mask_labels: Tensor  # int64 [4] whose mask is kept: the most probable class other than the background
    mask_cells: Tensor  # [4, 28, 28] probabilities; [0, 28, 28] for a network without masks
    masks: Tensor  # [4, H, W] pasted into the box that was asked for

    @property
    def nbytes(self) -> int:
        """Memory of what grows with the picture, bytes."""
        return self.masks.nbytes + self.mask_cells.nbytes


def four_crops(features: Tensor, box: Tensor, output_size: int, spatial_scale: float) -> Tensor:
    """RoIPool, RoIWarp, RoIAlign and aligned RoIAlign of one box, float [4, C, output_size, output_size].

    Args:
        features: float [C, H, W].
        box: float [4], xyxy, picture pixels.
        output_size: bins each way.
        spatial_scale: cells per picture pixel.
    """
    boxes = box[None]
    crops = [
        roi_pool(features, boxes, output_size, spatial_scale),
        roi_warp(features, boxes, output_size, spatial_scale),
        roi_align(features, boxes, output_size, spatial_scale),
        roi_align(features, boxes, output_size, spatial_scale, aligned=True),
    ]
    return torch.cat(crops)


def four_crops_of_each(features: Tensor, boxes: Tensor, output_size: int, spatial_scale: float) -> Tensor:
    """The same of many boxes, by torchvision's kernels, which are quicker: float [4 · N, C, output_size, output_size].

    The four crops of a box follow each other. RoIWarp is RoIAlign on the snapped box, in cells.
    """
    start, extent = snapped_interval(snap(boxes, spatial_scale))
    snapped = torch.cat([start, start + extent], dim=1)
    align = partial(ops.roi_align, features[None], output_size=output_size, sampling_ratio=2)
    crops = [
        ops.roi_pool(features[None], [boxes], output_size, spatial_scale),
        align([snapped], spatial_scale=1.0),
        align([boxes], spatial_scale=spatial_scale),
        align([boxes], spatial_scale=spatial_scale, aligned=True),
    ]
    return torch.stack(crops, dim=1).flatten(0, 1)


def four_regions(box: Tensor, spatial_scale: float, size: tuple[int, int], centre: float) -> Tensor:
    """The regions that the four operators really pool, [4, 4] xyxy in picture pixels, clipped to the map.

    ``centre`` is where cells lie, as in :func:`lecture_models.ops.roi_box.pooled_box`.
    """
    kinds: tuple[Any, ...] = (
        ("roi_pool", False),
        ("roi_warp", False),
        ("roi_align", False),
        ("roi_align", True),
    )
    return torch.cat([pooled_box(box[None], kind, spatial_scale, half, size, centre) for kind, half in kinds])


@torch.inference_mode()
def trace_swap(network: Any, trace: RCNNTrace, box: Tensor, level: str) -> SwapTrace:
    """Crop a box from one level with each operator, and run the network's own box and mask heads on the crops.

    Args:
        network: the network that made the trace, in eval mode.
        trace: of the whole picture.
        box: float [4], xyxy, picture pixels.
        level: such as "P4".

    Returns:
        SwapTrace.

    Raises:
        ValueError: for a level that the trace does not have.
    """
    if level not in trace.features:
        raise ValueError(f"level must be one of {', '.join(trace.features)}, got {level!r}.")
    features, scale = trace.features[level], 1 / trace.strides[level]
    size = (trace.image.shape[0], trace.image.shape[1])
    four = box.expand(4, 4)
    crops = [four_crops(features, box, bins, scale) for bins in (7, 14)]
    heads = run_heads(network, crops[0], crops[1], four, size, trace.scale)
    labels, things = heads.class_probs.argmax(1), heads.class_probs[:, 1:].argmax(1) + 1
    rows = torch.arange(4)
    cells = heads.mask_probs[rows, things] if heads.mask_probs.shape[1] else torch.zeros(0, 28, 28)
    return SwapTrace(
        labels=labels,
        scores=heads.class_probs[rows, labels],
        boxes=heads.boxes[rows, things],
        mask_labels=things,
        mask_cells=cells,
        masks=paste(cells, four[: len(cells)], size),
    )


@torch.inference_mode()
def mean_mask_ious(
    network: Any, trace: RCNNTrace, boxes: Tensor, labels: Tensor, truths: Tensor, level: str
) -> tuple[float, ...]:
    """The mean IoU of the masks that the network makes of true boxes, cropped by each of the four operators.

    Args:
        network: the network that made the trace, in eval mode, with a mask head.
        trace: of the whole picture.
        boxes: float [N, 4], true boxes, picture pixels, N at least 1.
        labels: int64 [N], true detection labels: whose of the masks is taken.
        truths: bool [N, H, W], true masks.
        level: such as "P4".

    Returns:
        Four numbers, in the order of ``OPERATORS``.
    """
    features, scale = trace.features[level], 1 / trace.strides[level]
    size = (int(truths.shape[1]), int(truths.shape[2]))
    crops = [four_crops_of_each(features, boxes, bins, scale) for bins in (7, 14)]
    four = boxes.repeat_interleave(4, dim=0)
    heads = run_heads(network, crops[0], crops[1], four, size, trace.scale)
    rows = torch.arange(len(four))
    masks = paste(heads.mask_probs[rows, labels.repeat_interleave(4)], four, size) >= 0.5
    masks, truths = masks.view(len(boxes), 4, *size), truths[:, None]
    shared = _pixels(masks & truths) / _pixels(masks | truths).clamp(min=1)
    return tuple(float(value) for value in shared.mean(0))


def _pixels(masks: Tensor) -> Tensor:
    """Pixels of each mask, bool [N, 4, H, W]: as float32, which counts to 2²⁴ and is summed many times as fast."""
    return masks.float().sum((2, 3))


def level_of(network: Any, box: Tensor, scale: float = 1.0) -> str:
    """The level from which the network itself would crop a box: ⌊k₀ + log₂(√(width · height) / s₀)⌋ (FPN, eq. 1).

    Args:
        network: a torchvision detector whose RoIs come from a ``MultiScaleRoIAlign``.
        box: float [4], picture pixels.
        scale: network pixels per picture pixel.
    """
    pool = network.roi_heads.box_roi_pool
    side = math.sqrt(max(float((box[2] - box[0]) * (box[3] - box[1])), 1e-12)) * scale
    level = math.floor(pool.canonical_level + math.log2(side / pool.canonical_scale) + 1e-6)
    lowest = 2
    return f"P{min(max(level, lowest), lowest + len(pool.featmap_names) - 1)}"
