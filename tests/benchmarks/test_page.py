"""How long a learner waits in Chromium, from the act to the frame that shows its last change (BAR: speed)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
import numpy as np
import pytest

from tests.browser.conftest import browser  # noqa: F401  (a fixture)
from tests.hostile.server import running

ROUNDS = 20
QUIET_MS = 1200  # nothing changes for so long: the pictures are complete
OVER_MEDIAN, OVER_P95 = 30, 60
"""Milliseconds that a slider's answer may take beyond `update`'s own time."""
SCENE_MS = 300  # p95 of a new scene
EACH_SECOND = 10  # pictures, while a slider moves
SLIDERS = {
    "vision_tasks": "score",
    "roi_features": "channel",
    "rcnn_family&view=stages": "score",
    "mask_head": "threshold",
    "mask_rcnn_results": "score",
}
SCENES = (*SLIDERS, "rcnn_family", "rcnn_family&view=autopsy")

# Remembers when the learner acted, when something of the lesson last changed, and in how many frames.
WATCH = """([lesson, act]) => {
  window.waited = {from: 0, to: 0, frames: 0};
  document.addEventListener(act, () => { waited.from = waited.to = performance.now(); }, true);
  let asked = false;
  const seen = () => { asked = false; waited.frames += 1; waited.to = performance.now(); };
  const watcher = new MutationObserver(() => { if (!asked) { asked = true; requestAnimationFrame(seen); } });
  const changes = {subtree: true, childList: true, characterData: true, attributeFilter: ["src", "href"]};
  const places = document.querySelectorAll(`[id^=${lesson}] :is(.ww-panels, .ww-board, .ww-reading)`);
  places.forEach((node) => watcher.observe(node, changes));
}"""

EMPTY_EVENT = """async () => {
  const field = document.querySelector("input[type=number]"), before = field.value, from = performance.now();
  document.querySelector("#go").click();
  while (field.value === before) await new Promise(requestAnimationFrame);
  return performance.now() - from;
}"""
EMPTY_REQUEST = """async () => {
  const from = performance.now();
  await fetch("ww/ask", {method: "POST", headers: {"content-type": "application/json"}, body: "{}"});
  await new Promise(requestAnimationFrame);
  return performance.now() - from;
}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app in a process of its own, as a visitor meets it."""
    with running(GRADIO_TEMP_DIR=tmp_path_factory.mktemp("files")) as server:
        yield server.url


@pytest.fixture
def open_lesson(browser: Any, url: str) -> Iterator[Callable[..., Any]]:  # noqa: F811
    """Open a lesson, let it come to rest, and watch for one kind of act; ``page.own`` gathers `update`'s times, ms."""
    pages = []

    def open_(query: str, act: str) -> Any:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        pages.append(page)
        page.own = []
        page.on("response", lambda answer: page.own.extend(_own_time(answer)))
        page.goto(f"{url}?lesson={query}")
        page.wait_for_selector(":is(.ww-panel, .ww-board) :is(img, image, canvas) >> visible=true")
        page.wait_for_timeout(3 * QUIET_MS)
        page.evaluate(WATCH, [query.partition("&")[0], act])
        return page

    yield open_
    for page in pages:
        page.close()


def _own_time(answer: Any) -> list[float]:
    """Milliseconds of `update`, as the answer says them."""
    return [float(ms) for ms in re.findall(r"update;dur=([\d.]+)", answer.headers.get("server-timing", ""))]


def _waits(page: Any, act: Callable[[int], None]) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds from each act to the last change that it caused, and `update`'s own of its last answer."""
    waits, own = [], []
    for number in range(ROUNDS):
        page.own.clear()
        act(number)
        page.wait_for_timeout(QUIET_MS)
        waited = page.evaluate("waited")
        if waited["to"] > waited["from"]:
            waits.append(waited["to"] - waited["from"])
            own.append(page.own[-1] if page.own else 0.0)
    assert len(waits) > ROUNDS // 2, "most acts change nothing"
    return np.array(waits), np.array(own)


def _slider(page: Any, query: str) -> dict[str, float]:
    """Where the lesson's slider is."""
    found = page.locator(f"#{query.partition('&')[0]}-{SLIDERS[query]} input[type=range]")
    found.scroll_into_view_if_needed()
    box = found.bounding_box()
    return {"x": box["x"], "y": box["y"] + box["height"] / 2, "width": box["width"]}


@pytest.mark.parametrize("query", SLIDERS)
def test_a_slider_on_a_kept_trace(open_lesson: Callable[..., Any], say: Callable[[str], None], query: str):
    page = open_lesson(query, "input")
    at = _slider(page, query)

    def press(number: int) -> None:
        place = 0.5 + (0.02 + number / 50) * (1 if number % 2 else -1)  # always another value
        page.mouse.click(at["x"] + at["width"] * place, at["y"])

    waits, own = _waits(page, press)
    (middle, late), mine = np.percentile(waits, [50, 95]), np.median(own)
    say(f"slider of {query}: median {middle:.0f} ms, p95 {late:.0f}; update's own {mine:.0f}")
    assert middle <= mine + OVER_MEDIAN
    assert late <= np.percentile(own, 95) + OVER_P95


@pytest.mark.parametrize("query", SLIDERS)
def test_pictures_follow_a_slider(open_lesson: Callable[..., Any], say: Callable[[str], None], query: str):
    page = open_lesson(query, "never")
    at, moves, began = _slider(page, query), 0, time.monotonic()
    page.mouse.move(at["x"], at["y"])
    page.mouse.down()
    while (took := time.monotonic() - began) < 3:
        moves += 1
        page.mouse.move(at["x"] + at["width"] * abs(1 - (took * 0.8) % 2), at["y"])
        page.wait_for_timeout(16)
    rate = len(page.own) / took
    page.mouse.up()
    say(f"slider of {query}, while it moves: {rate:.1f} answers a second")
    assert rate >= EACH_SECOND


@pytest.mark.parametrize("query", SCENES)
def test_a_new_scene(open_lesson: Callable[..., Any], say: Callable[[str], None], query: str):
    page = open_lesson(query, "pointerup")
    waits, own = _waits(page, lambda _: page.locator("#ww-next").click())
    middle, late = np.percentile(waits, [50, 95])
    say(
        f"new scene of {query}: median {middle:.0f} ms, p95 {late:.0f} (bar {SCENE_MS}), own {np.median(own):.0f}"
    )
    assert late <= SCENE_MS


def test_for_comparison_what_is_empty_takes(browser: Any, url: str, say: Callable[[str], None]):  # noqa: F811
    """An event of gradio's queue on a page of sixty components, and a request that is answered at once."""
    with gr.Blocks() as demo:
        boxes = [gr.Number(n) for n in range(60)]
        gr.Button("Go", elem_id="go").click(lambda n: n + 1, boxes[0], boxes[0], show_progress="hidden")
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector("#go")
    event = np.median([page.evaluate(EMPTY_EVENT) for _ in range(ROUNDS)])
    demo.close()
    page.goto(f"{url}?lesson=vision_tasks")
    page.wait_for_selector(".ww-panel img")
    request = np.median([page.evaluate(EMPTY_REQUEST) for _ in range(ROUNDS)])
    page.close()
    say(f"an empty event of gradio's queue: {event:.0f} ms; an empty request beside it: {request:.0f} ms")
    assert request < event
