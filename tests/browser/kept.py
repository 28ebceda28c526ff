"""One page that all tests of a file share: opening a lesson takes longer than most of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Request

PATIENCE = 60_000  # milliseconds; a busy machine is slow, not wrong


@contextmanager
def kept(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """A page at an address of the app; an error in it, or a request to another host, fails whoever closes it."""
    wrong: list[str] = []
    options = {"viewport": {"width": 1366, "height": 768}, **options}
    page = browser.new_page(**options)
    page.set_default_timeout(PATIENCE)
    own = (address.partition("?")[0], "data:", "blob:")
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda it: None if it.url.startswith(own) else wrong.append(it.url))
    page.goto(address)
    yield page
    page.close()
    assert wrong == []


@contextmanager
def asked(page: Page) -> Iterator[list[str]]:
    """What a page asks Python for meanwhile; scripts that come by themselves once a lesson rests do not count."""
    urls: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/ww/ask") or "/gradio_api/" in request.url:
            urls.append(request.url)

    page.on("request", note)
    yield urls
    page.remove_listener("request", note)
