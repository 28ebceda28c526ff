"""Quick answers: a lesson's outputs for its settings by one plain request, beside gradio's queue.

gradio's own round through queue, event stream and components takes a tenth of a second; a slider cannot follow the hand
that way. So the page asks here (demos/draw/asking.js). The same rules check the settings, the same line bounds the work
(:mod:`demos.ui.slots`), and each visitor has one request in it at a time. What must go through the queue, weights that
are not here yet and GPUs that are lent by call, is answered by ``{"queue": true}``: then the page calls the endpoint.

What takes long and can be shown later, a lesson asks for without waiting for it (``at_once``); its board asks again.

While nobody asks, the lesson is computed on the following scene, since the button that leads there is often pressed.

Long texts, pictures and packed arrays, are most of an answer. Each is sent under a name made of its content, and only
if the page does not list that name as one that it has.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import nullcontext, suppress
from typing import Any

import gradio as gr
import orjson
from starlette.responses import Response
from starlette.types import Receive

from demos.records import as_json
from demos.ui import slots
from demos.ui.checks import check_all, shorten
from demos.ui.lesson import PICTURE
from demos.ui.screen import Screen
from demos.ui.spoken import spoken

LONG = re.compile(rb'"([\w+/=;:,.-]{400,})"')
"""A text of JSON that is worth a name: pictures and packed arrays. No bracket is in it, so no structure either."""
VISITOR = re.compile(r"[\w.-]{1,64}", re.ASCII)
MOST_NAMES = 200
QUIET = 0.25
"""Seconds without a request, of any visitor, after which the following picture is computed."""
QUICK = 1.0
"""Seconds that an answer may have taken for that: a large network's pictures are not computed for nobody."""
MOST_WAITING = 100
"""Requests in line; one more is told to come back."""


class Asking:
    """Answers for the lessons of one page.

    Args:
        screens: the page's lessons, built.
        networks: where networks come from.
        following: the key of the picture that may be asked for next, or None.
    """

    def __init__(
        self,
        screens: Iterable[Screen],
        networks: slots.NetworkSource,
        following: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self.screens = {screen.lesson.name: screen for screen in screens}
        self.networks, self.following = networks, following
        self.visitors: set[str] = set()
        self.asked = 0
        self.ahead: asyncio.Task[None] | None = None

    async def answer(self, body: Mapping[str, Any], receive: Receive | None = None) -> Response:
        """The answer to ``{lesson, settings, have, visitor}`` as JSON: outputs, or one sentence as ``error``.

        With ``fetched`` the queue was there before and weights did not come: then ``missing`` names their setting.
        Who has gone, as ``receive`` says, gives up the place in line.
        """
        return await self.in_turn(body, self._answer, receive)

    async def in_turn(
        self,
        body: Mapping[str, Any],
        work: Callable[[Mapping[str, Any]], Coroutine[Any, Any, Response]],
        receive: Receive | None = None,
    ) -> Response:
        """What ``work`` makes of a request, one of a visitor at a time; a gr.Error of it is told as ``error``."""
        visitor = body.get("visitor")
        if not isinstance(visitor, str) or not VISITOR.fullmatch(visitor):
            return told("A visitor is a name of 1 to 64 letters, digits, ., _ or -. Reload the page.", 422)
        if visitor in self.visitors or len(self.visitors) >= MOST_WAITING:
            return told(
                "Your last request is still being answered, or many others are. Try again in a moment.", 429
            )
        self.visitors.add(visitor)
        try:
            return await while_there(work(body), receive)
        except gr.Error as error:
            return told(error.message, 422)
        finally:
            self.visitors.discard(visitor)

    async def _answer(self, body: Mapping[str, Any]) -> Response:
        screen, settings, have = self._checked(body)
        if not self.networks.is_here(settings.get(slots.NETWORK, "")):
            if body.get("fetched") is not True:
                return to_queue()
            if why := await slots.unavailable(self.networks, settings):
                return told(why, 200, missing=slots.NETWORK)
        self.asked += 1
        began = time.monotonic()
        with spoken():
            found = await slots.compute(lambda: self._shown(screen, settings, have))
        if time.monotonic() - began < QUICK and not self.networks.lent_by_call():
            self.ahead = asyncio.create_task(self._ahead(screen, settings, self.asked))
        return found

    async def _ahead(self, screen: Screen, settings: Mapping[str, Any], asked: int) -> None:
        """What the caches keep of a lesson on the following picture, unless somebody asks meanwhile."""
        await asyncio.sleep(QUIET)
        picture = self.following(settings[PICTURE])
        if picture and asked == self.asked:
            with suppress(ValueError):  # a choice that only this picture has
                await slots.compute(lambda: self._shown(screen, {**settings, PICTURE: picture}, set()))

    def _checked(self, body: Mapping[str, Any]) -> tuple[Screen, dict[str, Any], set[str]]:
        """The parts of a request. Raises gr.Error with what must hold, what came, what to do."""
        name, have = body.get("lesson"), body.get("have")
        screen = self.screens.get(name) if isinstance(name, str) else None
        if screen is None:
            raise gr.Error(f"There is no lesson {shorten(name)}. Reload the page.", print_exception=False)
        if not isinstance(have, list) or len(have) > MOST_NAMES:
            raise gr.Error("A request has a short list of names. Reload the page.", print_exception=False)
        known = {one for one in have if isinstance(one, str)}
        return screen, settings_of(screen, body.get("settings")), known

    def _shown(self, screen: Screen, settings: Mapping[str, Any], have: set[str]) -> Response:
        try:
            lent = self.networks.lent_by_call()
            with self.networks.only_kept() if lent else nullcontext(), self.networks.at_once():
                return timed(screen, settings, have)
        except LookupError as error:
            if type(error).__name__ == "NotKept":
                return to_queue()
            raise


def settings_of(screen: Screen, settings: Any) -> dict[str, Any]:
    """All settings of a lesson from those of a request, checked. Raises gr.Error, as the checks do."""
    if not isinstance(settings, dict):
        raise gr.Error("A request has settings by their names. Reload the page.", print_exception=False)
    if unknown := sorted(set(settings) - set(screen.lesson.defaults)):
        known = ", ".join(screen.lesson.defaults)
        text = f"{screen.lesson.title} has the settings {known}; got {shorten(unknown[0])}. Leave it out."
        raise gr.Error(text, print_exception=False)
    values = [settings.get(key, default) for key, default in screen.lesson.defaults.items()]
    return check_all(screen.all_rules, values)


def timed(screen: Screen, settings: Mapping[str, Any], have: set[str]) -> Response:
    """A lesson's outputs; a header says how long `update` took, for the browser's own tools and `make bench`."""
    began = time.perf_counter()
    shown = screen.lesson.update(**settings)
    took = {"Server-Timing": f"update;dur={1000 * (time.perf_counter() - began):.1f}"}
    return Response(named(as_json(shown), have), headers=took, media_type="application/json")


def to_queue() -> Response:
    """Tell the page to call the endpoint instead."""
    return Response(b'{"queue":true}', media_type="application/json")


def named(shown: bytes, have: set[str]) -> bytes:
    """Outputs as JSON with long texts named: ``{"shown": …, "texts": {name: text}}`` with the texts not in ``have``.

    >>> named(b'{"a":[' + b"1," * 400 + b'1],"b":"' + b"x" * 400 + b'"}', {"c343d2289d0b29b8ec"})[-46:]
    b'1],"b":{"$":"c343d2289d0b29b8ec"}},"texts":{}}'
    """
    texts: dict[bytes, bytes] = {}

    def name(match: re.Match[bytes]) -> bytes:
        digest = hashlib.blake2b(match[1], digest_size=9).hexdigest().encode()
        if digest.decode() not in have:
            texts[digest] = match[0]
        return b'{"$":"' + digest + b'"}'

    body = LONG.sub(name, shown)
    sent = b",".join(b'"' + digest + b'":' + text for digest, text in texts.items())
    return b'{"shown":' + body + b',"texts":{' + sent + b"}}"


def told(text: str, status: int, **more: str) -> Response:
    """One sentence for the page, and perhaps which setting it is about; half a sign, which JSON has not, is a “?”."""
    sent = text.encode("utf-8", "replace").decode()
    return Response(orjson.dumps({"error": sent, **more}), status, media_type="application/json")


async def while_there(answer: Coroutine[Any, Any, Response], receive: Receive | None) -> Response:
    """What an answer comes to, unless its client goes: then it leaves the line, if it is not being computed yet."""
    working = asyncio.ensure_future(answer)
    leaving = asyncio.ensure_future(receive()) if receive else None
    try:
        await asyncio.wait({working, leaving} if leaving else {working}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            return Response(status_code=499)
        return working.result()
    finally:
        for task in (working, leaving):
            if task:
                task.cancel()
