"""What a crop leaves behind: every value between the box and its features, for RoIPool and for the samplers.

The two kinds of coordinates in it, cell and index, are explained in roi_box.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from lecture_models.ops.bilinear import Reduce, bin_points, neighbours, points_per_bin


@dataclass(frozen=True, eq=False)
class PoolTrace:
    """RoIPool of one box: two snappings, then whole cells.

    `exact_box` and `row_edges`/`column_edges` are what the two snappings start from: the box on the grid, and
    the equal bins of the snapped box. The bins after the second snapping overlap by up to a cell.
    """

    features: Tensor  # float [C, H, W], the map itself, not a copy
    box: Tensor  # float [4], image pixels
    exact_box: Tensor  # float [4], box · spatial_scale, cell coordinates
    snapped_box: Tensor  # int64 [4]: first column, first row, last column, last row (inclusive)
    row_edges: Tensor  # float [oh + 1], cell coordinates, before the second snapping
    column_edges: Tensor  # float [ow + 1]
    row_bins: Tensor  # int64 [oh, 2]: first row and one past the last, clipped to the map
    column_bins: Tensor  # int64 [ow, 2]
    reduce: Reduce
    output: Tensor  # float [C, oh, ow]

    def values(self, row: int, column: int) -> Tensor:
        """The cells of one bin, float [C, h, w]; h or w is 0 where the bin lies outside the map."""
        (top, bottom), (left, right) = self.row_bins[row].tolist(), self.column_bins[column].tolist()
        return self.features[:, top : max(top, bottom), left : max(left, right)]


@dataclass(frozen=True, eq=False)
class SampleTrace:
    """RoIWarp or RoIAlign of one box: points, their four neighbours and weights, values, output.

    `values` are Σ weights · features[:, neighbours], and `output` is their mean (or max) over a bin's points.
    The neighbours come in the order top left, top right, bottom left, bottom right.
    """

    features: Tensor  # float [C, H, W], the map itself, not a copy
    box: Tensor  # float [4], image pixels
    exact_box: Tensor  # float [4], box · spatial_scale, cell coordinates
    snapped_box: Tensor | None  # int64 [4] as in PoolTrace for RoIWarp; RoIAlign does not snap
    row_edges: Tensor  # float [oh + 1], index coordinates
    column_edges: Tensor  # float [ow + 1]
    points: Tensor  # float [oh, ow, ry, rx, 2]: (x, y), index coordinates
    neighbours: Tensor  # int64 [oh, ow, ry, rx, 4, 2]: (row, column)
    weights: Tensor  # float [oh, ow, ry, rx, 4]
    values: Tensor  # float [C, oh, ow, ry, rx]
    reduce: Reduce
    output: Tensor  # float [C, oh, ow]


def trace_samples(
    features: Tensor,
    box: Tensor,
    spatial_scale: float,
    interval: tuple[Tensor, Tensor],
    bins: tuple[int, int],
    sampling_ratio: int,
    reduce: Reduce,
    snapped_box: Tensor | None = None,
) -> SampleTrace:
    """Sample one box as `bilinear.sample_bins` does, keeping everything.

    Args:
        features: float [C, H, W].
        box: float [4], image pixels.
        spatial_scale: cells per image pixel.
        interval: corner (x, y) and size (width, height) that the bins divide, float [2] each, index
            coordinates.
        bins: (oh, ow).
        sampling_ratio: points a bin and axis, 0 or less for ⌈bin length⌉.
        reduce: "mean" or "max".
        snapped_box: int64 [4] where the operator snapped it.

    Returns:
        SampleTrace.
    """
    start, size = interval
    ys = _axis_points(start[1], size[1], bins[0], sampling_ratio)
    xs = _axis_points(start[0], size[0], bins[1], sampling_ratio)
    cells, weights = _corners(ys, xs, features.shape[1:])
    values = (features[:, cells[..., 0], cells[..., 1]] * weights).sum(dim=-1)
    return SampleTrace(
        features=features,
        box=box,
        exact_box=box * spatial_scale,
        snapped_box=snapped_box,
        row_edges=start[1] + torch.arange(bins[0] + 1) * (size[1] / bins[0]),
        column_edges=start[0] + torch.arange(bins[1] + 1) * (size[0] / bins[1]),
        points=_crossings(xs[None, :, None, :], ys[:, None, :, None]),
        neighbours=cells,
        weights=weights,
        values=values,
        reduce=reduce,
        output=reduce_points(values, reduce),
    )


def reduce_points(values: Tensor, reduce: Reduce) -> Tensor:
    """One number a bin, [C, oh, ow], from its points' values [C, oh, ow, ry, rx]; 0 without points."""
    if values.shape[3] * values.shape[4] == 0:
        return values.new_zeros(values.shape[:3])
    return values.mean(dim=(3, 4)) if reduce == "mean" else values.amax(dim=(3, 4))


def _axis_points(start: Tensor, size: Tensor, bins: int, sampling_ratio: int) -> Tensor:
    return bin_points(start[None], size[None], bins, points_per_bin(size, bins, sampling_ratio))[0]


def _crossings(xs: Tensor, ys: Tensor) -> Tensor:
    return torch.stack(torch.broadcast_tensors(xs, ys), dim=-1)


def _corners(ys: Tensor, xs: Tensor, size: torch.Size) -> tuple[Tensor, Tensor]:
    """Cells [oh, ow, ry, rx, 4, 2] around the crossings of ys [oh, ry] and xs [ow, rx]; weights [..., 4]."""
    y, x = neighbours(ys[:, None, :, None], size[0]), neighbours(xs[None, :, None, :], size[1])
    four = [(y.low, x.low), (y.low, x.high), (y.high, x.low), (y.high, x.high)]
    cells = torch.stack([_crossings(row, column) for row, column in four], dim=-2)
    top = [y.low_weight * x.low_weight, y.low_weight * x.high_weight]
    bottom = [y.high_weight * x.low_weight, y.high_weight * x.high_weight]
    return cells, torch.stack(top + bottom, dim=-1)
