"""The depth loss that forgives half of a wrong scale, and compares slopes.

With d = log prediction − log truth, over the n pixels of a picture that have a depth:

    L = 1/n Σ d²  −  λ/n² (Σ d)²  +  1/n Σ (d_x² + d_y²)

Eigen & Fergus, "Predicting Depth, Surface Normals and Semantic Labels with a Common Multi-Scale Convolutional
Architecture", ICCV 2015, section 4.1, equation 1, where λ = 1/2. A prediction that is wrong by one factor everywhere
has the same d in all pixels: with λ = 1 it costs nothing, with λ = 1/2 half of d².
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

FORGIVEN = 0.5  # λ


@dataclass(frozen=True)
class ScaleInvariantTrace:
    """Every term of the loss of one picture; the loss is ``squares - forgiven * offset + slopes``.

    Attributes:
        difference: d, float [H, W], 0 where there is no depth.
        mask: bool [H, W], pixels with a depth.
        across: d_x, float [H, W - 1]: d of the pixel to the right minus d, 0 where one of the two has no depth.
        down: d_y, float [H - 1, W]: d of the pixel below minus d.
        pixels: n.
        squares: 1/n Σ d².
        offset: 1/n² (Σ d)², the square of the mean of d.
        slopes: 1/n Σ (d_x² + d_y²).
        forgiven: λ.
        loss: the sum.
    """

    difference: Tensor
    mask: Tensor
    across: Tensor
    down: Tensor
    pixels: int
    squares: float
    offset: float
    slopes: float
    forgiven: float
    loss: float


def scale_invariant_loss(
    log_depth: Tensor, truth: Tensor, mask: Tensor, forgiven: float = FORGIVEN
) -> Tensor:
    """The loss of each picture, averaged over the pictures; one without any depth costs 0.

    Args:
        log_depth: float [N, H, W], natural logarithm of metres.
        truth: float [N, H, W], the same of the truth; any value where `mask` is False, also infinite.
        mask: bool [N, H, W], pixels that count (not the sky).
        forgiven: λ in 0..1: 0 is plain L2, 1 ignores a factor on the whole picture.

    Returns:
        float, a scalar.

    Raises:
        ValueError: Shapes differ, `mask` is not bool, or `forgiven` is not in 0..1.

    >>> log_depth = torch.full((1, 2, 2), 0.2)
    >>> float(scale_invariant_loss(log_depth, torch.zeros(1, 2, 2), log_depth > 0, 1.0).round(decimals=6))
    0.0
    """
    squares, offset, slopes = _terms(*_differences(log_depth, truth, mask, forgiven), mask)
    return (squares - forgiven * offset + slopes).mean()


def trace_scale_invariant_loss(
    log_depth: Tensor, truth: Tensor, mask: Tensor, forgiven: float = FORGIVEN
) -> ScaleInvariantTrace:
    """The loss of one picture with every term; arguments are [H, W], the rest as in `scale_invariant_loss`."""
    log_depth, truth, mask = log_depth[None], truth[None], mask[None]
    difference, across, down = _differences(log_depth, truth, mask, forgiven)
    squares, offset, slopes = _terms(difference, across, down, mask)
    return ScaleInvariantTrace(
        difference=difference[0],
        mask=mask[0],
        across=across[0],
        down=down[0],
        pixels=int(mask.sum()),
        squares=float(squares),
        offset=float(offset),
        slopes=float(slopes),
        forgiven=forgiven,
        loss=float(squares - forgiven * offset + slopes),
    )


def _differences(
    log_depth: Tensor, truth: Tensor, mask: Tensor, forgiven: float
) -> tuple[Tensor, Tensor, Tensor]:
    """The differences d [N, H, W] and their slopes, 0 wherever a pixel that takes part has no depth."""
    if not log_depth.shape == truth.shape == mask.shape or log_depth.ndim != 3 or mask.dtype != torch.bool:
        shapes = f"{list(log_depth.shape)}, {list(truth.shape)} and {mask.dtype} {list(mask.shape)}"
        raise ValueError(
            f"log_depth, truth and mask must have one shape [N, H, W], mask bool; got {shapes}: "
            "take out the channel, and compare with what counts."
        )
    if not 0 <= forgiven <= 1:
        raise ValueError(f"forgiven (λ) must be in 0..1; got {forgiven}: the paper has 0.5.")
    difference = torch.where(mask, log_depth - truth, 0.0)
    across = difference.diff(dim=2) * (mask[:, :, 1:] & mask[:, :, :-1])
    down = difference.diff(dim=1) * (mask[:, 1:] & mask[:, :-1])
    return difference, across, down


def _terms(difference: Tensor, across: Tensor, down: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Squares, offset and slopes of each picture, float [N]."""
    n = mask.sum((1, 2)).clamp_min(1)
    squares = difference.square().sum((1, 2)) / n
    offset = (difference.sum((1, 2)) / n).square()
    return squares, offset, (across.square().sum((1, 2)) + down.square().sum((1, 2))) / n
