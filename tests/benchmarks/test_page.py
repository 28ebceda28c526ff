"""How long a learner waits: from release or click in Chromium to the last change of the pictures (BAR: p95)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.browser.conftest import browser  # noqa: F401  (a fixture)

ROOT = Path(__file__).resolve().parents[2]
SLIDER_MS = 150
SCENE_MS = 600
ROUNDS = 20
QUIET_MS = 1500  # nothing changes for so long: the pictures are complete

# Remembers when the learner acted and when a picture of the lesson last changed.
WATCH = """(lesson) => {
  window.waited = {from: 0, to: 0};
  const act = () => { waited.from = performance.now(); waited.to = waited.from; };
  document.addEventListener("pointerup", act, true);
  const seen = () => requestAnimationFrame(() => { waited.to = performance.now(); });
  const watcher = new MutationObserver(seen);
  const changes = {subtree: true, childList: true, characterData: true, attributes: true};
  changes.attributeFilter = ["src", "href"];
  const places = document.querySelectorAll(`[id^=${lesson}] :is(.ww-panels, .ww-board)`);
  places.forEach((node) => watcher.observe(node, changes));
}"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The app in a process of its own, as a visitor meets it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "GRADIO_SERVER_PORT": str(port)}
    with subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment) as server:
        address = f"http://127.0.0.1:{port}/"
        for _ in range(120):
            try:
                httpx.get(address)
                break
            except httpx.TransportError:
                time.sleep(0.5)
        yield address
        server.terminate()


@pytest.fixture
def open_lesson(browser: Any, url: str) -> Iterator[Callable[[str], Any]]:  # noqa: F811
    """Open a lesson and let it come to rest."""
    pages = []

    def open_(lesson: str) -> Any:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        pages.append(page)
        page.goto(f"{url}?lesson={lesson}")
        page.wait_for_selector(":is(.ww-panel, .ww-board) img >> visible=true")
        page.wait_for_timeout(2 * QUIET_MS)
        page.evaluate(WATCH, lesson.partition("&")[0])
        return page

    yield open_
    for page in pages:
        page.close()


def _waits(page: Any, act: Callable[[int], None]) -> np.ndarray:
    """Milliseconds from each act to the last change that it caused; acts that change nothing do not count."""
    found = []
    for number in range(ROUNDS):
        act(number)
        page.wait_for_timeout(QUIET_MS)
        waited = page.evaluate("waited")
        if waited["to"] > waited["from"]:
            found.append(waited["to"] - waited["from"])
    assert len(found) > ROUNDS // 2
    return np.array(found)


@pytest.mark.parametrize("view", ["vision_tasks", "rcnn_family&view=stages", "mask_rcnn_results"])
def test_a_slider_on_a_kept_trace(open_lesson: Callable[[str], Any], say: Callable[[str], None], view: str):
    page = open_lesson(view)
    slider = page.locator(f"#{view.partition('&')[0]}-score input[type=range]").bounding_box()

    def drag(number: int) -> None:
        middle = slider["y"] + slider["height"] / 2
        page.mouse.move(slider["x"] + slider["width"] * (0.3 if number % 2 else 0.7), middle)
        page.mouse.down()
        page.mouse.move(slider["x"] + slider["width"] * (0.95 if number % 2 else 0.05), middle, steps=4)
        page.mouse.up()

    _judge(f"slider to new pictures of {view}", _waits(page, drag), SLIDER_MS, say)


@pytest.mark.parametrize("lesson", ["vision_tasks", "roi_features", "rcnn_family&view=stages", "mask_head"])
def test_a_new_scene(open_lesson: Callable[[str], Any], say: Callable[[str], None], lesson: str):
    page = open_lesson(lesson)
    step = page.locator("#ww-next")
    _judge(f"new scene to pictures of {lesson}", _waits(page, lambda _: step.click()), SCENE_MS, say)


def _judge(what: str, waits: np.ndarray, bar: float, say: Callable[[str], None]) -> None:
    middle, late = np.percentile(waits, [50, 95])
    say(f"{what}: median {middle:.0f} ms, p95 {late:.0f} ms (bar {bar} ms)")
    assert late <= bar
