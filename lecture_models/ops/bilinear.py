"""Bilinear sampling as RoIAlign does it: points in bins, four neighbours, and the hats they are made of.

Feature maps are read in *index* coordinates: the value of cell (row i, column j) sits at the point
(x=j, y=i), as in f(x, y) = Σ f(i, j) · max(0, 1−|x−j|) · max(0, 1−|y−i|). Outside the map torchvision's
rule holds: a point more than one cell outside counts as 0, a closer one is moved onto the border.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor

Reduce = Literal["max", "mean"]


class Neighbours(NamedTuple):
    """The two cells around each point of one axis, and their weights (both 0 for a point far outside)."""

    low: Tensor  # int64, shaped like the points
    high: Tensor  # int64
    low_weight: Tensor  # float, 1 − distance to `low`
    high_weight: Tensor  # float


def bin_points(start: Tensor, size: Tensor, bins: int, per_bin: int) -> Tensor:
    """Regularly spaced points: `per_bin` in each of `bins` equal bins of the interval [start, start + size].

    The order of the float operations is torchvision's, so that its points and ours are the same numbers.

    Args:
        start: where each interval begins, float [N], cells.
        size: its length, float [N], cells; negative walks backwards.
        bins: how many bins.
        per_bin: how many points a bin.

    Returns:
        float [N, bins, per_bin].

    >>> bin_points(torch.tensor([1.0]), torch.tensor([4.0]), bins=2, per_bin=2)[0].tolist()
    [[1.5, 2.5], [3.5, 4.5]]
    """
    width = (size / bins)[:, None, None]
    bin_index = torch.arange(bins, dtype=start.dtype, device=start.device)[None, :, None]
    within = torch.arange(per_bin, dtype=start.dtype, device=start.device)[None, None, :] + 0.5
    return start[:, None, None] + bin_index * width + within * width / per_bin


def neighbours(points: Tensor, length: int) -> Neighbours:
    """The two cells next to each point along an axis of `length` cells, with their bilinear weights.

    Args:
        points: float, any shape, index coordinates.
        length: cells along the axis, at least 1.

    Returns:
        Neighbours, each part shaped like `points`. The two weights add up to 1, or are both 0 for a point
        that lies more than one cell outside.

    >>> near = neighbours(torch.tensor([1.25, -0.5, -1.5]), length=4)
    >>> near.low.tolist(), near.low_weight.tolist(), near.high_weight.tolist()
    ([1, 0, 0], [0.75, 1.0, 0.0], [0.25, 0.0, 0.0])
    """
    counts = ((points >= -1) & (points <= length)).to(points.dtype)
    inside = points.clamp(0, length - 1)
    low = inside.floor().long()
    high = (low + 1).clamp(max=length - 1)
    fraction = inside - low
    return Neighbours(low, high, (1 - fraction) * counts, fraction * counts)


def hat_matrix(points: Tensor, length: int) -> Tensor:
    """Averaged hat functions: row b is the mean of max(0, 1 − |p − i|) over bin b's points p.

    Multiplying a signal by it interpolates linearly at each point and averages each bin, in one product.

    Args:
        points: float [N, bins, per_bin], index coordinates.
        length: cells along the axis.

    Returns:
        float [N, bins, length]; a row adds up to 1 unless some of its points lie more than one cell outside.

    >>> hat_matrix(torch.tensor([[[0.5, 1.5]]]), length=3)
    tensor([[[0.2500, 0.5000, 0.2500]]])
    """
    counts = ((points >= -1) & (points <= length)).to(points.dtype)
    inside = points.clamp(0, length - 1)
    cells = torch.arange(length, dtype=points.dtype, device=points.device)
    hats = (1 - (inside[..., None] - cells).abs()).clamp_(min=0)
    return (hats * counts[..., None]).mean(dim=2)


def sample(features: Tensor, ys: Tensor, xs: Tensor) -> Tensor:
    """Bilinear values of a feature map where rows `ys` cross columns `xs`, one grid of points a box.

    Args:
        features: float [C, H, W].
        ys: float [N, P], index coordinates of the rows.
        xs: float [N, Q], of the columns.

    Returns:
        float [N, C, P, Q].
    """
    y, x = neighbours(ys, features.shape[1]), neighbours(xs, features.shape[2])

    def corner(rows: Tensor, columns: Tensor, row_weight: Tensor, column_weight: Tensor) -> Tensor:
        cells = features[:, rows[:, :, None], columns[:, None, :]]
        return cells * (row_weight[:, :, None] * column_weight[:, None, :])

    top = corner(y.low, x.low, y.low_weight, x.low_weight) + corner(
        y.low, x.high, y.low_weight, x.high_weight
    )
    bottom = corner(y.high, x.low, y.high_weight, x.low_weight)
    bottom += corner(y.high, x.high, y.high_weight, x.high_weight)
    return (top + bottom).transpose(0, 1)


def points_per_bin(size: Tensor, bins: int, sampling_ratio: int) -> int:
    """Points a bin and axis of one box; a ratio of 0 or less means ⌈bin length⌉, as in torchvision."""
    return sampling_ratio if sampling_ratio > 0 else max(int(torch.ceil(size / bins)), 0)


def sample_bins(
    features: Tensor, start: Tensor, size: Tensor, bins: tuple[int, int], sampling_ratio: int, reduce: Reduce
) -> Tensor:
    """Divide each interval in bins, take bilinear values at regular points, reduce each bin to one number.

    Args:
        features: float [C, H, W].
        start: corner (x, y) of each interval, float [N, 2], index coordinates.
        size: its (width, height), float [N, 2], cells.
        bins: (oh, ow).
        sampling_ratio: points a bin and axis; 0 or less takes ⌈bin length⌉, which differs from box to box.
        reduce: "mean" or "max" over the points of a bin. Points outside the map take part with the value 0.

    Returns:
        float [N, C, oh, ow].
    """
    if sampling_ratio <= 0 and len(start) != 1:
        each = [
            sample_bins(features, start[n : n + 1], size[n : n + 1], bins, 0, reduce)
            for n in range(len(start))
        ]
        return torch.cat(each) if each else features.new_zeros(0, len(features), *bins)
    per_row = points_per_bin(size[0, 1], bins[0], sampling_ratio) if len(size) else 1
    per_column = points_per_bin(size[0, 0], bins[1], sampling_ratio) if len(size) else 1
    if per_row * per_column == 0:
        return features.new_zeros(len(start), len(features), *bins)
    ys = bin_points(start[:, 1], size[:, 1], bins[0], per_row).flatten(1)
    xs = bin_points(start[:, 0], size[:, 0], bins[1], per_column).flatten(1)
    values = sample(features, ys, xs).unflatten(3, (bins[1], per_column)).unflatten(2, (bins[0], per_row))
    return values.mean(dim=(3, 5)) if reduce == "mean" else values.amax(dim=(3, 5))
