"""RoIAlign is linear in the features: two small matrices a box, or one sparse matrix for a whole batch.

Both have torchvision's values and gradients (to the features, not to the boxes). `roi_align_batched` is what
training uses: on a CPU it is the fastest, both ways, where torchvision's backward pass runs on one core.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lecture_models.ops.bilinear import bin_points, hat_matrix, neighbours
from lecture_models.ops.roi_arguments import check_finite, pair
from lecture_models.ops.roi_box import grid_interval


def separable_weights(
    boxes: Tensor,
    output_size: int | tuple[int, int],
    spatial_scale: float,
    size: tuple[int, int],
    sampling_ratio: int = 2,
    aligned: bool = False,
) -> tuple[Tensor, Tensor]:
    """The two matrices that are RoIAlign: output = A_y · F · A_xᵀ for each channel F of the feature map.

    RoIAlign averages values at the crossings of rows and columns, and each value is a product of a hat
    function along y and one along x. So the mean over rows and the mean over columns separate.

    Args:
        boxes: float [N, 4], xyxy, image pixels.
        output_size: bins, one number or (oh, ow).
        spatial_scale: cells per image pixel, 1 / stride.
        size: (H, W) of the feature map, cells.
        sampling_ratio: points a bin and axis, at least 1.
        aligned: whether the half-cell is corrected.

    Returns:
        A_y float [N, oh, H] and A_x float [N, ow, W].

    Raises:
        ValueError: when sampling_ratio is below 1, or a box is not finite.

    >>> a_y, a_x = separable_weights(torch.tensor([[0.0, 0.0, 2.0, 2.0]]), 1, 1.0, (3, 3))
    >>> a_x
    tensor([[[0.2500, 0.5000, 0.2500]]])
    """
    if sampling_ratio < 1:
        raise ValueError(f"sampling_ratio must be at least 1 for the matrix form, got {sampling_ratio}.")
    check_finite(boxes)
    oh, ow = pair(output_size)
    start, extent = grid_interval(boxes, spatial_scale, aligned)
    rows = bin_points(start[:, 1], extent[:, 1], oh, sampling_ratio)
    columns = bin_points(start[:, 0], extent[:, 0], ow, sampling_ratio)
    return hat_matrix(rows, size[0]), hat_matrix(columns, size[1])


def roi_align_separable(
    features: Tensor,
    boxes: list[Tensor],
    output_size: int | tuple[int, int],
    spatial_scale: float,
    sampling_ratio: int = 2,
    aligned: bool = False,
) -> Tensor:
    """RoIAlign of a batch by two matrix products a box, A_y · F · A_xᵀ, over N · oh · W · C numbers.

    Args:
        features: float [B, C, H, W]; channels_last saves a copy.
        boxes: B tensors, float [N_i, 4], xyxy, image pixels.
        output_size: bins, one number or (oh, ow).
        spatial_scale: cells per image pixel.
        sampling_ratio: points a bin and axis, at least 1.
        aligned: whether the half-cell is corrected.

    Returns:
        float [ΣN_i, C, oh, ow], in the order of `boxes`.

    Raises:
        ValueError: when there are not as many box tensors as pictures, sampling_ratio is below 1, or a box is not
            finite.
    """
    _check_batch(features, boxes, sampling_ratio)
    _, channels, height, width = features.shape
    settings = (output_size, spatial_scale, (height, width), sampling_ratio, aligned)
    crops = []
    for picture, its_boxes in zip(features, boxes, strict=True):
        with torch.no_grad():
            a_y, a_x = separable_weights(its_boxes.to(features.dtype), *settings)
        rows = a_y.flatten(0, 1) @ picture.permute(1, 2, 0).reshape(height, width * channels)
        crop = a_x[:, None] @ rows.view(*a_y.shape[:2], width, channels)
        crops.append(crop.permute(0, 3, 1, 2))
    return torch.cat(crops)


def roi_align_batched(
    features: Tensor,
    boxes: list[Tensor],
    output_size: int | tuple[int, int],
    spatial_scale: float,
    sampling_ratio: int = 2,
    aligned: bool = False,
) -> Tensor:
    """RoIAlign of a batch as one sparse product: each output is a weighted sum of 4 · sampling_ratio² cells.

    The fastest form on a CPU, both ways, since torch's embedding bags use every core. Arguments, values and
    errors are those of `roi_align_separable`.
    """
    _check_batch(features, boxes, sampling_ratio)
    channels, (oh, ow) = features.shape[1], pair(output_size)
    with torch.no_grad():
        cells, weights = _bags(features, boxes, (oh, ow), spatial_scale, sampling_ratio, aligned)
    table = features.permute(0, 2, 3, 1).reshape(-1, channels)
    sums = torch.nn.functional.embedding_bag(cells, table, per_sample_weights=weights, mode="sum")
    return sums.view(-1, oh, ow, channels).permute(0, 3, 1, 2)


def _bags(
    features: Tensor,
    boxes: list[Tensor],
    bins: tuple[int, int],
    spatial_scale: float,
    sampling_ratio: int,
    aligned: bool,
) -> tuple[Tensor, Tensor]:
    """For each output bin the cells it reads, counted through the whole batch, and their weights."""
    _, _, height, width = features.shape
    every_box = torch.cat(boxes).to(features.dtype)
    check_finite(every_box)
    start, extent = grid_interval(every_box, spatial_scale, aligned)
    rows, row_weights = _cells(bin_points(start[:, 1], extent[:, 1], bins[0], sampling_ratio), height)
    columns, column_weights = _cells(bin_points(start[:, 0], extent[:, 0], bins[1], sampling_ratio), width)
    rows = rows + _picture_of_each(boxes)[:, None, None] * height
    cells = rows[:, :, None, :, None] * width + columns[:, None, :, None, :]
    weights = row_weights[:, :, None, :, None] * column_weights[:, None, :, None, :]
    bag = 4 * sampling_ratio**2
    return cells.reshape(-1, bag), weights.reshape(-1, bag)


def _picture_of_each(boxes: list[Tensor]) -> Tensor:
    """Which picture each box belongs to, int64 [ΣN_i]."""
    counts = torch.tensor([len(its_boxes) for its_boxes in boxes], device=boxes[0].device)
    return torch.repeat_interleave(torch.arange(len(boxes), device=boxes[0].device), counts)


def _cells(points: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """The cells under points [N, bins, r] and their share of the bin's mean, each [N, bins, 2r]."""
    near = neighbours(points, length)
    cells = torch.cat([near.low, near.high], dim=2)
    return cells, torch.cat([near.low_weight, near.high_weight], dim=2) / points.shape[2]


def _check_batch(features: Tensor, boxes: list[Tensor], sampling_ratio: int) -> None:
    if len(boxes) != len(features):
        came = f"{len(features)} pictures, {len(boxes)} tensors"
        raise ValueError(f"one tensor of boxes a picture is needed: {came}.")
    if sampling_ratio < 1:
        raise ValueError(f"sampling_ratio must be at least 1 here, got {sampling_ratio}.")
