"""What nobody needs any more: answers that nobody fetches, values of visitors, weights that cannot be had."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import gradio as gr
import httpx
import pytest

import demos
from demos.ui import slots
from demos.ui.janitor import MOST_UNREAD, UNREAD_SECONDS, Unread

LESSON = demos.SYLLABUS[0].lessons[0]


class Queue:
    """As much of gradio's queue as the janitor sees."""

    def __init__(self) -> None:
        self.pending_messages_per_session: dict[str, asyncio.Queue[str]] = {}
        self.pending_event_ids_session: dict[str, set[str]] = {}
        self.ended: list[str] = []

    def say(self, name: str) -> None:
        self.pending_messages_per_session.setdefault(name, asyncio.Queue()).put_nowait("done")
        self.pending_event_ids_session.setdefault(name, set()).add("event")

    async def clean_events(self, session_hash: str) -> None:
        self.ended.append(session_hash)


def test_answers_that_nobody_fetches_are_dropped_and_their_runs_stopped():
    now, queue = [0.0], Queue()
    unread = Unread(queue, lambda: now[0])
    queue.say("gone")
    queue.say("here")
    for _ in range(7):
        asyncio.run(unread.drop())
        now[0] += UNREAD_SECONDS / 6
        queue.pending_messages_per_session["here"].get_nowait()  # somebody listens
        asyncio.run(unread.drop())
        queue.say("here")
    assert queue.ended == ["gone"]
    assert list(queue.pending_messages_per_session) == ["here"]
    assert list(queue.pending_event_ids_session) == ["here"]


def test_of_too_many_unread_answers_the_oldest_go_first():
    now, queue = [0.0], Queue()
    unread = Unread(queue, lambda: now[0])
    for number in range(MOST_UNREAD + 3):
        queue.say(f"v{number}")
        now[0] += 0.1
        asyncio.run(unread.drop())
    assert queue.ended == ["v0", "v1", "v2"]


def test_a_run_whose_reports_nobody_reads_is_stopped(url: str):
    """With the app's own queue: clean_events lets the generator close."""
    import app
    from demos.ui.turns import TURNS

    body = {"data": ["scene:42", "panoptic_fpn", 300, 0.5]}
    httpx.post(f"{url}gradio_api/call/mask_rcnn_results_measure", json=body)
    _until(lambda: bool(TURNS.line))
    unread = Unread(app.demo._queue)
    asyncio.run(unread.drop())
    _until(lambda: any(m.qsize() for m in app.demo._queue.pending_messages_per_session.values()))
    unread.now = lambda: time.monotonic() + 2 * UNREAD_SECONDS
    unread.since = dict.fromkeys(app.demo._queue.pending_messages_per_session, 0.0)
    asyncio.run(unread.drop())
    _until(lambda: not TURNS.line)


def _until(true: Any, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_no_values_of_visitors_are_kept(url: str):
    import app

    body = {"data": list(LESSON.defaults.values()), "session_hash": "visitor"}
    begun = httpx.post(f"{url}gradio_api/call/{LESSON.name}", json=body).json()
    httpx.get(f"{url}gradio_api/call/{LESSON.name}/{begun['event_id']}", timeout=60)
    kept = app.demo.app.state_holder["visitor"].config_values
    assert not any((value or {}).get("props", {}).get("value") for value in kept.values())


class Networks:
    """A room of networks behind a server that never answers."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.answer = threading.Event()

    def is_here(self, name: str) -> bool:
        return name == "ours"

    def title(self, name: str) -> str:
        return name

    def fetch(self, name: str, progress: Any = None) -> None:
        self.asked.set()
        self.answer.wait(20)
        raise ValueError("It cannot be had.")

    def load(self, name: str) -> Any: ...


def test_a_silent_server_keeps_no_other_visitor_waiting():
    async def both() -> float:
        networks = Networks()
        waiting = [asyncio.create_task(slots.fetch(networks, {"network": "theirs"})) for _ in range(3)]
        await asyncio.to_thread(networks.asked.wait, 5)
        began = time.monotonic()
        await slots.fetch(networks, {"network": "ours"})
        assert await slots.compute(lambda: 5) == 5
        took = time.monotonic() - began
        networks.answer.set()
        await asyncio.gather(*waiting)
        return took

    assert asyncio.run(both()) < 1


def test_too_many_who_wait_are_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(slots, "WAITING", 1)

    async def crowd() -> None:
        networks = Networks()
        tasks = [
            asyncio.create_task(slots.fetch(networks, {"network": "theirs"}))
            for _ in range(slots.FETCHES + 1)
        ]
        await asyncio.sleep(0.2)
        try:
            await slots.fetch(networks, {"network": "theirs"})
        finally:
            networks.answer.set()
            await asyncio.gather(*tasks)

    with pytest.raises(gr.Error, match="wait for weights already"):
        asyncio.run(crowd())
