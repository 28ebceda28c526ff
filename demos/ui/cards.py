"""The small pictures of the start page: for each lesson one of its figure's, drawn on this machine.

Each is made once, on the picture that the page opens with, one after another and never while a visitor waits for a
lesson. A request only asks what is there: it neither loads a network nor waits for one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from functools import partial
from typing import Protocol
from urllib.parse import quote

from starlette.responses import Response

from demos.ui import slots
from demos.ui.lesson import PICTURE, Lesson
from demos.ui.letters import Refused
from demos.ui.served import tagged

LARGEST = 40_000
"""Bytes that a picture may have; a larger one is not kept."""
LOOK = 0.25
"""Seconds until it is looked again whether a visitor waits."""
PATIENCE = 10.0
"""Seconds after which the next picture is made all the same."""
ALT = "Alt-Text"
"""Header of an answer: the alternative text, percent-encoded."""


class Small(Protocol):
    """A small picture of a slide (demos.figures.slides.Small)."""

    @property
    def image(self) -> bytes: ...

    @property
    def alt(self) -> str: ...


class Cards:
    """The small pictures of a page's lessons.

    Args:
        lessons: in the order in which they are made.
        picture: key of the picture that they are made of.
        networks: where networks come from.
        busy: whether a visitor waits just now.
    """

    def __init__(
        self,
        lessons: Iterable[Lesson],
        picture: str,
        networks: slots.NetworkSource,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self.lessons = {lesson.name: lesson for lesson in lessons}
        self.picture, self.networks, self.busy = picture, networks, busy
        self.kept: dict[str, Small | None] = {}  # None where a lesson has none
        self._making = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes kept now, never more than ``LARGEST`` for each lesson."""
        return sum(len(one.image) for one in self.kept.values() if one)

    def answer(self, name: str, headers: Mapping[str, str]) -> Response:
        """The picture of a lesson as WebP; 202 while it is to come, 204 where there is none.

        Raises:
            Refused: there is no such lesson.
        """
        if name not in self.lessons:
            raise Refused(
                404, "There is no lesson of this name, so it has no picture. The start page lists them."
            )
        if name not in self.kept:
            self.begin()
            return Response(status_code=202, headers={"Cache-Control": "no-store"})
        small = self.kept[name]
        if small is None:
            return Response(status_code=204)
        return tagged(small.image, "image/webp", headers, {ALT: quote(small.alt)})

    def begin(self) -> None:
        """Make what is missing, in the background; nothing if that is being done already."""
        if self._making.acquire(blocking=False):
            threading.Thread(target=self._all, name="cards", daemon=True).start()

    def _all(self) -> None:
        try:
            with suppress(RuntimeError):  # the program ends: its lines take nothing any more
                for lesson in self.lessons.values():
                    if lesson.name not in self.kept:
                        self._wait()
                        slots.behind(partial(self._make, lesson)).result()
        finally:
            self._making.release()

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while self.busy() and time.monotonic() < until:
            time.sleep(LOOK)

    def _make(self, lesson: Lesson) -> None:
        """Keep a lesson's picture. What goes wrong leaves its card without one, and the log says why."""
        lent = self.networks.lent_by_call()
        try:
            with self.networks.only_kept() if lent else nullcontext():
                self.kept[lesson.name] = drawn(lesson, self.picture)
        except Exception as error:
            if type(error).__name__ == "NotKept":
                return  # until a visitor's call has computed it
            self.kept[lesson.name] = None
            logging.getLogger(__name__).warning("No picture for the card of %s: %s", lesson.name, error)


def drawn(lesson: Lesson, picture: str) -> Small | None:
    """A lesson's small picture, from a run with its own settings; None where it has no figure.

    Raises:
        ValueError: the picture has more than ``LARGEST`` bytes.
    """
    if lesson.figure is None:
        return None
    small: Small = lesson.figure(**{**lesson.defaults, PICTURE: picture}).small(lesson.card)
    if len(small.image) > LARGEST:
        raise ValueError(
            f"A card's picture has at most {LARGEST:,} bytes; this one has {len(small.image):,}."
        )
    return small
