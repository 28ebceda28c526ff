"""Non-maximum suppression that remembers who suppressed whom.

Greedy: the best box lives and suppresses every box that overlaps it by more than a threshold; so on with the best
of the others. A suppressed box suppresses nobody. Boxes of different groups (levels, classes) leave each other alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torchvision.ops import nms

SHIFTED_NUMBERS = 4000  # up to so many coordinates torchvision shifts groups apart and runs once


@dataclass(frozen=True)
class NMSTrace:
    """What became of N boxes."""

    kept: Tensor  # int64 [K], best first
    suppressor: Tensor  # int64 [N]: the kept box that suppressed it, -1 for a kept one
    iou: Tensor  # float [N]: with the suppressor, 0 for a kept one


def trace_nms(boxes: Tensor, scores: Tensor, groups: Tensor, iou_threshold: float) -> NMSTrace:
    """``torchvision.ops.batched_nms`` with the reasons: the same boxes are kept, in the same order.

    Args:
        boxes: float [N, 4], xyxy.
        scores: float [N].
        groups: int64 [N], level or class.
        iou_threshold: boxes with an IoU *above* it are suppressed.

    >>> boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 8], [20, 20, 30, 30]])
    >>> trace = trace_nms(boxes, torch.tensor([0.8, 0.9, 0.1]), torch.tensor([0, 0, 0]), 0.5)
    >>> trace.kept.tolist(), trace.suppressor.tolist(), round(float(trace.iou[0]), 3)
    ([1, 2], [1, -1, -1], 0.8)
    """
    order = scores.sort(descending=True, stable=True)[1].numpy()
    placed, group = _apart(boxes, groups), groups.numpy()
    suppressor, iou = np.full(len(order), -1), np.zeros(len(order), np.float32)
    for which in np.unique(group):
        mine = order[group[order] == which]
        by, overlaps = _suppressors(placed[mine], scores[mine], iou_threshold)
        suppressor[mine] = np.where(by >= 0, mine[by], -1)
        iou[mine] = overlaps
    kept = torch.from_numpy(order[suppressor[order] < 0])
    if boxes.numel() > SHIFTED_NUMBERS:  # of equal scores, torchvision then has no order but that of its sort
        kept = kept.sort()[0]
        kept = kept[scores[kept].sort(descending=True)[1]]
    return NMSTrace(kept, torch.from_numpy(suppressor), torch.from_numpy(iou))


def _apart(boxes: Tensor, groups: Tensor) -> Tensor:
    """Boxes as torchvision compares them: it shifts groups apart when there are few, which rounds their numbers."""
    if not 0 < boxes.numel() <= SHIFTED_NUMBERS:
        return boxes
    return boxes + (groups.to(boxes) * (boxes.max() + 1))[:, None]


def _suppressors(boxes: Tensor, scores: Tensor, iou_threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Of boxes [n, 4], best first, the first kept one that overlaps each too much (-1: none), and their IoU."""
    kept, order = nms(boxes, scores, iou_threshold).numpy(), np.arange(len(boxes))
    table = _ious(boxes[kept].numpy(), boxes.numpy())
    over = table > np.float64(iou_threshold)  # as torchvision: a float32 against a double
    first = (over & (kept[:, None] < order)).argmax(0)
    dead = ~np.isin(order, kept)
    return np.where(dead, kept[first], -1), np.where(dead, table[first, order], np.float32(0))


def _ious(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """IoU of each of some boxes [n, 4] with each of others [m, 4]: [n, m]."""
    (x0, y0, x1, y1), (u0, v0, u1, v1) = some.T[:, :, None], others.T[:, None]
    width = np.maximum(np.minimum(x1, u1) - np.maximum(x0, u0), 0)
    height = np.maximum(np.minimum(y1, v1) - np.maximum(y0, v0), 0)
    shared = width * height
    union = (x1 - x0) * (y1 - y0) + (u1 - u0) * (v1 - v0) - shared
    with np.errstate(invalid="ignore"):  # two boxes without an area: no IoU, and no suppression
        ious: np.ndarray = shared / union
    return ious
