"""Transposed convolution: each input lays the kernel, times its number, on the output.

Dumoulin & Visin 2016, section 4. The name is exact: written as a matrix, it is the transposed of a convolution's. It
undoes the convolution's *shape*, not its numbers. Beside it stand the convolution itself, resize-convolution (Odena et
al. 2016), and how many inputs meet where, which makes the checkerboard.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lecture_models.ops.bilinear_kernel import bilinear_kernel
from lecture_models.ops.unpooling import nearest
from lecture_models.ops.upsample_trace import UpsampleTrace, check_map, trace_linear


def output_side(length: int, kernel: int, stride: int, padding: int = 0, output_padding: int = 0) -> int:
    """Cells that a transposed convolution makes of ``length`` along one axis.

    >>> output_side(4, kernel=3, stride=2, padding=1), output_side(4, 3, 2, 1, output_padding=1)
    (7, 8)
    """
    return (length - 1) * stride + kernel - 2 * padding + output_padding


def convolved_side(length: int, kernel: int, stride: int, padding: int = 0) -> int:
    """Cells that a convolution makes of ``length`` along one axis; 0 where the kernel does not fit.

    >>> [convolved_side(length, kernel=3, stride=2, padding=1) for length in (7, 8)]
    [4, 4]
    """
    return max((length + 2 * padding - kernel) // stride + 1, 0)


def transposed_convolution(
    x: Tensor, kernel: Tensor, stride: int = 2, padding: int = 0, output_padding: int = 0
) -> Tensor:
    """Transposed convolution of every map by one kernel.

    Args:
        x: float [..., h, w].
        kernel: float [k, k].
        stride: step in the output from one input's kernel to the next one's.
        padding: rows and columns that are cut off at each side of the output.
        output_padding: rows and columns added at the end, less than the stride: sizes that one convolution maps to the
            same size are told apart by it.

    Returns:
        float [..., (h − 1) · stride + k − 2 · padding + output_padding, …], equal to torch's conv_transpose2d.

    Raises:
        ValueError: for arguments that make no sense, or if nothing of the output is left.

    >>> transposed_convolution(torch.tensor([[1.0, 2.0]]), torch.ones(1, 3)).tolist()
    [[1.0, 1.0, 3.0, 2.0, 2.0]]
    """
    check_layer(x, kernel, stride, padding, output_padding)
    sides = [
        output_side(side, k, stride, padding, output_padding)
        for side, k in zip(x.shape[-2:], kernel.shape, strict=True)
    ]
    if min(sides) < 1:
        raise ValueError(f"an output must have cells, got {sides[0]} × {sides[1]}. Choose a smaller padding.")
    reach = [stride * (side - 1) for side in x.shape[-2:]]  # from the first to the last input
    room = [max(side + 2 * padding, far + k) for side, far, k in zip(sides, reach, kernel.shape, strict=True)]
    whole = x.new_zeros(*x.shape[:-2], *room)
    for row, weights in enumerate(kernel):
        for column, weight in enumerate(weights):
            rows = slice(row, row + reach[0] + 1, stride)
            columns = slice(column, column + reach[1] + 1, stride)
            whole[..., rows, columns] += weight * x
    return whole[..., padding : padding + sides[0], padding : padding + sides[1]]


def convolution(x: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """The convolution whose transposed is above: a weighted sum of the k × k cells under the kernel, step by step.

    Args:
        x: float [..., H, W].
        kernel: float [k, k].
        stride: step from one place of the kernel to the next.
        padding: rows and columns of 0 around the map.

    Returns:
        float [..., ⌊(H + 2 · padding − k) / stride⌋ + 1, …], equal to torch's conv2d.

    Raises:
        ValueError: the kernel does not fit on the padded map.

    >>> convolution(torch.tensor([[1.0, 1.0, 3.0, 2.0, 2.0]]), torch.ones(1, 3), stride=2).tolist()
    [[5.0, 7.0]]
    """
    check_layer(x, kernel, stride, padding, 0)
    sides = [
        convolved_side(side, k, stride, padding) for side, k in zip(x.shape[-2:], kernel.shape, strict=True)
    ]
    if min(sides) < 1:
        raise ValueError(
            f"a kernel of {list(kernel.shape)} must fit on a map of {list(x.shape[-2:])} with padding {padding}. "
            "Choose a smaller kernel or a larger padding."
        )
    padded = torch.nn.functional.pad(x, [padding] * 4)
    summed = x.new_zeros(*x.shape[:-2], *sides)
    for row, weights in enumerate(kernel):
        for column, weight in enumerate(weights):
            rows = slice(row, row + stride * (sides[0] - 1) + 1, stride)
            columns = slice(column, column + stride * (sides[1] - 1) + 1, stride)
            summed += weight * padded[..., rows, columns]
    return summed


def resize_convolution(x: Tensor, kernel: Tensor, factor: int = 2) -> Tensor:
    """Resize, then convolve: nearest neighbour, then a convolution that keeps the size.

    Every inner output now has the same number of weights in it, whatever the kernel (Odena et al. 2016).

    Args:
        x: float [..., h, w].
        kernel: float [k, k]; around the map stand zeros, one more after it than before where k is even.
        factor: of the resizing.

    Returns:
        float [..., factor · h, factor · w].

    >>> resize_convolution(torch.tensor([[1.0, 2.0]]), torch.full((1, 3), 0.5))[0].tolist()
    [1.0, 2.0, 2.5, 2.0]
    """
    check_layer(x, kernel, 1, 0, 0)
    before = [(side - 1) // 2 for side in kernel.shape]
    after = [side - 1 - first for side, first in zip(kernel.shape, before, strict=True)]
    padded = torch.nn.functional.pad(nearest(x, factor), [before[1], after[1], before[0], after[0]])
    return convolution(padded, kernel)


def coverage(
    size: tuple[int, int], kernel: int, stride: int, padding: int = 0, output_padding: int = 0
) -> Tensor:
    """How many inputs meet in each output of a transposed convolution, float [H, W].

    It is the same along both axes and squares in two: 1, 1, 2, 1, 2 … along one axis (kernel 3, stride 2) makes the
    checkerboard. It is even inside only if the stride divides the kernel.

    >>> coverage((1, 4), kernel=3, stride=2)[0].tolist()
    [1.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 1.0]
    """
    return transposed_convolution(
        torch.ones(size), torch.ones(kernel, kernel), stride, padding, output_padding
    )


def hat_kernel(side: int) -> Tensor:
    """The bilinear kernel float [k, k] of any side: for an even one of factor k / 2, for an odd one of (k + 1) / 2.

    An odd kernel has its peak on a cell, an even one between two; Long et al. 2015 begin their upsampling with these.

    >>> hat_kernel(3)[1].tolist(), hat_kernel(4)[1].tolist() == bilinear_kernel(2)[1].tolist()
    ([0.5, 1.0, 0.5], True)
    """
    if side % 2 == 0:
        return bilinear_kernel(side // 2)
    half = (side + 1) // 2
    hat = 1 - (torch.arange(side) + 1 - half).abs() / half
    return hat[:, None] * hat


def trace_transposed_convolution(
    x: Tensor, kernel: Tensor, stride: int = 2, padding: int = 0, output_padding: int = 0
) -> UpsampleTrace:
    """:func:`transposed_convolution` of one map [h, w], with its matrix."""
    layer = (kernel, stride, padding, output_padding)
    return trace_linear(x, lambda maps: transposed_convolution(maps, *layer))


def trace_resize_convolution(x: Tensor, kernel: Tensor, factor: int = 2) -> UpsampleTrace:
    """:func:`resize_convolution` of one map [h, w], with its matrix."""
    return trace_linear(x, lambda maps: resize_convolution(maps, kernel, factor))


def check_layer(x: Tensor, kernel: Tensor, stride: int, padding: int, output_padding: int) -> None:
    """Refuse arguments of a layer that make no sense.

    Raises:
        ValueError: what must hold, what came, what to do.
    """
    check_map(x)
    if kernel.ndim != 2 or kernel.numel() == 0:
        raise ValueError(
            f"a kernel must be [k, k] with weights in it, got {list(kernel.shape)}. Give another."
        )
    if stride < 1 or padding < 0 or output_padding < 0:
        raise ValueError(
            f"stride must be at least 1 and paddings at least 0, got {stride}, {padding} and {output_padding}. "
            "Choose larger ones."
        )
    if output_padding and output_padding >= stride:
        raise ValueError(
            f"output_padding must be smaller than the stride, got {output_padding} and {stride}. "
            "Choose a smaller one."
        )
