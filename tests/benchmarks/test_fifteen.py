"""One event on a page of fifteen lessons takes as long as on one of five (BAR: ratio at most 1.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import demos
from tests import fifteen
from tests.benchmarks.test_page import WATCH
from tests.browser.conftest import browser  # noqa: F401  (a fixture)

ROUNDS = 40
RATIO = 1.1


def opened(browser: Any, address: str) -> Any:  # noqa: F811
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(f"{address}?lesson=vision_tasks")
    page.wait_for_selector(".ww-panel img >> visible=true")
    page.wait_for_timeout(3000)
    page.evaluate(WATCH, ["vision_tasks", "input"])
    return page


def waited(page: Any, number: int) -> float:
    """Milliseconds from a slider's new value to the last change of the pictures."""
    slider = page.locator("#vision_tasks-score input[type=range]")
    box = slider.bounding_box()
    place = 0.5 + (0.02 + number / 100) * (1 if number % 2 else -1)
    page.mouse.click(box["x"] + box["width"] * place, box["y"] + box["height"] / 2)
    page.wait_for_timeout(500)
    return float(page.evaluate("waited.to - waited.from"))


def test_an_event_does_not_grow_with_the_lessons(browser: Any, say: Callable[[str], None]):  # noqa: F811
    with fifteen.served(list(demos.SYLLABUS)) as few, fifteen.served(fifteen.syllabus()) as many:
        pages = opened(browser, few), opened(browser, many)
        waits = np.array([[waited(page, number) for page in pages] for number in range(ROUNDS)])
        for page in pages:
            page.close()
    five, all_ = np.median(waits, axis=0)
    say(
        f"an event with 5 lessons {five:.0f} ms, with 15 {all_:.0f} ms: ratio {all_ / five:.2f} (bar {RATIO})"
    )
    assert all_ <= RATIO * five
