"""Multiply-adds of what really ran, counted by ``torch.utils.flop_counter``.

The counter knows the shapes of every convolution, matrix product and attention that passes; everything else
(normalisation, activations, RoIAlign's interpolation, non-maximum suppression) it counts as nothing. It counts
floating-point operations, two for each multiply-add, so its number is halved here. What torchvision's model
cards call GFLOPS are multiply-adds too: ResNet-18's card says 1.814, and so does :func:`count_macs`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch.utils.flop_counter import FlopCounterMode

OPERATIONS_PER_MAC = 2  # a product and a sum


@dataclass(frozen=True)
class Macs:
    """Multiply-adds of one call. ``by_module`` has those of each module, its parts' included, as "ResNet.layer1.0"."""

    total: int
    by_module: dict[str, int]

    def of(self, module: str) -> int:
        """Multiply-adds of one module by its name; 0 for one that did not run."""
        return self.by_module.get(module, 0)


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
    return macs_of(function, *args, **kwargs)[1].total


def macs_of(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, Macs]:
    """What ``function(*args, **kwargs)`` returns, and its multiply-adds by module.

    Names begin with the class of the outermost module that was called, such as "MaskRCNN.backbone".

    >>> import torch
    >>> network = torch.nn.Sequential(torch.nn.Linear(10, 3), torch.nn.Linear(3, 2))
    >>> result, macs = macs_of(network, torch.zeros(1, 10))
    >>> tuple(result.shape), macs.total, macs.of("Sequential.1")
    ((1, 2), 36, 6)
    """
    counter = FlopCounterMode(display=False)
    with counter:
        result = function(*args, **kwargs)
    counts = {
        name: sum(counts.values()) // OPERATIONS_PER_MAC
        for name, counts in counter.get_flop_counts().items()
        if name != "Global"
    }
    return result, Macs(counter.get_total_flops() // OPERATIONS_PER_MAC, counts)
