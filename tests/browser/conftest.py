"""Chromium for the tests of the page; every page must end without an error and without a foreign request."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.kept import FORGET, kept, watch

# The shell has no window: a page costs a quarter less.
CHROMIUMS = [
    os.environ.get("CHROMIUM", ""),
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HERE = Path(__file__).parent
FIRST = "?lesson=vision_tasks"
HOME = ".ww-start .ww-card >> visible=true"
PICTURE = ":is(.ww-panel, .ww-board) :is(img, image, [role=img]) >> visible=true"  # or a chart
SHOWN = "localStorage.setItem('ww-predict', 'false')"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the page get a second try: one in a thousand meets a machine that is too busy. `-ra` names them."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The first of `CHROMIUMS` that is installed, else playwright's own; one a file, since its event loop must end."""
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A context for each kind of screen: its pages find the scripts compiled, which is half of a page's opening."""
    made: dict[str, BrowserContext] = {}

    def context(**options: Any) -> BrowserContext:
        key = repr(sorted(options.items()))
        if key not in made:
            made[key] = browser.new_context(**options)
        return made[key]

    yield context
    for one in made.values():
        one.close()


@pytest.fixture
def visit(contexts: Callable[..., BrowserContext], url: str) -> Iterator[Callable[..., Page]]:
    """Open the app with a query, of the first lesson or of none for the start page; at the end no console error and no
    request to another host may have been seen.

    The visitor has chosen "Just show me" before, unless ``asks``: then what answers a lesson's question is veiled.
    """
    pages, found = [], []

    def open_page(
        query: str = FIRST, width: int = 1366, height: int = 768, asks: bool = False, **options: Any
    ) -> Page:
        page = contexts(**options).new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.add_init_script(FORGET if asks else f"{FORGET} {SHOWN}")
        page.set_default_timeout(30_000)
        found.append(watch(page, url))
        page.goto(url + query)
        first = PICTURE if "lesson=" in query else HOME
        page.wait_for_selector(first, timeout=90_000)  # a cold server loads its network
        return page

    yield open_page
    for page in pages:
        page.close()
    assert [error for wrong in found for error in wrong] == []


@pytest.fixture(scope="module")
def tasks(browser: Browser, url: str) -> Iterator[Page]:
    """Lesson vision_tasks with nothing veiled: a page for all those tests of a file that leave it fit for the next."""
    with kept(browser, f"{url}?predict=0&lesson=vision_tasks") as page:
        page.wait_for_selector(".ww-number strong >> visible=true")
        yield page
