"""Where the cells of a map lie in the picture, along one axis: what two maps of an FCN must agree on to be summed.

A cell of a valid body stands for the middle of its receptive field. A transposed convolution of stride f and kernel 2f
puts f finer cells in the place of each, and half a coarse cell more on either side.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from lecture_models.autopsy.field import through


@dataclass(frozen=True)
class Grid:
    """Cells ``stride`` pixels apart; the middle of the first one lies at ``centre``, in pixels from the outer edge.

    >>> coarse = Grid(stride=32, centre=79.0)
    >>> coarse.upsampled(2)
    Grid(stride=16, centre=55.0)
    >>> coarse.upsampled(2).offset_in(Grid(16, 23.0))
    2
    """

    stride: int
    centre: float

    def upsampled(self, factor: int) -> Grid:
        """The grid after a transposed convolution of stride ``factor`` and kernel 2 · ``factor``, without padding."""
        fine = self.stride // factor
        return Grid(fine, self.centre - self.stride + fine / 2)

    def offset_in(self, other: Grid) -> int:
        """The index of that cell of another map which lies on this one's first.

        Raises:
            ValueError: There is none: the strides differ, or the cells lie between each other.
        """
        offset = (self.centre - other.centre) / other.stride
        if self.stride != other.stride or offset < 0 or offset != int(offset):
            raise ValueError(f"Maps are summed cell on cell; {self} and {other} do not meet: pad by more.")
        return int(offset)


def grid_of(body: nn.Module) -> Grid:
    """The grid of a chain of valid convolutions and poolings, in pixels of its (padded) input.

    >>> grid_of(nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(2)))
    Grid(stride=2, centre=2.0)
    """
    (first, last), (second, _) = through(body, (0, 0), 0), through(body, (1, 1), 0)
    return Grid(second - first, (first + last + 1) / 2)
