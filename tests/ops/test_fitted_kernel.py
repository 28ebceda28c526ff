"""The kernel of least squares: by hand, no neighbour is better, and NumPy finds the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lecture_models.ops.fitted_kernel import doubled, least_squares, mean_pool
from lecture_models.ops.transposed_convolution import hat_kernel

# blocks of equal numbers:  1 1 2 2   their means 1 2, and copies bring them back exactly: a kernel of ones, side 2
#                           1 1 2 2
BLOCKS = torch.tensor([[[1.0, 1, 2, 2], [1, 1, 2, 2]]])


def maps() -> torch.Tensor:
    return torch.randn(3, 8, 12, generator=torch.Generator().manual_seed(4)).cumsum(-1).cumsum(-2)


def test_by_hand():
    torch.testing.assert_close(least_squares(BLOCKS, 2), torch.ones(2, 2))
    assert torch.equal(doubled(mean_pool(BLOCKS), torch.ones(2, 2)), BLOCKS)


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_sides_double_and_the_kernel_stays_over_its_block(size: int):
    one = torch.zeros(1, 5, 5)
    one[0, 2, 2] = 1
    there = doubled(one, hat_kernel(size))[0]
    assert there.shape == (10, 10)
    middle = (there.sum(0) * torch.arange(10.0)).sum() / there.sum()
    assert abs(float(middle) - 4.5) <= 0.5  # the block's cells are 4 and 5


@pytest.mark.parametrize("size", [2, 3, 4])
def test_no_other_kernel_is_better(size: int):
    x, best = maps(), least_squares(maps(), size)
    loss = lambda kernel: float((doubled(mean_pool(x), kernel) - x).square().sum())  # noqa: E731
    moved = [
        best + step * torch.eye(size * size)[i].view(size, size)
        for i in range(size * size)
        for step in (-0.02, 0.02)
    ]
    assert loss(best) < min(map(loss, moved))
    assert loss(best) < loss(hat_kernel(size))


def test_is_numpys_solution():
    x = maps()
    columns = [doubled(mean_pool(x), one).flatten().numpy() for one in torch.eye(9).view(9, 3, 3)]
    theirs = np.linalg.lstsq(
        np.stack(columns, 1).astype(float), x.flatten().numpy().astype(float), rcond=None
    )[0]
    np.testing.assert_allclose(least_squares(x, 3).flatten(), theirs, atol=1e-3)
