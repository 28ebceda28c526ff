"""The original U-Net and ours on square pictures of any side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lecture_models.nets.unet_sizes import Ledger, Plan

LEAST, MOST = 140, 700
"""Pixels of a side in the ledger of sizes."""


@dataclass(frozen=True)
class Sized:
    """The original U-Net and ours on pictures of side × side pixels."""

    side: int
    plans: tuple[Plan, Plan]

    @cached_property
    def ledgers(self) -> tuple[Ledger, Ledger]:
        """Of the two."""
        from lecture_models.nets.unet_sizes import ledger

        one, other = (ledger(plan, self.side) for plan in self.plans)
        return one, other


def sized(side: int) -> Sized:
    """The two ledgers of a side. Raises ValueError for a side that the view does not reach."""
    from lecture_models.nets.unet_sizes import NETWORKS, plan

    if not LEAST <= side <= MOST:
        raise ValueError(f"side must be from {LEAST} to {MOST} pixels; got {side}. Choose another.")
    original, ours = map(plan, NETWORKS)
    return Sized(side, (original, ours))


def legal_around(side: int) -> tuple[int, ...]:
    """The nearest legal sides of the original U-Net below and above, itself if it is one; within the view's reach.

    >>> legal_around(580), legal_around(140)
    ((572, 588), (188,))
    """
    from lecture_models.nets.unet_sizes import NETWORKS, legal, plan

    original = plan(NETWORKS[0])
    below = next((one for one in range(side, LEAST - 1, -1) if legal(original, one)), None)
    above = next((one for one in range(side, MOST + 1) if legal(original, one)), None)
    return tuple(dict.fromkeys(one for one in (below, above) if one is not None))
