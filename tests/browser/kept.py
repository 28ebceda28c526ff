"""Pages that several tests share: opening a lesson takes longer than most of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request
from playwright.sync_api import TimeoutError as Timeout

# Where a node lies, once it has lain there for five frames.
REST = """(node) => new Promise((done) => {
  let [before, frames] = ["", 0];
  const look = () => {
    const { x, y, width, height } = node.getBoundingClientRect();
    const now = [x, y, width, height].join();
    [before, frames] = [now, now === before ? frames + 1 : 0];
    if (frames < 4) requestAnimationFrame(look);
    else done({ x, y, width, height });
  };
  look();
})"""
PATIENCE = 60_000  # milliseconds; a busy machine is slow, not wrong
# gradio says the latter two of a stream that a page cuts by going elsewhere
IGNORED = ("svelte-i18n", "signal is aborted", "errored out")
# A page begins with nothing remembered, and remembers over its own reloads.
FORGET = "if (!sessionStorage.length) { sessionStorage.setItem('begun', '1'); localStorage.clear(); }"


@contextmanager
def kept(where: Browser | BrowserContext, address: str, **options: Any) -> Iterator[Page]:
    """A page at an address of the app, closed in the end; what `watch` finds fails whoever closes it."""
    if isinstance(where, Browser):
        options = {"viewport": {"width": 1366, "height": 768}, **options}
    page = where.new_page(**options)
    page.add_init_script(FORGET)
    page.set_default_timeout(PATIENCE)
    wrong = watch(page, address.partition("?")[0])
    page.goto(address)
    yield page
    page.close()
    assert wrong == [], wrong


def watch(page: Page, home: str) -> list[str]:
    """A list that grows by each error of a page, and by each request to another host than the app's."""
    wrong: list[str] = []
    own = (home, "data:", "blob:")
    page.on("pageerror", lambda error: wrong.append(f"page error: {error}"))
    page.on("console", lambda message: wrong.append(message.text) if is_error(message) else None)
    page.on("request", lambda it: None if it.url.startswith(own) else wrong.append(f"foreign {it.url}"))
    return wrong


def is_error(message: ConsoleMessage) -> bool:
    """Whether a console message is an error of the page."""
    return message.type == "error" and not any(text in message.text for text in IGNORED)


def resting(node: Locator) -> dict[str, float]:
    """The box of a node on the screen, once it rests: what stands above it may still come."""
    return dict(node.evaluate(REST))


def until(page: Page, act: Callable[[], None], holds: str) -> None:
    """Act anew until `holds`: what is aimed at may still move between looking where it is and acting there."""
    for patience in (2_000, 5_000):
        act()
        with suppress(Timeout):
            page.wait_for_function(holds, timeout=patience)
            return
    act()
    page.wait_for_function(holds)


def type_into(page: Page, field: Locator, text: str, key: str) -> None:
    """Type a text in place of what a field has, and press a key."""
    field.click()
    field.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press(key)


@contextmanager
def asked(page: Page) -> Iterator[list[str]]:
    """What a page asks Python for meanwhile; scripts that come by themselves once a lesson rests do not count."""
    urls: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith(("/ww/ask", "/ww/check")) or "/gradio_api/" in request.url:
            urls.append(request.url)

    page.on("request", note)
    yield urls
    page.remove_listener("request", note)
