"""Upsampling without weights: nearest neighbour, the bed of nails, and max unpooling with remembered positions."""

from __future__ import annotations

import torch
from torch import Tensor

from lecture_models.ops.upsample_trace import UpsampleTrace, check_map, trace_linear


def nearest(x: Tensor, factor: int = 2) -> Tensor:
    """Nearest neighbour: each number fills its block of factor × factor cells.

    Args:
        x: float [..., h, w].
        factor: cells that one cell becomes, each way, at least 1.

    Returns:
        float [..., factor · h, factor · w].

    Raises:
        ValueError: for a map or a factor that makes no sense.

    >>> nearest(torch.tensor([[1.0, 2.0]])).tolist()
    [[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]
    """
    check_map(x, factor)
    return x.repeat_interleave(factor, dim=-2).repeat_interleave(factor, dim=-1)


def bed_of_nails(x: Tensor, factor: int = 2) -> Tensor:
    """Bed of nails: each number takes the upper left cell of its block, and the others are 0; as :func:`nearest`.

    >>> bed_of_nails(torch.tensor([[1.0, 2.0]])).tolist()
    [[1.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    """
    check_map(x, factor)
    spread = x.new_zeros(*x.shape[:-2], factor * x.shape[-2], factor * x.shape[-1])
    spread[..., ::factor, ::factor] = x
    return spread


def max_pool(x: Tensor, factor: int = 2) -> tuple[Tensor, Tensor]:
    """Max pooling that remembers where the largest number of each window stood.

    Args:
        x: float [..., H, W]; both sides are multiples of ``factor``.
        factor: side of a window, and its step.

    Returns:
        The largest numbers, float [..., H / factor, W / factor], and their places in the map read row by row, int64
        of the same shape. Of equal numbers the first in reading order is taken.

    Raises:
        ValueError: the windows do not tile the map.

    >>> values, places = max_pool(torch.tensor([[1.0, 5.0], [5.0, 0.0]]))
    >>> values.tolist(), places.tolist()
    ([[5.0]], [[1]])
    """
    check_map(x, factor)
    height, width = x.shape[-2:]
    if height % factor or width % factor:
        raise ValueError(
            f"windows of {factor} × {factor} must tile the map, got {height} × {width}. Cut it first."
        )
    windows = x.unflatten(-1, (width // factor, factor)).unflatten(-3, (height // factor, factor))
    flat = windows.transpose(-3, -2).flatten(-2)  # [..., h, w, factor²], each window in reading order
    values = flat.amax(dim=-1)
    within = (
        (flat == values[..., None]).to(torch.int8).argmax(dim=-1)
    )  # the first; max() may name any of several
    rows = torch.arange(height // factor, device=x.device)[:, None] * factor + within // factor
    columns = torch.arange(width // factor, device=x.device) * factor + within % factor
    return values, rows * width + columns


def max_unpool(values: Tensor, places: Tensor, size: tuple[int, int]) -> Tensor:
    """Max unpooling: each number goes back to its remembered place, and all other cells are 0.

    Args:
        values: float [..., h, w].
        places: int64 [..., h, w], as :func:`max_pool` gives them.
        size: (H, W) of the map that was pooled.

    Returns:
        float [..., H, W].

    Raises:
        ValueError: values and places do not belong together, or a place lies outside of the map.

    >>> max_unpool(torch.tensor([[5.0]]), torch.tensor([[1]]), (2, 2)).tolist()
    [[0.0, 5.0], [0.0, 0.0]]
    """
    if values.shape != places.shape:
        raise ValueError(
            f"each number needs one place: got {list(values.shape)} numbers and {list(places.shape)} places. "
            "Take both from one max_pool."
        )
    height, width = size
    if places.numel() and not 0 <= int(places.min()) <= int(places.max()) < height * width:
        raise ValueError(
            f"places must lie in a map of {height} × {width}. Give the size of the map that was pooled."
        )
    flat = values.new_zeros(*values.shape[:-2], height * width)
    return flat.scatter(-1, places.flatten(-2), values.flatten(-2)).unflatten(-1, size)


def trace_nearest(x: Tensor, factor: int = 2) -> UpsampleTrace:
    """:func:`nearest` of one map [h, w], with its matrix."""
    return trace_linear(x, lambda maps: nearest(maps, factor))


def trace_bed_of_nails(x: Tensor, factor: int = 2) -> UpsampleTrace:
    """:func:`bed_of_nails` of one map [h, w], with its matrix."""
    return trace_linear(x, lambda maps: bed_of_nails(maps, factor))


def trace_max_unpool(x: Tensor, factor: int = 2) -> UpsampleTrace:
    """Pooling and unpooling of one map [H, W] as a pair; the matrix keeps the largest numbers and drops the rest.

    Which numbers these are depends on the map, so the pair is linear only while the positions stay.
    """
    _, places = max_pool(x, factor)
    height, width = x.shape[-2:]

    def pair(maps: Tensor) -> Tensor:
        kept = maps.flatten(-2).gather(-1, places.flatten().expand(len(maps), -1))
        return max_unpool(kept.unflatten(-1, places.shape), places.expand(len(maps), -1, -1), (height, width))

    return trace_linear(x, pair)
