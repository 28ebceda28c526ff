"""What the crops have in common: their arguments, checked once and for all in the same words."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def pair(output_size: int | tuple[int, int]) -> tuple[int, int]:
    """(oh, ow) of an output size given as one number or two.

    >>> pair(7)
    (7, 7)
    """
    return (output_size, output_size) if isinstance(output_size, int) else output_size


def check_crop(
    features: Tensor,
    boxes: Tensor,
    output_size: int | tuple[int, int],
    spatial_scale: float,
    reduce: str,
) -> Tensor:
    """Refuse arguments that make no sense, in one sentence each.

    Returns:
        The boxes in the features' dtype: float [N, 4].

    Raises:
        ValueError: what must hold, and what came.
    """
    if features.ndim != 3 or features.numel() == 0 or not features.is_floating_point():
        raise ValueError(f"features must be float [C, H, W], got {features.dtype} {list(features.shape)}.")
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"boxes must be [N, 4] (x0, y0, x1, y1), got {list(boxes.shape)}.")
    check_finite(boxes)
    if min(pair(output_size)) < 1:
        raise ValueError(f"output_size must be at least 1 bin each way, got {output_size}.")
    if not (math.isfinite(spatial_scale) and spatial_scale > 0):
        raise ValueError(f"spatial_scale must be above 0 (cells per image pixel), got {spatial_scale}.")
    if reduce not in {"max", "mean"}:
        raise ValueError(f'reduce must be "max" or "mean", got {reduce!r}.')
    return boxes.to(features.dtype)


LARGEST = 1e6  # pixels: no picture is as large, and what lies beyond would take memory without end


def check_finite(boxes: Tensor) -> None:
    """Refuse boxes that have no place.

    Raises:
        ValueError: a coordinate is infinite, no number, or more than a million pixels away.

    >>> check_finite(torch.tensor([[0.0, 0.0, float("nan"), 1.0]]))
    Traceback (most recent call last):
    ValueError: boxes must be finite numbers of image pixels, got nan in box 0: leave it out.
    """
    finite = torch.isfinite(boxes)
    if not bool(finite.all()):
        row, column = (~finite).nonzero()[0].tolist()
        came = f"got {float(boxes[row, column])} in box {row}"
        raise ValueError(f"boxes must be finite numbers of image pixels, {came}: leave it out.")
    if boxes.numel() and float(boxes.abs().max()) > LARGEST:
        came = f"got {float(boxes.abs().max()):g}"
        raise ValueError(f"boxes must lie within {LARGEST:g} pixels of the picture, {came}: leave it out.")
