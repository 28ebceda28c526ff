"""Bilinear upsampling by the lecture's formula, f(x, y) = Σ f(i, j) · max(0, 1−|x−i|) · max(0, 1−|y−j|).

It separates: one small matrix of hat functions along y, one along x. All that ``align_corners`` decides is at which
points the map is read.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lecture_models.ops.bilinear import hat_matrix
from lecture_models.ops.upsample_trace import UpsampleTrace, check_map, trace_linear


def source_points(length: int, factor: int, align_corners: bool = False) -> Tensor:
    """Where along an axis each output reads the input, in index coordinates: cell i has its centre at i.

    Args:
        length: cells of the input, at least 1.
        factor: outputs a cell.
        align_corners: False lets the cells tile the picture, so that output o reads at (o + ½) / factor − ½; True puts
            the first and the last centres onto each other, so that it reads at o · (length − 1) / (outputs − 1).

    Returns:
        float [factor · length]; without aligned corners the first and the last lie outside of the centres.

    >>> source_points(2, 2).tolist(), source_points(2, 2, align_corners=True)[1].item()
    ([-0.25, 0.25, 0.75, 1.25], 0.3333333432674408)
    """
    outputs = torch.arange(factor * length, dtype=torch.float32)
    if align_corners:
        return outputs * ((length - 1) / max(factor * length - 1, 1))
    return (outputs + 0.5) / factor - 0.5


def upsample_bilinear(x: Tensor, factor: int = 2, align_corners: bool = False) -> Tensor:
    """Bilinear: each output is a weighted mean of its four nearest inputs; beyond the outermost centres they repeat.

    Args:
        x: float [..., h, w].
        factor: cells that one cell becomes, each way, at least 1.
        align_corners: see :func:`source_points`.

    Returns:
        float [..., factor · h, factor · w], equal to torch's interpolate(mode="bilinear").

    Raises:
        ValueError: for a map or a factor that makes no sense.

    >>> upsample_bilinear(torch.tensor([[0.0, 4.0]])).tolist()[0]
    [0.0, 1.0, 3.0, 4.0]
    """
    check_map(x, factor)
    along = (
        hat_matrix(source_points(side, factor, align_corners)[None, :, None], side) for side in x.shape[-2:]
    )
    a_y, a_x = (matrix[0].to(x) for matrix in along)
    return a_y @ x @ a_x.T


def trace_upsample_bilinear(x: Tensor, factor: int = 2, align_corners: bool = False) -> UpsampleTrace:
    """:func:`upsample_bilinear` of one map [h, w], with its matrix."""
    return trace_linear(x, lambda maps: upsample_bilinear(maps, factor, align_corners))
