"""One pixel of a pasted mask, multiplied out: which cells of the 28 × 28 mask it is the weighted mean of.

The rule is torchvision's ``paste_masks_in_image``: one cell of zeros around the mask, the box grown alike and cut to
whole pixels, then bilinear interpolation between cell centres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torchvision.models.detection.roi_heads import expand_boxes

PADDING = 1


@dataclass(frozen=True)
class PastedPixel:
    """A picture pixel as the weighted mean of up to four cells."""

    pixel: tuple[int, int]  # x, y in the picture
    cells: tuple[tuple[int, int], ...]  # (column, row) of each; -1 and M are the zeros around the mask
    weights: tuple[float, ...]  # add up to 1
    values: tuple[float, ...]  # probabilities of the cells

    @property
    def value(self) -> float:
        """The pasted probability."""
        return sum(weight * value for weight, value in zip(self.weights, self.values, strict=True))


def trace_pasted_pixel(mask: Tensor, box: Tensor, pixel: tuple[int, int]) -> PastedPixel:
    """How torchvision pastes one pixel of a mask.

    Args:
        mask: float [M, M], probabilities.
        box: float [4], xyxy, picture pixels.
        pixel: (x, y), inside the grown box.
    """
    cells = mask.shape[0]
    (x0, width), (y0, height) = _places(box, cells)
    across = _neighbours(pixel[0] - x0, width, cells)
    down = _neighbours(pixel[1] - y0, height, cells)
    pairs = [(column, row, v * w) for row, v in down for column, w in across if v * w > 0]
    values = [float(mask[r, c]) if 0 <= c < cells and 0 <= r < cells else 0.0 for c, r, _ in pairs]
    return PastedPixel(pixel, tuple((c, r) for c, r, _ in pairs), tuple(w for *_, w in pairs), tuple(values))


def pixel_of_cell(cell: tuple[int, int], box: Tensor, cells: int, size: tuple[int, int]) -> tuple[int, int]:
    """The pixel (x, y), inside a picture of ``size``, whose centre is nearest to that of a cell (column, row)."""
    near = []
    for index, (start, length), limit in zip(cell, _places(box, cells), reversed(size), strict=True):
        exact = start + (index + PADDING + 0.5) * length / (cells + 2 * PADDING) - 0.5
        near.append(min(max(round(exact), 0, start), limit - 1, start + length - 1))
    return near[0], near[1]


def _places(box: Tensor, cells: int) -> list[tuple[int, int]]:
    """First pixel and number of pixels of the grown box, along x and y."""
    grown = expand_boxes(box[None], (cells + 2 * PADDING) / cells).to(torch.int64)[0].tolist()
    return [(grown[axis], max(grown[axis + 2] - grown[axis] + 1, 1)) for axis in (0, 1)]


def _neighbours(offset: int, length: int, cells: int) -> list[tuple[int, float]]:
    """The two cells around a pixel of an axis, with their weights."""
    padded = cells + 2 * PADDING
    exact = max((offset + 0.5) * padded / length - 0.5, 0.0)
    low = min(math.floor(exact), padded - 1)
    part = exact - low
    return [(low - PADDING, 1 - part), (min(low + 1, padded - 1) - PADDING, part)]
