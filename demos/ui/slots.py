"""Who computes when: two lessons at a time, and fetching of weights apart from them, so that nobody waits for a server.

gradio starts all events at once; here they line up, first come, first served, without holding a thread while they wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from typing import Any, Protocol, TypeVar

import gradio as gr
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync

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

_FETCHING_RUNS = threading.BoundedSemaphore(FETCHES)
_lines: RunVar[dict[str, CapacityLimiter]] = RunVar("lines")


class NetworkSource(Protocol):
    """What the frame needs from the room of the networks (lecture_models.zoo is one)."""

    def is_here(self, name: str, /) -> bool: ...

    def lent_by_call(self) -> bool: ...

    def only_kept(self) -> AbstractContextManager[None]: ...

    def at_once(self) -> AbstractContextManager[None]: ...

    def title(self, name: str, /) -> str: ...

    def fetch(self, name: str, progress: Callable[[int, int], None] | None = None, /) -> None: ...

    def load(self, name: str, /) -> Any: ...


def _line(name: str, size: int) -> CapacityLimiter:
    """The line of this name in this event loop (tests have several loops)."""
    try:
        lines = _lines.get()
    except LookupError:
        _lines.set(lines := {})
    return lines.setdefault(name, CapacityLimiter(size))


async def compute(function: Callable[[], T]) -> T:
    """What ``function`` returns, computed in a thread when it is its turn."""
    return await run_sync(function, limiter=_line("lessons", LESSONS))


async def fetch(networks: NetworkSource, settings: Mapping[str, Any]) -> None:
    """Bring the weights that some settings need to this machine, before anything waits for a turn.

    What cannot be had is said by the lesson itself, which asks for the same network at once.
    """
    name = _missing(networks, settings)
    line = _line("fetches", FETCHES)
    if name and line.statistics().tasks_waiting >= WAITING:
        raise _too_many(WAITING)
    if name:
        await run_sync(lambda: _quietly(networks, name), limiter=line)


def fetch_in_thread(networks: NetworkSource, settings: Mapping[str, Any]) -> None:
    """The same for a run, which has a thread of its own: it waits here and not in the line of runs."""
    name = _missing(networks, settings)
    if not name:
        return
    if not _FETCHING_RUNS.acquire(blocking=False):
        raise _too_many(FETCHES)
    try:
        _quietly(networks, name)
    finally:
        _FETCHING_RUNS.release()


def _missing(networks: NetworkSource, settings: Mapping[str, Any]) -> str:
    """The network that some settings name, if its weights are not here yet."""
    name = settings.get(NETWORK, "")
    return name if name and not networks.is_here(name) else ""


def _too_many(limit: int) -> gr.Error:
    text = f"{limit} visitors wait for weights already, which is the limit. Try again in a minute."
    return gr.Error(text, duration=8, print_exception=False)


def _quietly(networks: NetworkSource, name: str) -> None:
    with suppress(ValueError):  # remembered: the lesson gets the same sentence without waiting
        networks.fetch(name, fetching(networks.title(name)))
