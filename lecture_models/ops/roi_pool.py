"""RoIPool: snap the box to cells, divide it in bins, snap those, take the max (Girshick 2015, section 2.1).

With the mean instead of the max it is what the lecture calls RoIAvg. The features always have the same size,
and are slightly misaligned: the price of the two snappings.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lecture_models.ops.bilinear import Reduce
from lecture_models.ops.roi_arguments import check_crop, pair
from lecture_models.ops.roi_box import snap
from lecture_models.ops.roi_trace import PoolTrace


def bin_cells(first: Tensor, last: Tensor, bins: int, length: int) -> Tensor:
    """RoIPool's second snapping: each of `bins` equal bins of the cells first … last, widened to whole cells.

    Floor below and ceil above, so that neighbouring bins overlap where an edge falls inside a cell.

    Args:
        first: first cell of each box, int64 [N].
        last: last cell, inclusive, int64 [N].
        bins: how many bins.
        length: cells of the map along this axis.

    Returns:
        int64 [N, bins, 2]: first cell and one past the last, clipped to the map; equal where nothing is left.

    >>> bin_cells(torch.tensor([0]), torch.tensor([4]), bins=2, length=8).tolist()
    [[[0, 3], [2, 5]]]
    """
    # float32, as in torchvision's kernel: at its precision an edge decides which cells a bin takes
    width = ((last - first + 1).float() / bins)[:, None]
    index = torch.arange(bins, device=first.device, dtype=torch.float32)
    low = torch.floor(index * width).long() + first[:, None]
    high = torch.ceil((index + 1) * width).long() + first[:, None]
    return torch.stack([low, high], dim=2).clamp(0, length)


def roi_pool(
    features: Tensor,
    boxes: Tensor,
    output_size: int | tuple[int, int],
    spatial_scale: float,
    reduce: Reduce = "max",
) -> Tensor:
    """RoIPool: the max (or mean) of each bin's cells, after both box and bins were snapped to cells.

    Args:
        features: float [C, H, W].
        boxes: float [N, 4], xyxy, image pixels.
        output_size: bins, one number or (oh, ow).
        spatial_scale: cells per image pixel, 1 / stride.
        reduce: "max" (RoIPool) or "mean" (RoIAvg).

    Returns:
        float [N, C, oh, ow]; a bin outside the map gives 0. With "max" equal to torchvision.ops.roi_pool.

    Raises:
        ValueError: for shapes, sizes or names that make no sense.

    >>> roi_pool(torch.arange(16.0).view(1, 4, 4), torch.tensor([[0.0, 0.0, 6.0, 6.0]]), 2, 1 / 2)
    tensor([[[[ 5.,  7.],
              [13., 15.]]]])
    """
    boxes = check_crop(features, boxes, output_size, spatial_scale, reduce)
    oh, ow = pair(output_size)
    cells = snap(boxes, spatial_scale)
    rows = bin_cells(cells[:, 1], cells[:, 3], oh, features.shape[1]).tolist()
    columns = bin_cells(cells[:, 0], cells[:, 2], ow, features.shape[2]).tolist()
    crops = [_pool_one(features, *bins, reduce) for bins in zip(rows, columns, strict=True)]
    return torch.stack(crops) if crops else features.new_zeros(0, len(features), oh, ow)


def trace_roi_pool(
    features: Tensor,
    box: Tensor,
    output_size: int | tuple[int, int],
    spatial_scale: float,
    reduce: Reduce = "max",
) -> PoolTrace:
    """RoIPool of one box with everything on the way; `box` is float [4], the rest as in `roi_pool`."""
    boxes = check_crop(features, box[None], output_size, spatial_scale, reduce)
    oh, ow = pair(output_size)
    cells = snap(boxes, spatial_scale)
    (left, top, right, bottom) = cells[0].tolist()
    row_bins = bin_cells(cells[:, 1], cells[:, 3], oh, features.shape[1])[0]
    column_bins = bin_cells(cells[:, 0], cells[:, 2], ow, features.shape[2])[0]
    return PoolTrace(
        features=features,
        box=boxes[0],
        exact_box=boxes[0] * spatial_scale,
        snapped_box=cells[0],
        row_edges=top + torch.arange(oh + 1) * ((bottom - top + 1) / oh),
        column_edges=left + torch.arange(ow + 1) * ((right - left + 1) / ow),
        row_bins=row_bins,
        column_bins=column_bins,
        reduce=reduce,
        output=_pool_one(features, row_bins.tolist(), column_bins.tolist(), reduce),
    )


def _pool_one(features: Tensor, rows: list[list[int]], columns: list[list[int]], reduce: Reduce) -> Tensor:
    """Rows first, then columns: the max, and the mean of equally many, may be taken one axis at a time."""
    bands = _bands(features, rows, 1, reduce)
    return _bands(bands, columns, 2, reduce)


def _bands(features: Tensor, bins: list[list[int]], dim: int, reduce: Reduce) -> Tensor:
    def one(low: int, high: int) -> Tensor:
        if high <= low:
            return features.new_zeros([n for d, n in enumerate(features.shape) if d != dim])
        band = features.narrow(dim, low, high - low)
        return band.amax(dim) if reduce == "max" else band.mean(dim)

    return torch.stack([one(low, high) for low, high in bins], dim)
