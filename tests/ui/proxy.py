"""A reverse proxy for tests: the app below a prefix, which it takes off or leaves on; it holds nothing back."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

HOP = {"host", "connection", "transfer-encoding", "keep-alive"}


class Proxy:
    """ASGI app that asks another server; whatever is not below the prefix is another's place."""

    def __init__(self, target: str, prefix: str, strips: bool) -> None:
        self.target, self.prefix, self.strips = target.rstrip("/"), prefix, strips
        self.client = httpx.AsyncClient(timeout=60)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        await (await self.answer(request))(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """What the app says."""
        path, query = request.url.path, request.url.query
        if path != self.prefix and not path.startswith(f"{self.prefix}/"):
            return PlainTextResponse("another's place", 404)
        if self.strips:
            path = path.removeprefix(self.prefix) or "/"
        headers = {key: value for key, value in request.headers.items() if key not in HOP}
        headers |= {"x-forwarded-host": request.headers["host"], "x-forwarded-proto": "http"}
        address = f"{self.target}{path}" + (f"?{query}" if query else "")
        asked = self.client.build_request(
            request.method, address, headers=headers, content=await request.body()
        )
        answer = await self.client.send(asked, stream=True)

        async def body() -> AsyncIterator[bytes]:
            async for part in answer.aiter_raw():  # as they come: a buffer would hold back what a run reports
                yield part
            await answer.aclose()

        kept = {key: value for key, value in answer.headers.items() if key not in HOP}
        return StreamingResponse(body(), answer.status_code, kept)


@contextlib.contextmanager
def proxied(target: str, prefix: str, strips: bool) -> Iterator[str]:
    """The address of the app behind a proxy, with its final slash."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(Proxy(target, prefix, strips), host="127.0.0.1", port=port, log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}{prefix}/"
    server.should_exit = True
    thread.join(10)
