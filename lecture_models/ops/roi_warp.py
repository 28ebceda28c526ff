"""RoIWarp: snap the box to cells as RoIPool does, but sample bilinearly inside it (Dai et al. 2016, MNC).

It separates the two ideas in RoIAlign. In Mask R-CNN's table 2c it is hardly better than RoIPool:
what helps is not the interpolation but leaving out the snapping.
"""

from __future__ import annotations

from torch import Tensor

from lecture_models.ops.bilinear import Reduce, sample_bins
from lecture_models.ops.roi_arguments import check_crop, pair
from lecture_models.ops.roi_box import snap, snapped_interval
from lecture_models.ops.roi_trace import SampleTrace, trace_samples


def roi_warp(
    features: Tensor,
    boxes: Tensor,
    output_size: int | tuple[int, int],
    spatial_scale: float,
    sampling_ratio: int = 2,
    reduce: Reduce = "mean",
) -> Tensor:
    """RoIWarp: bilinear samples at regular points of a box that was snapped to whole cells.

    Args:
        features: float [C, H, W].
        boxes: float [N, 4], xyxy, image pixels.
        output_size: bins, one number or (oh, ow).
        spatial_scale: cells per image pixel, 1 / stride.
        sampling_ratio: points a bin and axis; 0 or less takes ⌈bin length in cells⌉.
        reduce: "mean" or "max" over the points of a bin.

    Returns:
        float [N, C, oh, ow]; equal to torchvision's roi_align(aligned=True) of the snapped boxes.

    Raises:
        ValueError: for shapes, sizes or names that make no sense.

    >>> import torch
    >>> roi_warp(torch.arange(16.0).view(1, 4, 4), torch.tensor([[0.0, 0.0, 6.0, 6.0]]), 2, 1 / 2)
    tensor([[[[ 2.5000,  4.5000],
              [10.5000, 12.5000]]]])
    """
    boxes = check_crop(features, boxes, output_size, spatial_scale, reduce)
    start, size = snapped_interval(snap(boxes, spatial_scale))
    return sample_bins(
        features, start.to(features), size.to(features), pair(output_size), sampling_ratio, reduce
    )


def trace_roi_warp(
    features: Tensor,
    box: Tensor,
    output_size: int | tuple[int, int],
    spatial_scale: float,
    sampling_ratio: int = 2,
    reduce: Reduce = "mean",
) -> SampleTrace:
    """RoIWarp of one box with everything on the way; `box` is float [4], the rest as in `roi_warp`."""
    boxes = check_crop(features, box[None], output_size, spatial_scale, reduce)
    cells = snap(boxes, spatial_scale)
    start, size = (part[0].to(features) for part in snapped_interval(cells))
    bins = pair(output_size)
    return trace_samples(
        features, boxes[0], spatial_scale, (start, size), bins, sampling_ratio, reduce, cells[0]
    )
