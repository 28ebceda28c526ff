"""The page and its descriptions as they are sent: made once by gradio, compressed and kept for whoever comes next.

A class opens the page all at once, and gradio would make it anew for each of them, a tenth of a second each time.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope

from demos.ui.served import WAYS, smaller

KEPT = 12
"""Most answers that are kept; a host name and a compression each have their own."""
PLACES = ("host", "x-forwarded-host", "x-forwarded-proto")
"""Headers from which gradio reads where it is; it sees no others, so that an answer depends on nothing else."""
BEFORE = b'<script type="module"'
UNWATCHED = b"""<script>{
  // Svelte watches plain arrays and all that is in them. gradio looks through the page's events for each component,
  // twice, before anything is there: watched, that takes a quarter of the time until the page stands.
  const events = window.gradio_config?.dependencies;
  if (events) Object.setPrototypeOf(events, class extends Array {}.prototype);
}</script>
"""


class Opening:
    """Answers of gradio's app that are the same for everybody.

    Args:
        app: gradio's app.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.kept: OrderedDict[tuple[str, ...], Response] = OrderedDict()
        self.making = asyncio.Lock()  # who comes meanwhile waits, and takes what was made

    async def answer(self, scope: Scope, receive: Receive) -> Response:
        """What gradio answers, from what is kept or made now; an error is not kept, nor what is large."""
        headers = Request(scope).headers
        encoding = smaller(headers.get("accept-encoding", ""))
        place = scope["method"], scope["path"], scope["scheme"], scope.get("root_path", "")
        key = (*place, *(headers.get(name, "") for name in PLACES), encoding)
        async with self.making:
            if key not in self.kept:
                made = await self._made(scope, receive, encoding)
                if made.status_code != 200 or not encoding:
                    return made
                self.kept[key] = made
            self.kept.move_to_end(key)
            if len(self.kept) > KEPT:
                self.kept.popitem(last=False)
            return self.kept[key]

    async def _made(self, scope: Scope, receive: Receive, encoding: str) -> Response:
        start: Message = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            start.update(message if message["type"] == "http.response.start" else {})
            parts.append(message.get("body", b""))

        ways = [pair for pair in scope["headers"] if pair[0].decode("latin-1") in PLACES]
        await self.app({**scope, "headers": ways}, receive, collect)
        body = b"".join(parts).replace(BEFORE, UNWATCHED + BEFORE, 1)
        headers = {
            name.decode(): text.decode() for name, text in start["headers"] if name != b"content-length"
        }
        headers["vary"] = "Accept-Encoding"
        if encoding:
            headers["content-encoding"] = encoding
            body = WAYS[encoding](body)
        return Response(body, start["status"], headers)
