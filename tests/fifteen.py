"""The page as it will be: the lessons that are there and copies of them, fifteen in all, in four parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import gradio as gr

import demos
from demos.ui import Lesson, Part, page, server

LESSONS = [lesson for part in demos.SYLLABUS for lesson in part.lessons]
COUNTS = {"B": 6, "C": 2, "D": 2}


def copy_of(place: int, number: str) -> Lesson:
    """A lesson under another name and number."""
    one = LESSONS[place % len(LESSONS)]
    return replace(one, name=f"{one.name}_{number.lower()}", number=number)


def syllabus() -> list[Part]:
    """Part A as it is, and copies in the others."""
    first, *others = demos.SYLLABUS
    made, place = [first], 0
    for part in others:
        numbers = [f"{part.letter}{one}" for one in range(1, COUNTS[part.letter] + 1)]
        copies = tuple(copy_of(place + k, number) for k, number in enumerate(numbers))
        made.append(replace(part, lessons=copies))
        place += len(copies)
    return made


@contextmanager
def served(parts: list[Part]) -> Iterator[str]:
    """The address of a page with these lessons, for the time of the block."""
    site = page.build(parts, demos.pictures, demos.FIRST_PICTURE, demos.zoo, demos.operators.found)
    looks = {"theme": page.theme(), "head": page.head(site.files)}
    demo: gr.Blocks = server.queue(site.demo)
    quiet = {"prevent_thread_lock": True, "quiet": True, "server_name": "127.0.0.1"}
    _, address, _ = demo.launch(**quiet, **looks, **server.options(site))
    try:
        yield address
    finally:
        demo.close()
