"""A learned kernel without waiting for a training: the weights of a transposed convolution that undo a pooling best.

Long et al. 2015, section 3.3, begin with the bilinear kernel and learn from there; both are the same layer.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from lecture_models.ops.transposed_convolution import transposed_convolution

FACTOR = 2


def mean_pool(maps: Tensor) -> Tensor:
    """Means of windows of 2 × 2: float [C, H, W] to [C, H / 2, W / 2]."""
    return F.avg_pool2d(maps, FACTOR)


def doubled(maps: Tensor, kernel: Tensor) -> Tensor:
    """Transposed convolution with stride 2 whose rim is cut so that the sides double.

    Args:
        maps: float [..., h, w].
        kernel: float [k, k].

    Returns:
        float [..., 2h, 2w], the kernels as nearly in the middle of their inputs' blocks as whole cells allow.

    >>> doubled(torch.tensor([[1.0, 2.0]]), torch.tensor([[0.5, 1.0, 0.5]])).shape
    torch.Size([2, 4])
    """
    whole = transposed_convolution(maps, kernel, FACTOR)
    first = [(max(side - FACTOR, 0) + 1) // 2 for side in kernel.shape]
    height, width = (FACTOR * side for side in maps.shape[-2:])
    cut = whole[..., first[0] : first[0] + height, first[1] : first[1] + width]
    return F.pad(cut, (0, width - cut.shape[-1], 0, height - cut.shape[-2]))


def least_squares(maps: Tensor, size: int) -> Tensor:
    """The kernel that brings averaged maps back best: training with a squared loss would end here.

    The output is linear in the weights, so one system of size² equations over all channels has it.

    Args:
        maps: float [C, H, W], before they are averaged by 2 × 2.
        size: side of the kernel.

    Returns:
        float [size, size].

    >>> least_squares(torch.ones(1, 4, 4), 2).numpy().round(3).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    pooled = mean_pool(maps)
    alone = torch.eye(size * size).view(-1, size, size)
    answers = torch.stack(
        [doubled(pooled, one).flatten() for one in alone]
    )  # what each weight alone would give
    equations, goals = (answers @ answers.T).double(), (answers @ maps.flatten()).double()
    return torch.linalg.lstsq(equations, goals[:, None]).solution[:, 0].float().view(size, size)
