"""The page as it is sent: made once for each way to it, compressed as the browser takes it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse

from demos.ui.opening import BEFORE, KEPT, UNWATCHED, Opening


def asked(opening: Opening, **headers: str) -> bytes:
    """The body that is sent to a browser with some headers."""
    pairs = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    scope: dict[str, Any] = {"type": "http", "scheme": "http", "method": "GET", "path": "/", "headers": pairs}
    return bytes(asyncio.run(opening.answer(scope, None)).body)  # type: ignore[arg-type]


class Counted:
    """An app that counts how often it is asked, and says so in its answer."""

    def __init__(self, status: int = 200) -> None:
        self.times, self.status = 0, status

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.times += 1
        await PlainTextResponse(f"{self.times}" * 2000, self.status)(scope, receive, send)


def test_an_answer_is_made_once_for_each_host_and_compression():
    app = Counted()
    opening = Opening(app)
    first = asked(opening, host="a", accept_encoding="gzip, br")
    assert asked(opening, host="a", accept_encoding="br") == first
    assert app.times == 1
    for other in (
        {"host": "b"},
        {"host": "a", "x_forwarded_host": "b"},
        {"host": "a", "x_forwarded_proto": "https"},
    ):
        assert asked(opening, accept_encoding="br", **other) != first
    asked(opening, host="a", accept_encoding="gzip")
    assert app.times == 5


def test_a_class_that_comes_at_once_waits_for_one_page():
    app = Counted()
    opening = Opening(app)
    scope: dict[str, Any] = {
        "type": "http", "scheme": "http", "method": "GET", "path": "/", "headers": [(b"accept-encoding", b"br")]
    }  # fmt: skip

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(opening.answer(scope, None) for _ in range(20)))  # type: ignore[arg-type]

    assert len({one.body for one in asyncio.run(all_at_once())}) == 1
    assert app.times == 1


def test_no_more_are_kept_than_a_few_and_what_is_used_stays():
    app = Counted()
    opening = Opening(app)
    for host in range(3 * KEPT):
        asked(opening, host="ours", accept_encoding="br")
        asked(opening, host=f"{host}", accept_encoding="br")
    assert len(opening.kept) == KEPT
    assert app.times == 3 * KEPT + 1


def test_errors_and_what_is_not_compressed_are_made_anew():
    for app, headers in ((Counted(500), {"accept_encoding": "br"}), (Counted(), {})):
        opening = Opening(app)
        assert asked(opening, **headers) != asked(opening, **headers)


def test_the_page_is_the_same_in_each_compression(url: str):
    bodies = {}
    for encoding in ("br", "gzip", "identity"):
        answer = httpx.get(url, headers={"Accept-Encoding": encoding})
        assert answer.headers.get("content-encoding", "identity") == encoding
        assert answer.headers["vary"] == "Accept-Encoding"
        bodies[encoding] = answer.content
    assert len(set(bodies.values())) == 1
    assert bodies["br"].count(UNWATCHED) == 1
    assert bodies["br"].index(UNWATCHED) < bodies["br"].index(BEFORE)


def test_what_one_visitor_sends_changes_nobody_elses_page(url: str):
    for place in ("a:b", "[::1", "a b", "[zz]", "host:99999999", "a@b"):
        answer = httpx.get(url, headers={"X-Forwarded-Host": place})
        assert answer.status_code == 200
        assert f'"root":"{url.rstrip("/")}"' in answer.text
    for name in ("X-Gradio-Server", "X-Forwarded-Prefix", "Cookie", "Referer", "X-Forwarded-Host"):
        assert (
            httpx.get(url, headers={"Accept-Encoding": "gzip", name: "http://evil.example"}).status_code < 500
        )
        assert "evil.example" not in httpx.get(url, headers={"Accept-Encoding": "gzip"}).text


@pytest.mark.parametrize("path", ["config", "gradio_api/info"])
def test_descriptions_are_as_gradio_writes_them(url: str, path: str):
    answer = httpx.get(url + path)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()


def test_a_head_has_no_body(url: str):
    assert httpx.head(url).status_code == 200
    assert httpx.get(url).content
