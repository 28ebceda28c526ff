"""How benchmarks measure: contestants take turns, their fastest rounds are compared, ratios printed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

Contest = Callable[..., dict[str, float]]


@pytest.fixture
def contest() -> Contest:
    """Seconds of each of several functions, which take turns: of its fastest round, the least disturbed."""

    def run(rounds: int = 9, **functions: Callable[[], Any]) -> dict[str, float]:
        for function in functions.values():
            function()
        seconds: dict[str, list[float]] = {name: [] for name in functions}
        for _ in range(rounds):
            for name, function in functions.items():
                started = time.perf_counter()
                function()
                seconds[name].append(time.perf_counter() - started)
        return {name: min(values) for name, values in seconds.items()}

    return run


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a line past pytest's capture: the ratios are what `make bench` is for."""

    def print_line(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}")

    return print_line
