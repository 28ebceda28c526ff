"""What an upsampling leaves behind: its matrix, from which every output is a sum that can be written down.

All operators of the lecture's upsampling are linear: output = matrix · input, both read row by row. Whoever knows the
matrix knows which numbers an output came from (a row), where an input goes (a column), and the transposed operator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class UpsampleTrace:
    """One map through one operator. ``matrix @ input`` is ``output``, both read row by row."""

    input: Tensor  # float [h, w], the map itself, not a copy
    matrix: Tensor  # float [H · W, h · w]
    output: Tensor  # float [H, W]

    def terms(self, row: int, column: int) -> list[tuple[int, int, float]]:
        """Where an output came from: (row, column, weight) of each input cell that counts in it."""
        weights = self.matrix[row * self.output.shape[1] + column]
        width = self.input.shape[1]
        cells = weights.nonzero()[:, 0].tolist()
        return [(cell // width, cell % width, float(weights[cell])) for cell in cells]


def check_map(x: Tensor, factor: int = 1) -> None:
    """Refuse what is no map, or a factor below 1.

    Raises:
        ValueError: what must hold, what came, what to do.
    """
    if x.ndim < 2 or x.numel() == 0 or not x.is_floating_point():
        raise ValueError(
            f"a map must be float [..., h, w] with cells in it, got {x.dtype} {list(x.shape)}. Give another."
        )
    if factor < 1:
        raise ValueError(f"a factor must be at least 1, got {factor}. Choose a larger one.")


def matrix_of(operator: Callable[[Tensor], Tensor], size: tuple[int, int]) -> Tensor:
    """The matrix of a linear operator on maps: it is asked what becomes of each cell alone.

    Args:
        operator: maps float [N, h, w] to maps float [N, H, W].
        size: (h, w).

    Returns:
        float [H · W, h · w].

    >>> matrix_of(lambda x: x.flip(-1), (1, 2)).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    cells = size[0] * size[1]
    alone = torch.eye(cells).view(cells, *size)
    return operator(alone).flatten(1).T.contiguous()


def trace_linear(x: Tensor, operator: Callable[[Tensor], Tensor]) -> UpsampleTrace:
    """One map float [h, w] through a linear operator, with its matrix."""
    check_map(x)
    if x.ndim != 2:
        raise ValueError(f"a trace follows one map [h, w], got {list(x.shape)}. Choose one channel.")
    return UpsampleTrace(x, matrix_of(operator, (x.shape[0], x.shape[1])), operator(x[None])[0])
