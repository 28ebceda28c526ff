"""How ratios are measured: contestants take turns, and the fastest round of each counts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

Contest = Callable[..., dict[str, float]]


def contest(rounds: int = 9, **functions: Callable[[], Any]) -> dict[str, float]:
    """Seconds of each function: of its fastest round, the one that the rest of the machine disturbed least."""
    for function in functions.values():
        function()
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            started = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - started)
    return {name: min(values) for name, values in seconds.items()}
