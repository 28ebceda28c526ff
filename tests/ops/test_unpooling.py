"""Nearest neighbour, bed of nails, max pooling and unpooling: by hand, invariants, torch's own."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from lecture_models.ops.unpooling import (
    bed_of_nails,
    max_pool,
    max_unpool,
    nearest,
    trace_bed_of_nails,
    trace_max_unpool,
    trace_nearest,
)

# 1 2     nearest  1 1 2 2     nails  1 0 2 0
# 3 4              1 1 2 2            0 0 0 0
#                  3 3 4 4            3 0 4 0
#                  3 3 4 4            0 0 0 0
SMALL = torch.tensor([[1.0, 2.0], [3.0, 4.0]])

# 1 5 │ 2 0    pooled  5 2    and back  0 5 0 0      the second window holds 2 twice: its first is taken
# 0 3 │ 1 2            4 9              0 0 0 0
# ────┼────   windows                   4 0 0 0
# 4 4 │ 7 8                             0 0 0 9
# 1 0 │ 6 9
LARGE = torch.tensor([[1.0, 5, 2, 0], [0, 3, 1, 2], [4, 4, 7, 8], [1, 0, 6, 9]])


def maps(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(5))


def test_by_hand():
    assert nearest(SMALL).tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    assert bed_of_nails(SMALL).tolist() == [[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]]
    values, places = max_pool(LARGE)
    assert values.tolist() == [[5, 2], [4, 9]]
    assert places.tolist() == [[1, 2], [8, 15]]
    back = [[0, 5, 2, 0], [0, 0, 0, 0], [4, 0, 0, 0], [0, 0, 0, 9]]
    assert max_unpool(values, places, (4, 4)).tolist() == back


def test_pooling_undoes_unpooling_and_not_the_reverse():
    x = maps(3, 6, 8).abs()
    values, places = max_pool(x)
    back = max_unpool(values, places, (6, 8))
    assert torch.equal(max_pool(back)[0], values)
    assert not torch.equal(back, x)
    assert int((back == 0).sum()) == 3 * x.numel() // 4


def test_copies_keep_the_mean_and_nails_the_sum():
    x = maps(2, 5, 3)
    torch.testing.assert_close(nearest(x, 3).mean(), x.mean())
    torch.testing.assert_close(bed_of_nails(x, 3).sum(), x.sum())


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_are_torchs(factor: int):
    x = maps(1, 4, 6 * factor, 5 * factor)
    small = maps(1, 4, 3, 5)
    assert torch.equal(nearest(small, factor), F.interpolate(small, scale_factor=factor, mode="nearest"))
    one = torch.zeros(4, 1, factor, factor)
    one[..., 0, 0] = 1
    torch.testing.assert_close(
        bed_of_nails(small, factor), F.conv_transpose2d(small, one, stride=factor, groups=4)
    )
    values, places = max_pool(x, factor)
    theirs = F.max_pool2d(x, factor, return_indices=True)
    assert torch.equal(values, theirs[0])
    assert torch.equal(places, theirs[1])
    assert torch.equal(max_unpool(values, places, x.shape[-2:]), F.max_unpool2d(*theirs, factor))


def test_equal_numbers_are_taken_as_torch_takes_them():
    x = maps(1, 2, 8, 8).round()
    assert torch.equal(max_pool(x)[1], F.max_pool2d(x, 2, return_indices=True)[1])


@pytest.mark.parametrize("trace", [trace_nearest, trace_bed_of_nails, trace_max_unpool])
def test_traces_multiply_back(trace):
    x = maps(4, 6)
    made = trace(x)
    assert torch.equal((made.matrix @ x.flatten()).view(made.output.shape), made.output)
    summed = sum(weight * x[row, column] for row, column, weight in made.terms(2, 4))
    assert float(summed) == float(made.output[2, 4])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: nearest(torch.zeros(3)), "map"),
        (lambda: nearest(SMALL, 0), "factor"),
        (lambda: nearest(SMALL.long()), "float"),
        (lambda: max_pool(torch.zeros(3, 4)), "3 × 4"),
        (lambda: max_unpool(SMALL, torch.zeros(1, 2, dtype=torch.int64), (4, 4)), "one place"),
        (lambda: max_unpool(SMALL, torch.full((2, 2), 99), (4, 4)), "4 × 4"),
        (lambda: trace_nearest(torch.zeros(1, 2, 2)), "one map"),
    ],
)
def test_what_cannot_be_meant_is_refused(call, said: str):
    with pytest.raises(ValueError, match=said):
        call()
