"""The door: each request passes here before gradio reads it. What is not listed does not exist.

gradio brings many routes that this page does not need: calls beside the queue, links that write a visitor's values to
disk, a proxy, recordings. Only those below are open; a call's body is small, and rewritten from the parts that belong
there (:mod:`demos.ui.letters`), so that gradio never meets a number, a name or a file that it would stumble over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.ui import letters, uploads
from demos.ui.letters import Refused
from demos.ui.opening import Opening
from demos.ui.page import Site

API = "/gradio_api"
MOST_BODY = 1_000_000
"""Largest body of a request, in bytes, but for uploads."""
MOST_UPLOAD = uploads.LARGEST + 10_000  # with the lines that a form puts around a file
NAME = r"[\w-]{1,64}"
PAGES = r"/|/config/?|/gradio_api/(info/?|openapi\.json)"
READ = re.compile(
    rf"{PAGES}|/(theme\.css|robots\.txt|manifest\.json|favicon\.ico|pwa_icon(/\d{{1,4}})?)"
    r"|/(static|assets|svelte)/[\w@+~-][\w./@+~-]{0,200}"
    rf"|{API}/(app_id/?|startup-events|theme\.css|queue/(data|status)|upload_progress)"
    rf"|/ww/([0-9a-f]{{12}}/[\w./-]+|card/{NAME}\.webp|search\.json)"
    rf"|{API}/heartbeat/{NAME}|{API}/call/(v2/)?{NAME}/{NAME}|{API}/file=.+"
)
SENT = re.compile(rf"{API}/(upload|cancel|reset|queue/join|call/(v2/)?{NAME})/?|/ww/(ask|check)")
HOST = re.compile(r"[\w.-]{1,255}(:\d{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:\d{1,5})?", re.ASCII)
NOWHERE = "There is nothing at this address. The page's own link “Use via API” lists what can be called."
JSON_WANTED = "A call's body is JSON and says so: Content-Type: application/json. Add that header."
TOO_MUCH = (
    f"A request may hold at most {MOST_BODY:,} bytes; this one has more, the rest was not read. Send less."
)
CALL = '{"data": [...]}'
FORMS = {
    "/ww/ask": '{"lesson": …, "settings": {…}, "have": [], "visitor": …}',
    "/ww/check": '{"task": …, "settings": {…}, "visitor": …}',
}


class Door:
    """ASGI middleware around gradio's app.

    Args:
        app: what is behind the door.
        site: the page, whose events and endpoints may be called, whose lessons answer, whose scripts, cards and search
            are fetched.
    """

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app, self.demo, self.site = app, site.demo, site
        self.opening = Opening(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, answer it here, or refuse it in one sentence."""
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close"})
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        scope, elsewhere = proxied(believed(scope), self.demo.root_path)
        if elsewhere:
            return await RedirectResponse(elsewhere)(scope, receive, send)
        try:
            answer = await self._answer(scope, receive, send)
        except Refused as refused:
            answer = JSONResponse({"detail": str(refused)}, refused.status)
        except ClientDisconnect:
            return None
        return None if answer is None else await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> Response | None:
        """An answer of ours, or None once gradio has given its own."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        reads = scope["method"] in ("GET", "HEAD")
        if not (READ if reads else SENT).fullmatch(path) or ".." in path.split("?")[0].split("/"):
            raise Refused(404, NOWHERE)
        if not reads and scope["method"] != "POST":
            raise Refused(405, NOWHERE)
        answer: Response | None = None
        if path == "/ww/search.json":
            answer = await self.site.search.answer(Request(scope).headers)
        elif re.fullmatch(PAGES, path):
            # gradio would look for other pages and for links that it has kept
            answer = await self.opening.answer({**scope, "query_string": b""}, receive)
        elif reads:
            answer = self._read(path, scope)
        elif path in FORMS:
            ours = self.site.asking if path == "/ww/ask" else self.site.checking
            answer = await ours.answer(await self._json(scope, receive), receive)
        elif path.startswith(f"{API}/upload"):
            answer = await _upload(Request(scope, bounded(receive, MOST_UPLOAD, uploads.TOO_LARGE)))
        else:
            scope, receive = await self._sent(path, scope, receive)
        if answer is None:
            await self.app(scope, receive, send)
        return answer

    def _read(self, path: str, scope: Scope) -> Response | None:
        """What is asked for by GET: files are checked, streams must exist."""
        if path.startswith("/ww/"):
            return self._script(path.removeprefix("/ww/"), scope)
        if path.startswith(f"{API}/file="):
            return self._file(path.removeprefix(f"{API}/file="))
        if path == f"{API}/upload_progress":  # one small file: it is there by now
            return Response('data: {"msg": "done"}\n\n', media_type="text/event-stream")
        if path == f"{API}/queue/data":
            return letters.stream(Request(scope).query_params.get("session_hash", ""), self.demo)
        if path.startswith(f"{API}/call/"):
            return letters.result(path.rsplit("/", 1)[1], self.demo)
        return None

    def _script(self, name: str, scope: Scope) -> Response:
        if name.startswith("card/"):
            return self.site.cards.answer(Path(name).stem, Request(scope).headers)
        answer = self.site.files.answer(name, Request(scope).headers.get("accept-encoding", ""))
        if answer is None:
            raise Refused(404, NOWHERE)
        return answer

    def _file(self, name: str) -> Response | None:
        """Saved files, nothing else; an upload is never handed back, since it may go while it is being sent."""
        with suppress(OSError, ValueError, RuntimeError):
            if Path(name).resolve().is_relative_to(uploads.folder() / "uploads"):
                return Response(status_code=204)
        if uploads.is_ours(name):
            return None
        raise Refused(404, NOWHERE)

    async def _json(self, scope: Scope, receive: Receive) -> Mapping[str, Any]:
        """The JSON object of a small body."""
        request = Request(scope, bounded(receive, MOST_BODY, TOO_MUCH))
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise Refused(415, JSON_WANTED)
        form = next((form for path, form in FORMS.items() if scope["path"].endswith(path)), CALL)
        return parsed(await request.body(), form)

    async def _sent(self, path: str, scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
        """A call with its body rewritten."""
        path, clean = letters.rewritten(
            path.removeprefix(API).strip("/"), await self._json(scope, receive), self.demo
        )
        whole = f"{scope.get('root_path', '')}{API}/{path}"
        return replayed(
            {**scope, "path": whole, "raw_path": whole.encode()}, json.dumps(clean).encode(), receive
        )


def believed(scope: Scope) -> Scope:
    """A request without what it says of its own place that cannot be so; gradio would stumble over it.

    >>> believed({"headers": [(b"x-forwarded-host", b"a:b"), (b"x-gradio-server", b"http://a"), (b"host", b"a:80")]})
    {'headers': [(b'host', b'a:80')]}
    """

    def right(name: bytes, text: bytes) -> bool:
        first = text.decode("latin-1").split(",")[0].strip()
        return name != b"x-gradio-server" and (name != b"x-forwarded-host" or bool(HOST.fullmatch(first)))

    return {**scope, "headers": [pair for pair in scope["headers"] if right(*pair)]}


def proxied(scope: Scope, root_path: str) -> tuple[Scope, str]:
    """A request without the prefix of a proxy that leaves it on, and where a page without its final slash is.

    All addresses of the page are relative, so that it needs its slash and nothing else. Where it is to go is relative
    too: further prefixes, such as JupyterHub's, stay what they are.

    Args:
        scope: of a request.
        root_path: where the page is said to be, such as /lecture or https://example.org/lecture; "" for anywhere.

    >>> proxied({"path": "/lecture/config", "query_string": b""}, "/lecture")
    ({'path': '/config', 'query_string': b'', 'raw_path': b'/config'}, '')
    >>> proxied({"path": "/lecture", "query_string": b"lesson=unet"}, "https://example.org/lecture/")[1]
    'lecture/?lesson=unet'
    """
    prefix = urlsplit(root_path).path.rstrip("/")
    if not prefix or not scope["path"].startswith(prefix):
        return scope, ""
    path, query = scope["path"][len(prefix) :], scope["query_string"].decode("latin-1")
    if not path:
        return scope, f"{prefix.rsplit('/', 1)[1]}/" + (f"?{query}" if query else "")
    if not path.startswith("/"):
        return scope, ""  # /lectures is another place than /lecture
    return {**scope, "path": path, "raw_path": quote(path).encode()}, ""


async def _upload(request: Request) -> Response:
    try:
        return JSONResponse(await uploads.receive(request))
    except (MultiPartException, HTTPException, UnicodeError, LookupError):
        raise Refused(
            400, "An upload is a multipart form with one file; this one cannot be read. Send one file."
        ) from None
    except ValueError as error:
        raise Refused(413 if str(error) == uploads.TOO_LARGE else 422, str(error)) from None
    except OSError:
        raise Refused(507, uploads.FULL) from None


def bounded(receive: Receive, most: int, sentence: str) -> Receive:
    """A `receive` that raises Refused with a sentence once a request has sent more bytes than ``most``."""
    got = 0

    async def read() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise Refused(413, sentence)
        return message

    return read


def parsed(body: bytes, form: str) -> Mapping[str, Any]:
    """A JSON object of a form that is told to who sent another. Raises Refused for anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, f"A call's body is JSON; this one cannot be read. Send {form}.") from None
    if not isinstance(value, dict):
        raise Refused(422, f"A call's body is a JSON object; this one is not. Send {form}.")
    return value


def replayed(scope: Scope, body: bytes, receive: Receive) -> tuple[Scope, Receive]:
    """A request with another body; afterwards it waits for the client to go, as the old one would."""
    headers = [(key, value) for key, value in scope["headers"] if key != b"content-length"]
    headers.append((b"content-length", str(len(body)).encode()))
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return messages.pop() if messages else await receive()

    return {**scope, "headers": headers}, read
