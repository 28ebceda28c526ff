"""Which question a run asks: drawn by a text, such as the picture's key, among the outcomes that the run really has."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable
from typing import TypeVar

C = TypeVar("C")


def lot(key: str, many: int) -> int:
    """A number from 0 to ``many`` − 1 that a text draws, the same each time.

    >>> [lot(f"scene:{seed}", 3) for seed in range(8)]
    [2, 0, 1, 0, 1, 2, 0, 1]
    """
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=4).digest(), "big") % many


def drawn(key: str, outcomes: Iterable[tuple[C, Hashable]], rare: Hashable = None) -> C:
    """A candidate for the question: first an outcome is drawn, each as likely as the others, then one that has it.

    Args:
        key: the text that draws.
        outcomes: candidates, each with what would come of it; at least one.
        rare: an outcome that few runs have: it is taken wherever it occurs.

    Raises:
        ValueError: there is no candidate.

    >>> drawn("scene:4", [(0.1, "rises"), (0.2, "rises"), (0.9, "falls")])
    0.9
    """
    groups: dict[Hashable, list[C]] = {}
    for candidate, outcome in outcomes:
        groups.setdefault(outcome, []).append(candidate)
    if not groups:
        raise ValueError("A question is drawn among candidates; there is none. Offer one at least.")
    group = groups.get(rare) or list(groups.values())[lot(key, len(groups))]
    return group[lot(f"{key} again", len(group))]


def others(thresholds: Iterable[float], threshold: float) -> list[float]:
    """Those of some thresholds that read unlike another one, with two digits.

    >>> others((0.1, 0.3, 0.8), 0.301)
    [0.1, 0.8]
    """
    return [one for one in thresholds if f"{one:.2f}" != f"{threshold:.2f}"]
