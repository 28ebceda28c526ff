"""The Dice coefficient of probabilities: overlap over sum, class by class, so that small classes weigh like large ones.

Milletari et al. 2016, "V-Net", section 3; there the two terms of the denominator are squared.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

VOID = 255


@dataclass(frozen=True, eq=False)
class SoftDiceTrace:
    """Sums over all pixels but void, and what they come to; each float [K]."""

    overlap: Tensor  # Σ p g
    predicted: Tensor  # Σ p
    true: Tensor  # Σ g
    dice: Tensor


def soft_dice(probs: Tensor, labels: Tensor, void: int = VOID) -> Tensor:
    """Dice of each class, (2 Σpg + 1) / (Σp + Σg + 1), p being its probability and g its truth, 0 or 1, at a pixel.

    The ones keep a class that is absent from the truth and hardly predicted near 1. The loss is one minus the mean.

    Args:
        probs: float [B, K, H, W], after softmax.
        labels: int64 [B, H, W].
        void: label of the pixels that do not count.

    Returns:
        float [K], in 0..1.

    >>> import torch
    >>> soft_dice(torch.tensor([[[[1.0, 0.5]], [[0.0, 0.5]]]]), torch.tensor([[[0, 1]]])).tolist()
    [0.8571428656578064, 0.800000011920929]
    """
    return trace_soft_dice(probs, labels, void).dice


def trace_soft_dice(probs: Tensor, labels: Tensor, void: int = VOID) -> SoftDiceTrace:
    """:func:`soft_dice` with its sums kept; the arguments are the same."""
    known = (labels != void).unsqueeze(1)
    truth = F.one_hot(labels.masked_fill(labels == void, 0), probs.shape[1]).permute(0, 3, 1, 2) * known
    share = probs * known
    overlap, predicted, true = ((share * truth).sum((0, 2, 3)), share.sum((0, 2, 3)), truth.sum((0, 2, 3)))
    return SoftDiceTrace(overlap, predicted, true, (2 * overlap + 1) / (predicted + true + 1))
