"""A class at once: students on this machine's loopback, each with own scenes, one act every five seconds."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np

from tests.hostile.server import running

STUDENTS = int(os.environ.get("STUDENTS", "100"))
EVERY, ROUNDS = 5.0, 8  # seconds between two acts of a student, and how many each makes
ARRIVE = 40.0  # seconds in which the students come in, each with a new scene; then they all work
LATE = 1.0
"""Seconds within which 95 of 100 acts are answered."""
ANOTHER_SCENE = 0.1  # share of the acts that go on to the following scene; the others move a control
LESSONS = {
    "vision_tasks": ("score", lambda draw: round(draw.uniform(0.05, 0.95), 2)),
    "roi_features": ("bins", lambda draw: draw.choice((2, 3, 5, 7))),
    "mask_head": ("threshold", lambda draw: round(draw.uniform(0.05, 0.95), 2)),
    "mask_rcnn_results": ("score", lambda draw: round(draw.uniform(0.05, 0.95), 2)),
}


async def student(client: httpx.AsyncClient, number: int, waits: list[float], refused: list[str]) -> None:
    """One student: a lesson, a scene, acts at random moments around every five seconds."""
    draw = random.Random(number)
    lesson = list(LESSONS)[number % len(LESSONS)]
    key, value = LESSONS[lesson]
    scene = 1000 * (number + 1)
    settings = {"picture": f"scene:{scene}"}
    have: list[str] = []
    await asyncio.sleep(ARRIVE * number / STUDENTS)
    for act in range(ROUNDS + 1):
        began = time.monotonic()
        body = {"lesson": lesson, "settings": settings, "have": have, "visitor": str(number)}
        answer = await client.post("ww/ask", json=body)
        if act:  # the first opens the lesson
            waits.append(time.monotonic() - began)
        found = answer.json()
        if "shown" in found:
            have = [*have, *found["texts"]][-150:]
        else:
            refused.append(answer.text[:200])
        if not act:
            await asyncio.sleep(ARRIVE * (1 - number / STUDENTS) + draw.uniform(0, EVERY))
        settings = {**settings, key: value(draw)}
        if draw.random() < ANOTHER_SCENE:
            scene += 1
            settings["picture"] = f"scene:{scene}"
        if act:
            await asyncio.sleep(max(0.0, EVERY * draw.uniform(0.8, 1.2) - (time.monotonic() - began)))


async def school(url: str) -> tuple[list[float], list[str]]:
    waits: list[float] = []
    refused: list[str] = []
    limits = httpx.Limits(max_connections=STUDENTS)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        await asyncio.gather(*(student(client, number, waits, refused) for number in range(STUDENTS)))
    return waits, refused


def test_a_class_is_answered(tmp_path: Path, say: Callable[[str], None]):
    with running(GRADIO_TEMP_DIR=tmp_path) as server:
        httpx.post(
            f"{server.url}ww/ask",
            json={"lesson": "vision_tasks", "settings": {}, "have": [], "visitor": "w"},
            timeout=90,
        )
        waits, refused = asyncio.run(school(server.url))
    middle, late = np.percentile(waits, [50, 95])
    waited = f"median {middle:.2f} s, p95 {late:.2f} s, refused {len(refused)}"
    say(f"{STUDENTS} students, one act in {EVERY:.0f} s: {waited}")
    assert not refused
    assert late <= LATE
