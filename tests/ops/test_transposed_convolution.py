"""Transposed convolution and what belongs to it: by hand, adjoint and sizes, torch's own layers."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch.nn import functional as F

from lecture_models.ops.transposed_convolution import (
    convolution,
    convolved_side,
    coverage,
    hat_kernel,
    output_side,
    resize_convolution,
    trace_resize_convolution,
    trace_transposed_convolution,
    transposed_convolution,
)

# input 1 2, kernel 1 2 3, stride 2:   1 2 3
#                                    +     2 4 6
#                                      1 2 5 4 6
ROW, KERNEL = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 2.0, 3.0]])
LAYERS = [
    (size, stride, padding, output_padding)
    for size, stride, padding, output_padding in product((2, 3, 4, 5), (1, 2, 3), (0, 1, 2), (0, 1, 2))
    if output_padding < stride
]


def some(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(7))


def test_by_hand():
    assert transposed_convolution(ROW, KERNEL).tolist() == [[1, 2, 5, 4, 6]]
    assert transposed_convolution(ROW.expand(3, 2), KERNEL.T, 1).tolist() == [
        [1, 2],
        [3, 6],
        [6, 12],
        [5, 10],
        [3, 6],
    ]
    assert convolution(torch.tensor([[1.0, 2, 5, 4, 6]]), KERNEL, stride=2).tolist() == [[20, 31]]
    # nearest 1 1 2 2, zeros around it, kernel 1 2 3:  0·1 + 1·2 + 1·3 …
    assert resize_convolution(ROW, KERNEL)[0].tolist() == [5, 9, 11, 6]


@pytest.mark.parametrize(("size", "stride", "padding", "output_padding"), LAYERS)
def test_is_torchs(size: int, stride: int, padding: int, output_padding: int):
    x, kernel = some(2, 1, 4, 5), some(size, size)
    ours = transposed_convolution(x, kernel, stride, padding, output_padding)
    theirs = F.conv_transpose2d(x, kernel[None, None], None, stride, padding, output_padding)
    torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-6)
    assert ours.shape[-1] == output_side(5, size, stride, padding, output_padding)
    large = some(2, 1, 9, 8)
    theirs = F.conv2d(large, kernel[None, None], None, stride, padding)
    torch.testing.assert_close(convolution(large, kernel, stride, padding), theirs, atol=1e-5, rtol=1e-6)


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_resize_convolution_is_torchs(size: int):
    x, kernel = some(2, 1, 4, 5), some(size, size)
    large = F.interpolate(x, scale_factor=2, mode="nearest")
    theirs = F.conv2d(large, kernel[None, None], padding="same")
    torch.testing.assert_close(resize_convolution(x, kernel), theirs, atol=1e-5, rtol=1e-6)


@pytest.mark.parametrize(("size", "stride", "padding", "output_padding"), LAYERS)
def test_it_is_the_adjoint_and_no_inverse(size: int, stride: int, padding: int, output_padding: int):
    y, kernel = some(4, 4).double(), some(size, size).double()
    back = transposed_convolution(y, kernel, stride, padding, output_padding)
    x = torch.randn(back.shape, generator=torch.Generator().manual_seed(8), dtype=torch.float64)
    forward = convolution(x, kernel, stride, padding)
    assert forward.shape == y.shape
    assert float((forward * y).sum()) == pytest.approx(float((x * back).sum()), rel=1e-9, abs=1e-9)
    assert not torch.allclose(transposed_convolution(forward, kernel, stride, padding, output_padding), x)


def test_two_sizes_come_to_the_same_and_output_padding_tells_them_apart():
    assert [convolved_side(length, 3, 2, 1) for length in (6, 7, 8, 9)] == [3, 4, 4, 5]
    assert [output_side(4, 3, 2, 1, more) for more in (0, 1)] == [7, 8]


def test_coverage_is_the_reference():
    """Kernel 3, stride 2: 1, 1, 2, 1, 2 … along one axis; kernel 4: 2 inside. In two dimensions it squares."""
    assert coverage((1, 4), 3, 2)[0].tolist() == [1, 1, 2, 1, 2, 1, 2, 1, 1]
    assert coverage((1, 4), 4, 2)[0].tolist() == [1, 1, 2, 2, 2, 2, 2, 2, 1, 1]
    line, both = coverage((1, 4), 3, 2)[0], coverage((4, 4), 3, 2)
    assert torch.equal(both, line[:, None] * line)
    assert set(coverage((4, 4), 4, 2)[2:-2, 2:-2].flatten().tolist()) == {4.0}


@pytest.mark.parametrize("size", [2, 3, 4, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_it_is_even_inside_exactly_if_the_stride_divides_the_kernel(size: int, stride: int):
    counts = coverage((1, 24), size, stride)[0, 2 * size : -2 * size]
    assert (len(counts.unique()) == 1) == (size % stride == 0)


def test_hat_kernels_keep_a_constant_with_their_own_stride():
    """The bilinear kernel of 3 and that of 4 undo the checkerboard with stride 2; equal weights of 3 do not."""
    ones = torch.ones(6, 6)
    for size in (3, 4):
        inner = transposed_convolution(ones, hat_kernel(size))[3:-3, 3:-3]
        torch.testing.assert_close(inner, torch.ones_like(inner))
    flat = transposed_convolution(ones, torch.full((3, 3), 4 / 9))[3:-3, 3:-3]
    assert float(flat.max() / flat.min()) == pytest.approx(4)


def test_traces_multiply_back():
    x, kernel = some(4, 4), some(3, 3)
    layer = trace_transposed_convolution(x, kernel, 2, 1, 1)
    torch.testing.assert_close((layer.matrix @ x.flatten()).view(8, 8), layer.output, atol=1e-6, rtol=0)
    resized = trace_resize_convolution(x, kernel)
    torch.testing.assert_close((resized.matrix @ x.flatten()).view(8, 8), resized.output, atol=1e-6, rtol=0)
    counts = coverage((4, 4), 3, 2, 1, 1)
    assert [len(layer.terms(row, 4)) for row in range(8)] == counts[:, 4].int().tolist()


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ((2, 0, 2), "output_padding must be smaller than the stride, got 2 and 2"),
        ((1, 0, 1), "output_padding"),
        ((0, 0, 0), "stride must be at least 1"),
        ((1, -1, 0), "paddings"),
        ((1, 9, 0), "an output must have cells"),
    ],
)
def test_layers_that_make_no_sense_are_refused(layer: tuple[int, int, int], said: str):
    with pytest.raises(ValueError, match=said):
        transposed_convolution(torch.ones(2, 2), torch.ones(3, 3), *layer)


def test_kernels_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match=r"must fit on a map of \[2, 2\]"):
        convolution(torch.ones(2, 2), torch.ones(3, 3))
    with pytest.raises(ValueError, match=r"a kernel must be \[k, k\]"):
        resize_convolution(torch.ones(2, 2), torch.ones(3))
