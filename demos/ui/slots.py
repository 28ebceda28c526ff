"""Who computes when: two lessons at a time, and fetching of weights apart from them, so that nobody waits for a server.

gradio starts all events at once; here they line up, first come, first served. The threads are few and always the same:
each thread in which torch has worked keeps threads and memory of its own, and gradio would take any of forty.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from contextvars import copy_context
from typing import Any, Protocol, TypeVar

import gradio as gr

from demos.ui.progress import fetching

T = TypeVar("T")
NETWORK = "network"
"""The setting that names a network, in every lesson that has a choice."""
LESSONS = 2
"""Lessons computed at a time, for all visitors."""
FETCHES = 4
"""Files of weights fetched at a time."""
WAITING = 16
"""Visitors who may wait for weights; one more is refused at once."""

RUNS = 2
"""Threads for steps of runs: one run computes at a time, and others look at the line (:mod:`demos.ui.turns`)."""

_lessons = ThreadPoolExecutor(LESSONS, "lesson")
_fetches = ThreadPoolExecutor(FETCHES, "fetch")
_runs = ThreadPoolExecutor(RUNS, "run")
_fetching: set[object] = set()


class NetworkSource(Protocol):
    """What the frame needs from the room of the networks (lecture_models.zoo is one)."""

    def is_here(self, name: str, /) -> bool: ...

    def lent_by_call(self) -> bool: ...

    def only_kept(self) -> AbstractContextManager[None]: ...

    def at_once(self) -> AbstractContextManager[None]: ...

    def title(self, name: str, /) -> str: ...

    def fetch(self, name: str, progress: Callable[[int, int], None] | None = None, /) -> None: ...

    def load(self, name: str, /) -> Any: ...


async def _in(pool: ThreadPoolExecutor, function: Callable[[], T]) -> T:
    """What ``function`` returns, called by a thread of a pool in the caller's context: gradio's progress needs it."""
    return await asyncio.get_running_loop().run_in_executor(pool, copy_context().run, function)


async def compute(function: Callable[[], T]) -> T:
    """What ``function`` of a lesson returns, computed when it is its turn."""
    return await _in(_lessons, function)


def behind(function: Callable[[], T]) -> Future[T]:
    """What ``function`` will return, computed when it is its turn among the lessons; for threads without a loop."""
    return _lessons.submit(function)


async def step(function: Callable[[], T]) -> T:
    """What the next step of a run returns."""
    return await _in(_runs, function)


async def fetch(networks: NetworkSource, settings: Mapping[str, Any]) -> None:
    """Bring the weights that some settings need to this machine, before anything waits for a turn.

    What cannot be had is said afterwards: :func:`unavailable`.
    """
    name = _missing(networks, settings)
    if not name:
        return
    if len(_fetching) >= FETCHES + WAITING:
        text = f"{WAITING} visitors wait for weights already, which is the limit. Try again in a minute."
        raise gr.Error(text, duration=8, print_exception=False)
    _fetching.add(mine := object())
    try:
        await _in(_fetches, lambda: _quietly(networks, name))
    finally:
        _fetching.discard(mine)


async def unavailable(networks: NetworkSource, settings: Mapping[str, Any]) -> str:
    """Why the weights that some settings need are not here, though they were asked for; empty if they are."""
    name = _missing(networks, settings)
    return await _in(_fetches, lambda: _why(networks, name)) if name else ""


def _why(networks: NetworkSource, name: str) -> str:
    try:
        networks.load(name)  # a failure is remembered, so this does not wait for another machine again
    except ValueError as error:
        return str(error)
    return ""


def _missing(networks: NetworkSource, settings: Mapping[str, Any]) -> str:
    """The network that some settings name, if its weights are not here yet."""
    name = settings.get(NETWORK, "")
    return name if name and not networks.is_here(name) else ""


def _quietly(networks: NetworkSource, name: str) -> None:
    with suppress(ValueError):  # remembered: the lesson gets the same sentence without waiting
        networks.fetch(name, fetching(networks.title(name)))
