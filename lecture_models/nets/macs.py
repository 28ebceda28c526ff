"""Multiply-adds of what really ran, counted by ``torch.utils.flop_counter``.

The counter knows the shapes of every convolution, matrix product and attention that passes; everything else
(normalisation, activations, RoIAlign's interpolation, non-maximum suppression) it counts as nothing. It counts
floating-point operations, two for each multiply-add, so its number is halved here. What torchvision's model
cards call GFLOPS are multiply-adds too: ResNet-18's card says 1.814, and so does :func:`count_macs`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch.utils.flop_counter import FlopCounterMode

OPERATIONS_PER_MAC = 2  # a product and a sum


def count_macs(function: Callable[..., Any], *args: Any, **kwargs: Any) -> int:
    """Multiply-adds that ``function(*args, **kwargs)`` really runs.

    Args:
        function: a network, a part of one, or any function of tensors; it is called once.
        args: what it is called with.
        kwargs: likewise.

    >>> import torch
    >>> count_macs(torch.nn.Linear(10, 3), torch.zeros(4, 10))  # 4 rows, 10 · 3 each
    120
    """
    return macs_of(function, *args, **kwargs)[1]


def macs_of(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, int]:
    """What ``function(*args, **kwargs)`` returns, and its multiply-adds, in one call.

    >>> import torch
    >>> network = torch.nn.Sequential(torch.nn.Linear(10, 3), torch.nn.Linear(3, 2))
    >>> result, macs = macs_of(network, torch.zeros(1, 10))
    >>> tuple(result.shape), macs
    ((1, 2), 36)
    """
    counter = FlopCounterMode(display=False)
    with counter:
        result = function(*args, **kwargs)
    return result, counter.get_total_flops() // OPERATIONS_PER_MAC
