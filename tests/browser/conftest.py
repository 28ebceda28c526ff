"""Chromium for the tests of the page; every page must end without an error and without a foreign request."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IGNORED = ("svelte-i18n",)
SHOWN = "localStorage.setItem('ww-predict', 'false')"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium where it is installed, else playwright's own; one a file, since its event loop must end."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Callable[..., Page]]:
    """Open the app with a query; at the end no console error and no request to another host may have been seen.

    The visitor has chosen "Just show me" before, unless ``asks``: then what answers a lesson's question is veiled.
    """
    contexts, wrong = [], []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: wrong.append(f"page error: {error}"))
        page.on("console", lambda message: wrong.append(message.text) if is_error(message) else None)
        allowed = (url, "data:", "blob:")
        page.on(
            "request", lambda it: None if it.url.startswith(allowed) else wrong.append(f"foreign {it.url}")
        )

    def open_page(
        query: str = "", width: int = 1366, height: int = 768, asks: bool = False, **options: Any
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        if not asks:
            context.add_init_script(SHOWN)
        page = context.new_page()
        page.set_default_timeout(30_000)
        watch(page)
        page.goto(url + query)
        page.wait_for_selector(":is(.ww-panel, .ww-board) :is(img, image) >> visible=true")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def is_error(message: Any) -> bool:
    """Whether a console message is an error of the page."""
    return message.type == "error" and not any(text in message.text for text in IGNORED)
