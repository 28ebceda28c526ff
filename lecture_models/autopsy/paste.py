"""The last link of a mask: one pixel of the picture is a bilinear mean of up to four of the 28 × 28 cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torchvision.models.detection.roi_heads import expand_boxes

from lecture_models.nets.rcnn_trace import paste
from lecture_models.segments import MASK_THRESHOLD

PADDING = 1  # torchvision pastes with one ring of zeros around the cells


@dataclass(frozen=True)
class MaskCell:
    """One cell that a pasted pixel reads. The ring of zeros around the mask has row or column −1 or 28."""

    row: int
    column: int
    weight: float
    prob: float
    logit: float | None  # of the network's own head; None in the ring
    inside: bool

    @property
    def product(self) -> float:
        """Its share of the pixel."""
        return self.weight * self.prob


@dataclass(frozen=True)
class PasteLink:
    """Pixel ← cells: value = Σ weight · prob."""

    pixel: tuple[int, int]  # x, y
    box: tuple[float, float, float, float]  # of the detection, xyxy, picture pixels
    pasted: tuple[int, int, int, int]  # whole pixels that mask and ring are pasted into: x, y, width, height
    source: tuple[float, float]  # where the pixel's centre falls on the cells: (x, y), index coordinates
    cells: tuple[MaskCell, ...]
    value: float
    network_value: float

    @property
    def followed(self) -> MaskCell:
        """The real cell with the largest share (or weight, where all shares are 0)."""
        return max((c for c in self.cells if c.inside), key=lambda c: (c.product, c.weight))


def pasted_box(box: Tensor, cells: int) -> tuple[int, int, int, int]:
    """Whole pixels (x, y, width, height) into which torchvision pastes a mask with its ring of zeros.

    Args:
        box: float [4], xyxy, picture pixels.
        cells: of the mask, each way.

    >>> pasted_box(torch.tensor([10.0, 20.0, 38.0, 48.0]), 28)
    (9, 19, 31, 31)
    """
    grown = expand_boxes(box[None], (cells + 2 * PADDING) / cells).to(torch.int64)[0].tolist()
    x0, y0, x1, y1 = (int(side) for side in grown)
    return x0, y0, max(x1 - x0 + 1, 1), max(y1 - y0 + 1, 1)


@dataclass(frozen=True)
class Overhang:
    """A mask of ones pasted into a box of as many pixels as it has cells: what it covers, and what an empty box does.

    ``covered`` are columns and rows of pixels in the mask, ``iou`` is with the pixels of the box, ``ringed`` the side
    of the pasted square with its ring, ``empty`` the pixels in the mask of a box without any size.
    """

    cells: int
    covered: tuple[int, int]
    pixels: int
    iou: float
    ringed: int
    empty: int


@lru_cache(maxsize=4)
def overhang(cells: int = 28) -> Overhang:
    """Why a pasted mask is wider than its box: torchvision counts the last pixel in, x1 − x0 + 1 of them.

    Args:
        cells: of the mask, and whole pixels of the box, each way.

    >>> found = overhang(28)
    >>> found.pixels, round(found.iou, 3), found.empty
    (841, 0.932, 1)
    """
    start, size = cells // 2, 3 * cells
    box = torch.tensor([start, start, start + cells, start + cells]).float()
    ones = torch.ones(1, cells, cells)
    mask = paste(ones, box[None], (size, size))[0] >= MASK_THRESHOLD
    inside = torch.zeros(size, size, dtype=torch.bool)
    inside[start : start + cells, start : start + cells] = True
    covered = int(mask.any(0).sum()), int(mask.any(1).sum())
    none = paste(ones, torch.full((1, 4), float(start)), (size, size)) >= MASK_THRESHOLD
    iou = float((mask & inside).sum() / (mask | inside).sum())
    return Overhang(cells, covered, int(mask.sum()), iou, pasted_box(box, cells)[2], int(none.sum()))


def pixel_of_cell(cell: tuple[int, int], box: Tensor, cells: int, size: tuple[int, int]) -> tuple[int, int]:
    """The pixel (x, y), inside a picture of ``size``, whose centre is nearest to that of a cell (column, row)."""
    x, y, width, height = pasted_box(box, cells)
    near = []
    for index, start, length, limit in zip(cell, (x, y), (width, height), reversed(size), strict=True):
        exact = start + (index + PADDING + 0.5) * length / (cells + 2 * PADDING) - 0.5
        near.append(min(max(round(exact), 0, start), limit - 1, start + length - 1))
    return near[0], near[1]


def axis_cells(place: int, length: int, cells: int) -> tuple[float, tuple[tuple[int, float], ...]]:
    """Along one axis: where a pasted pixel falls, and the (at most two) cells that it reads with their weights.

    The arithmetic is ``F.interpolate``'s, bilinear, ``align_corners=False``, in float32.

    Args:
        place: the pixel, counted from the pasted box's first.
        length: pixels of the pasted box.
        cells: of the mask without its ring.

    Returns:
        (index coordinate, ((cell, weight), …)); cells −1 and ``cells`` are the ring.

    >>> axis_cells(2, 8, 2)
    (-0.25, ((-1, 0.25), (0, 0.75)))
    """
    padded = cells + 2 * PADDING
    step = np.float32(padded) / np.float32(length)
    at = max(step * np.float32(place + 0.5) - np.float32(0.5), np.float32(0))
    low = min(int(at), padded - 1)
    part = float(min(np.float32(at) - np.float32(low), np.float32(1)))
    two = ((low, 1 - part), (min(low + 1, padded - 1), part))
    near = tuple((cell - PADDING, weight) for cell, weight in two if weight > 0)
    return float(at) - PADDING, near


def trace_paste(
    probs: Tensor, logits: Tensor, box: Tensor, pixel: tuple[int, int], network_value: float
) -> PasteLink | None:
    """The link of one pixel; None where the pixel reads no cell at all, outside the mask and in its ring.

    Args:
        probs: float [M, M], the detection's mask.
        logits: float [M, M], the same before the sigmoid.
        box: float [4], xyxy, picture pixels.
        pixel: (x, y).
        network_value: what the network pasted there.
    """
    size = int(probs.shape[0])
    x0, y0, width, height = pasted_box(box, size)
    across, down = pixel[0] - x0, pixel[1] - y0
    if not (0 <= across < width and 0 <= down < height):
        return None
    (x, columns), (y, rows) = axis_cells(across, width, size), axis_cells(down, height, size)
    cells = tuple(_cell(probs, logits, r, c, u * v) for r, u in rows for c, v in columns)
    if not any(cell.inside for cell in cells):
        return None
    x1, y1, x2, y2 = (float(side) for side in box)
    value = sum(cell.product for cell in cells)
    return PasteLink(pixel, (x1, y1, x2, y2), (x0, y0, width, height), (x, y), cells, value, network_value)


def _cell(probs: Tensor, logits: Tensor, row: int, column: int, weight: float) -> MaskCell:
    size = probs.shape[0]
    if not (0 <= row < size and 0 <= column < size):
        return MaskCell(row, column, weight, 0.0, None, inside=False)
    return MaskCell(row, column, weight, float(probs[row, column]), float(logits[row, column]), inside=True)
