"""Fixtures of the benchmarks: a contest between functions, and a way to print its ratio."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.benchmarks import contest as contests


@pytest.fixture
def contest() -> contests.Contest:
    """A function that times several functions in turns: seconds by name."""
    return contests.contest


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a line past pytest's capture: the ratios are what `make bench` is for."""

    def print_line(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}")

    return print_line
