"""RoIAlign: no snapping; bilinear values at regular points of each bin, averaged (He et al. 2017, section 3).

Here as the lecture says it, and with a trace. The two matrices that it is, and the forms that training uses,
are in roi_align_batched.py.
"""

from __future__ import annotations

from torch import Tensor

from lecture_models.ops.bilinear import Reduce, sample_bins
from lecture_models.ops.roi_align_batched import roi_align_batched, roi_align_separable, separable_weights
from lecture_models.ops.roi_arguments import check_crop, pair
from lecture_models.ops.roi_box import grid_interval
from lecture_models.ops.roi_trace import SampleTrace, trace_samples

__all__ = [
    "roi_align",
    "roi_align_batched",
    "roi_align_separable",
    "separable_weights",
    "trace_roi_align",
]


def roi_align(
    features: Tensor,
    boxes: Tensor,
    output_size: int | tuple[int, int],
    spatial_scale: float,
    sampling_ratio: int = 2,
    aligned: bool = False,
    reduce: Reduce = "mean",
) -> Tensor:
    """RoIAlign: the mean (or max) of bilinear values at regular points of each bin of the exact box.

    Args:
        features: float [C, H, W].
        boxes: float [N, 4], xyxy, image pixels.
        output_size: bins, one number or (oh, ow).
        spatial_scale: cells per image pixel, 1 / stride.
        sampling_ratio: points a bin and axis; 0 or less takes ⌈bin length in cells⌉.
        aligned: whether the half-cell between cell and index coordinates is corrected.
        reduce: "mean" or "max" over the points of a bin; points off the map take part with 0.

    Returns:
        float [N, C, oh, ow]; with "mean" equal to torchvision.ops.roi_align. A box whose right edge lies left of its
        left one has no points where their number is that of cells and ``aligned`` holds: it gives zeros.

    Raises:
        ValueError: for shapes, sizes or names that make no sense.

    >>> import torch
    >>> ramp = torch.arange(16.0).view(1, 4, 4)
    >>> roi_align(ramp, torch.tensor([[0.0, 0.0, 6.0, 6.0]]), 2, 1 / 2, aligned=True)
    tensor([[[[1.5625, 3.0000],
              [7.3125, 8.7500]]]])
    """
    boxes = check_crop(features, boxes, output_size, spatial_scale, reduce)
    start, size = grid_interval(boxes, spatial_scale, aligned)
    return sample_bins(features, start, size, pair(output_size), sampling_ratio, reduce)


def trace_roi_align(
    features: Tensor,
    box: Tensor,
    output_size: int | tuple[int, int],
    spatial_scale: float,
    sampling_ratio: int = 2,
    aligned: bool = False,
    reduce: Reduce = "mean",
) -> SampleTrace:
    """RoIAlign of one box with everything on the way; `box` is float [4], the rest as in `roi_align`."""
    boxes = check_crop(features, box[None], output_size, spatial_scale, reduce)
    start, size = grid_interval(boxes, spatial_scale, aligned)
    bins = pair(output_size)
    return trace_samples(features, boxes[0], spatial_scale, (start[0], size[0]), bins, sampling_ratio, reduce)
