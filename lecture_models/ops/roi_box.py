"""Where a box lands on the grid of features: exact, snapped to cells, and the pixels that were really pooled.

Two kinds of coordinates, and half the trouble with crops is mixing them up: *cell* coordinates, where cell i
covers [i, i + 1), and *index* coordinates, where its value sits at i (so that it covers [i − ½, i + ½)). Cells that
tile the picture are a convention; where a network's cells really lie is measured in ``nets/cell_centres.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

Operator = Literal["roi_pool", "roi_warp", "roi_align"]
TILES = 0.5  # where a cell's centre lies, in cells after its index, if cells tile the picture


def grid_interval(boxes: Tensor, spatial_scale: float, aligned: bool) -> tuple[Tensor, Tensor]:
    """Where boxes lie on the grid, in index coordinates: corner (x, y) and size (width, height), each [N, 2].

    `aligned=False`, torchvision's default and what its Mask R-CNN uses, takes cell coordinates for index
    coordinates, and no side is below one cell. If cells tile the picture, that reads half a cell too far to the lower
    right, and ``aligned=True`` corrects it.
    """
    on_grid = boxes * spatial_scale - (0.5 if aligned else 0.0)
    start, size = on_grid[:, :2], on_grid[:, 2:] - on_grid[:, :2]
    return start, size if aligned else size.clamp(min=1.0)


def snap(boxes: Tensor, spatial_scale: float) -> Tensor:
    """RoIPool's first snapping: the first and the last cell of each box, both inclusive.

    Rounds as C's round() does, halves away from zero; Python's round() takes halves to even, and other cells.
    The last cell belongs to the box, so a box is one cell wider than its edges are apart.

    Args:
        boxes: float [N, 4], image pixels.
        spatial_scale: cells per image pixel.

    Returns:
        int64 [N, 4]: first column, first row, last column, last row; a box has at least one cell each way.

    >>> snap(torch.tensor([[40.0, 24.0, 152.0, 136.0]]), 1 / 16).tolist()
    [[3, 2, 10, 9]]
    """
    on_grid = boxes * spatial_scale
    whole = on_grid.trunc()
    away = ((on_grid - whole).abs() >= 0.5) * on_grid.sign()
    cells = (whole + away).long()
    return torch.cat([cells[:, :2], torch.maximum(cells[:, 2:], cells[:, :2])], dim=1)


def snapped_interval(cells: Tensor) -> tuple[Tensor, Tensor]:
    """Corner and size, float [N, 2] each, in index coordinates, of snapped cells (int64 [N, 4]).

    Cell i covers [i − ½, i + ½) there, so the interval holds exactly the cells that RoIPool pools.
    """
    size = (cells[:, 2:] - cells[:, :2] + 1).float()
    return cells[:, :2].float() - 0.5, size


def pooled_box(
    boxes: Tensor,
    operator: Operator,
    spatial_scale: float,
    aligned: bool = False,
    size: tuple[int, int] | None = None,
    centre: float = TILES,
    whole_cells: bool = True,
) -> Tensor:
    """The part of the picture that an operator really pooled, to be held against the box that was asked for.

    Cell i of the map stands for the ``stride`` pixels around (i + centre) · stride.

    Args:
        boxes: float [N, 4], xyxy, image pixels.
        operator: "roi_pool", "roi_warp" (the same cells) or "roi_align".
        spatial_scale: cells per image pixel, 1 / stride.
        aligned: whether RoIAlign reads half a cell further to the upper left.
        size: (H, W) of the map in cells, to clip to what exists; None does not clip.
        centre: where cell i's centre lies, at i + centre; ½ for cells that tile the picture.
        whole_cells: False counts snapped boxes from the centre of their first cell to that of their last, which is
            what rounding alone does.

    Returns:
        float [N, 4], xyxy, image pixels.

    Raises:
        ValueError: for an unknown operator.

    >>> pooled_box(torch.tensor([[40.0, 24.0, 152.0, 136.0]]), "roi_pool", 1 / 16).tolist()
    [[48.0, 32.0, 176.0, 160.0]]
    """
    if operator == "roi_align":
        start, extent = grid_interval(boxes, spatial_scale, aligned)
        region = torch.cat([start, start + extent], dim=1)
    elif operator in {"roi_pool", "roi_warp"}:
        half = 0.5 if whole_cells else 0.0
        region = snap(boxes, spatial_scale).to(boxes.dtype) + torch.tensor([-half, -half, half, half])
    else:
        raise ValueError(f'operator must be "roi_pool", "roi_warp" or "roi_align", got {operator!r}.')
    if size is not None:
        region = torch.minimum(region.clamp(min=-0.5), torch.tensor([size[1], size[0]] * 2) - 0.5)
    return (region + centre) / spatial_scale


def mean_pooled_iou(
    operator: Operator,
    strides: tuple[int, ...] = (4, 8, 16, 32),
    aligned: bool = False,
    centres: Sequence[float] | None = None,
    boxes: int = 4000,
    sides: tuple[float, float] = (48.0, 300.0),
    seed: int = 0,
) -> tuple[float, ...]:
    """How much of a box is really pooled: the mean IoU of random boxes with their pooled regions, one a stride.

    Args:
        operator: as in `pooled_box`.
        strides: image pixels per cell.
        aligned: as in `pooled_box`.
        centres: of the cells at each stride, as in `pooled_box`; None for cells that tile the picture.
        boxes: how many; widths and heights are uniform and independent.
        sides: (shortest, longest) side, image pixels.
        seed: of the random boxes.

    >>> mean_pooled_iou("roi_align", (8, 16), aligned=True)
    (1.0, 1.0)
    """
    generator = torch.Generator().manual_seed(seed)
    corners = torch.rand(boxes, 2, generator=generator) * 512
    lengths = sides[0] + torch.rand(boxes, 2, generator=generator) * (sides[1] - sides[0])
    asked = torch.cat([corners, corners + lengths], dim=1).double()  # so that equal regions give exactly 1
    regions = [
        pooled_box(asked, operator, 1 / stride, aligned, centre=centre)
        for stride, centre in zip(strides, centres or [TILES] * len(strides), strict=True)
    ]
    return tuple(float(_paired_iou(asked, region).mean()) for region in regions)


def _paired_iou(one: Tensor, other: Tensor) -> Tensor:
    """IoU of each box with its partner, [N]; torchvision's box_iou would fill an N × N table for its diagonal."""
    shared = torch.minimum(one[:, 2:], other[:, 2:]) - torch.maximum(one[:, :2], other[:, :2])
    overlap = shared.clamp(min=0).prod(1)
    union = (one[:, 2:] - one[:, :2]).prod(1) + (other[:, 2:] - other[:, :2]).prod(1) - overlap
    return overlap / union
