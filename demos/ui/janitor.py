"""The janitor: while the app runs, what nobody needs any more is taken away.

Files are swept, answers that nobody fetches are dropped and the runs behind them stopped, and memory that was freed
goes back to the system.
"""

from __future__ import annotations

import asyncio
import ctypes
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from demos.ui import uploads

TICK = 10.0
"""Seconds between two rounds."""
UNREAD_SECONDS = 60.0
"""How long an answer is kept for somebody who has called and does not fetch it."""
MOST_UNREAD = 64
"""Most visitors with such answers; the oldest are dropped first."""


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """The janitor's time: from the start of gradio's app, before any request, to its end."""
    uploads.sweep()
    task = asyncio.create_task(_rounds(app))
    try:
        yield
    finally:
        task.cancel()


async def _rounds(app: Any) -> None:
    unread, swept = Unread(app.get_blocks()._queue), time.monotonic()
    while True:
        await asyncio.sleep(TICK)
        await unread.drop()
        for files in app.get_blocks().temp_file_sets:
            files.clear()  # gradio's own list of what to sweep; ours reads the folder
        if time.monotonic() - swept > uploads.KEPT_SECONDS:
            swept = time.monotonic()
            await asyncio.to_thread(uploads.sweep)
        await asyncio.to_thread(give_back_memory)


class Unread:
    """Answers that nobody reads: which visitors have some, and since when.

    Somebody who listens takes each message at once, so messages that lie there round after round are nobody's.
    """

    def __init__(self, queue: Any, now: Callable[[], float] = time.monotonic) -> None:
        self.queue, self.now = queue, now
        self.since: dict[str, float] = {}

    async def drop(self) -> None:
        """Forget what was unread for too long, and end what is still being computed for it."""
        lying = [
            name for name, messages in self.queue.pending_messages_per_session.items() if messages.qsize()
        ]
        self.since = {name: self.since.get(name, self.now()) for name in lying}
        oldest = sorted(self.since, key=lambda name: self.since[name])
        surplus = set(oldest[: max(0, len(oldest) - MOST_UNREAD)])
        for name in oldest:
            if name in surplus or self.now() - self.since[name] >= UNREAD_SECONDS:
                await self._forget(name)

    async def _forget(self, name: str) -> None:
        await self.queue.clean_events(session_hash=name)
        self.queue.pending_messages_per_session.pop(name, None)
        self.queue.pending_event_ids_session.pop(name, None)
        del self.since[name]


def give_back_memory() -> None:
    """Hand freed memory back to the system, where the C library can (glibc keeps hundreds of megabytes)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
