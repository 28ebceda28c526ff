"""The lecture as a file that a student keeps: a button, and the endpoint ``/handout``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Protocol

import gradio as gr

from demos.ui import slots, uploads
from demos.ui.checks import Text
from demos.ui.spoken import spoken
from demos.ui.turns import Turns
from demos.ui.visitor import visitor

NAME = "what-and-where.html"
LINE = Turns("handout")
WAIT = 0.5
"""Seconds between two looks at the line."""


class Document(Protocol):
    """What writes the lecture, see :mod:`demos.handout`."""

    def sections(self, picture: str) -> Iterator[str]:
        """Each lesson on a picture as HTML, one after the other. Raises ValueError for a picture that is not there."""

    def whole(self, picture: str, made: Sequence[str]) -> str:
        """The sections as one page."""


def place(document: Document, key: Any) -> None:
    """The button, which writes the document for the picture whose key is in the component ``key``."""
    file = gr.File(label="handout", elem_classes=["ww-hidden"])
    button = gr.Button(
        "Handout", elem_id="ww-handout-start", elem_classes=["ww-hidden"]
    )  # draw/handout.js presses it
    quiet: dict[str, Any] = {"show_progress": "hidden"}
    named: dict[str, Any] = {"api_name": "handout", "preprocess": False, "trigger_mode": "once", **quiet}
    # without a limit of gradio's, in whose queue those who wait would take all places: LINE lines them up
    made = button.click(writer(document), [key], file, concurrency_limit=None, **named)
    js = "(file) => { window.whatwhere.handout(file); }"
    made.success(None, [file], None, js=js, api_visibility="private", **quiet)
    made.failure(None, js="() => { window.whatwhere.handout(null); }", api_visibility="private", **quiet)


def writer(document: Document) -> Callable[..., Awaitable[str]]:
    """A function of a picture's key that writes the document to a file and returns its path."""

    async def handout(picture: str = "scene:42") -> str:
        """All lessons on one picture as one HTML file: point, figure, numbers, theory and links; takes a minute.

        Args:
            picture: key of the picture: scene:SEED, sample:NAME or an upload's key.
        """
        key = Text().check("picture", picture)
        turn = LINE.take(visitor())
        try:
            while turn.ahead:
                await asyncio.sleep(WAIT)
            with spoken():
                return await written(document, key)
            raise AssertionError  # never reached: `spoken` lets every error out
        finally:
            turn.leave()

    return handout


async def written(document: Document, key: str) -> str:
    """The path of the document, written lesson by lesson, so that others are answered in between."""
    steps, made = document.sections(key), list[str]()
    while (part := await slots.compute(lambda: next(steps, ""))) != "":
        made.append(part)
    content = await slots.compute(lambda: document.whole(key, made).encode())
    return str(uploads.keep(NAME, content))
