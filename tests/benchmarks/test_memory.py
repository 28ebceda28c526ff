"""Memory of the app as a user starts it, over many ordinary calls of all lessons: bounded, and flat in the end."""

from __future__ import annotations

import random
import time
from pathlib import Path

import httpx

import demos
from tests.hostile.attacks import Attack, Surface
from tests.hostile.campaign import send
from tests.hostile.server import Server, running

CALLS = 1200
MOST, FLAT = 1700, 50
"""Megabytes: after all calls, and by which it may grow over the second half."""
QUIET = 25.0  # seconds, in which the janitor comes round


def ordinary(server: Server, calls: int, draw: random.Random) -> None:
    """Calls of each lesson in turn, each on a scene of its own, some of them saving the data."""
    with httpx.Client(base_url=server.url, timeout=120) as client:
        surface = Surface.of(client.get("gradio_api/info").json(), client.get("config").json())
        kinds = ("", "_figure", "_json", "_npz")
        lessons = [f"{one.name}{kind}" for part in demos.SYLLABUS for one in part.lessons for kind in kinds]
        lessons = [name for name in lessons if surface.parameters.get(name, [])[:1] == ["picture"]]
        for number in range(calls):
            name = lessons[number % len(lessons)]
            data = [f"scene:{draw.randrange(10_000)}", *surface.endpoints[name][1:]]
            attack = Attack(name, "POST", f"gradio_api/call/{name}", {"json": {"data": data}}, follow=True)
            status, text = send(client, attack)
            assert "event: complete" in text, (status, text[:300])


def test_memory_is_bounded_and_flat(tmp_path: Path):
    draw = random.Random(5)
    with running(GRADIO_TEMP_DIR=tmp_path) as server:
        start = server.memory
        ordinary(server, CALLS // 2, draw)
        time.sleep(QUIET)
        half = server.memory
        ordinary(server, CALLS - CALLS // 2, draw)
        time.sleep(QUIET)
        end = server.memory
    print(
        f"memory: {start:.0f} MB at the start, {half:.0f} after {CALLS // 2} calls, {end:.0f} after {CALLS}"
    )
    assert end <= MOST
    assert end - half <= FLAT
