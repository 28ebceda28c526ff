"""Handouts are written one at a time, and nobody else waits for those who wait for theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import gradio as gr
import pytest

from demos.ui import handout, turns


class Toy:
    """A document of two sections, which notes what is written when."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def sections(self, picture: str) -> Iterator[str]:
        for number in (1, 2):
            self.steps.append(f"{picture} {number}")
            yield f"{picture} {number} "

    def whole(self, picture: str, made: Sequence[str]) -> str:
        return "".join(made)


def written(document: Toy, pictures: Sequence[str]) -> list[str | BaseException]:
    async def all_of_them() -> list[str | BaseException]:
        write = handout.writer(document)
        return await asyncio.gather(*(write(one) for one in pictures), return_exceptions=True)

    return asyncio.run(all_of_them())


def test_one_is_written_after_the_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handout, "WAIT", 0.01)
    document = Toy()
    first, second = written(document, ["scene:1", "scene:2"])
    assert document.steps == ["scene:1 1", "scene:1 2", "scene:2 1", "scene:2 2"]
    assert Path(str(first)).read_text() == "scene:1 1 scene:1 2 "
    assert Path(str(second)).read_text() == "scene:2 1 scene:2 2 "


def test_a_full_line_refuses_at_once_and_is_empty_afterwards(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handout, "WAIT", 0.01)
    places = turns.IN_LINE + 1  # one is written
    *made, last = written(Toy(), [f"scene:{seed}" for seed in range(places + 1)])
    assert all(isinstance(one, str) for one in made)
    assert isinstance(last, gr.Error)
    assert "handouts wait for their turn already" in last.message
    assert handout.LINE.line == []


def test_a_page_has_one_at_a_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handout, "visitor", lambda: "this page")
    first, second = written(Toy(), ["scene:1", "scene:2"])
    assert isinstance(first, str)
    assert isinstance(second, gr.Error)
    assert "one handout at a time" in second.message
