"""Long work: reports in the order of the components, parameters that agree with the lesson, errors in one sentence."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from demos.ui import Lesson, Progress, Table, runs
from demos.ui.checks import Number
from demos.ui.turns import IN_LINE, Turns


def update(picture: str = "scene:42", scenes: int = 5) -> dict[str, Any]:
    """A lesson.

    Args:
        picture: key of the picture.
        scenes: how many.
    """
    return {}


def count(scenes: int = 5) -> Iterator[runs.Report]:
    """Count scenes.

    Args:
        scenes: how many.
    """
    for done in range(scenes):
        yield Progress(done, scenes, f"{done} of {scenes}")
    yield {"table": Table(("a",), (("1",),)), "progress": Progress(scenes, scenes, "done")}


LESSON = Lesson("toy", "A1", "Toy", "A toy.", update, lambda screen: None)


def _run(generate: Any = count) -> Any:
    nothing: Any = None
    return runs.Run("count", generate, nothing, nothing, nothing)


def _stream(run: Any, turns: Turns | None = None) -> Any:
    return runs.stream(run, ("table", "chart"), {"scenes": Number(1, 9, whole=True)}, turns or Turns())


def _reports(run: Any, *values: Any) -> list[list[Any]]:
    return list(_stream(run)(*values))


def _progress(report: list[Any]) -> Any:
    return json.loads(report[0])


def test_reports_come_in_the_order_of_the_components():
    reports = _reports(_run(), 2)
    assert [_progress(report)["done"] for report in reports] == [0, 1, 2]
    assert reports[0][1] == reports[0][2] == gr.skip()  # not mentioned: stays as it is
    assert json.loads(reports[2][1])["rows"] == [["1"]]  # as text, since gradio garbles the lists of a stream
    assert reports[2][2] == gr.skip()


def test_settings_are_checked_before_anything_runs():
    with pytest.raises(gr.Error, match="scenes must be a whole number from 1 to 9; got 0"):
        _reports(_run(), 0)


def test_an_unknown_output_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="tabel"):
        runs.arrange(("table",), {"tabel": 1})


def test_an_error_keeps_what_it_says():
    def refused(scenes: int = 5) -> Iterator[runs.Report]:
        yield Progress(0, scenes, "0")
        raise ValueError("A scene is needed; got a photograph. Choose a scene.")

    run = _run(refused)
    stream = runs.stream(run, (), {"scenes": Number(1, 9)}, Turns())(3)
    assert _progress(next(stream))["total"] == 3
    with pytest.raises(ValueError, match="A scene is needed"):
        next(stream)


def test_parameters_must_be_documented_settings_with_the_same_default():
    runs.check(LESSON, _run())

    def other(scenes: int = 6) -> Iterator[runs.Report]:
        """Other default.

        Args:
            scenes: how many.
        """
        yield Progress(0, 1, "")

    def silent(scenes: int = 5) -> Iterator[runs.Report]:
        """No Args."""
        yield Progress(0, 1, "")

    for wrong in (other, silent):
        with pytest.raises(TypeError, match="scenes"):
            runs.check(LESSON, _run(wrong))


def test_stopping_closes_the_generator():
    closed = []

    def careful(scenes: int = 5) -> Iterator[runs.Report]:
        try:
            while True:
                yield Progress(0, 0, "working")
        finally:
            closed.append(SimpleNamespace(scenes=scenes))

    stream = runs.stream(_run(careful), (), {"scenes": Number(1, 9)}, Turns())(3)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert [done.scenes for done in closed] == [3]


def test_who_waits_sees_the_place_in_line_and_the_line_has_an_end():
    turns = Turns()
    streams = [_stream(_run(), turns)(2) for _ in range(IN_LINE + 1)]
    assert _progress(next(streams[0]))["text"] == "0 of 2"
    for place, waiting in enumerate(streams[1:], start=1):
        assert _progress(next(waiting))["text"] == f"Waiting: {place} before you…"
    refused = _stream(_run(), turns)(2)
    assert _progress(next(refused))["text"] == ""  # its line goes
    with pytest.raises(gr.Error, match=f"{IN_LINE} runs wait"):
        next(refused)
    streams[2].close()  # gives up its place: those behind it move up
    assert _progress(next(streams[3]))["text"] == "Waiting: 2 before you…"
    assert len(list(streams[0])) == 2
    assert _progress(next(streams[1]))["text"] == "0 of 2"
    streams[1].close()
    assert _progress(next(streams[3]))["text"] == "0 of 2"
    assert len(list(streams[3])) == 2
    for one in streams[4:]:
        one.close()
    assert turns.line == []


def test_a_page_has_one_place_in_the_line():
    turns = Turns()
    first = turns.take("one page")
    with pytest.raises(gr.Error, match="one run at a time"):
        turns.take("one page")
    turns.take("another page")
    first.leave()
    assert turns.take("one page").ahead == 1


class Nowhere:
    """A source of networks that none of these runs needs."""

    def is_here(self, name: str) -> bool:
        return True


def _called(run: Any, turns: Turns) -> Any:
    rules = {"scenes": Number(1, 9, whole=True)}
    return runs.stepped(run, _stream(run, turns), rules, Nowhere())(2)  # type: ignore[arg-type]


def test_who_waits_takes_no_thread_from_the_run_that_computes():
    async def many() -> int:
        turns = Turns()
        calls = [_called(_run(), turns) for _ in range(8)]
        first = [await anext(one) for one in calls]
        assert [_progress(report)["text"] for report in first[1:3]] == [
            "Waiting: 1 before you…",
            "Waiting: 2 before you…",
        ]
        waiting = [asyncio.ensure_future(anext(one)) for one in calls[1:]]
        rest = len([report async for report in calls[0]])
        await asyncio.gather(*waiting)
        for one in calls:
            await one.aclose()
        assert turns.line == []
        return rest

    assert asyncio.run(many()) == 2


def test_who_stops_in_the_middle_of_a_step_leaves_the_line_when_it_has_ended():
    begun, go = threading.Event(), threading.Event()

    def slow(scenes: int = 5) -> Iterator[runs.Report]:
        yield Progress(0, scenes, "0")
        begun.set()
        go.wait(10)
        yield Progress(1, scenes, "1")

    async def stopped() -> list[Any]:
        turns = Turns()
        call = _called(_run(slow), turns)
        await anext(call)
        step = asyncio.ensure_future(anext(call))
        await asyncio.to_thread(begun.wait, 10)
        step.cancel()
        await asyncio.sleep(0.05)
        assert len(turns.line) == 1, "the step still computes"
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await step
        return turns.line

    assert asyncio.run(stopped()) == []


def test_a_run_has_a_limited_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runs, "SECONDS", 0)
    texts = [_progress(report)["text"] for report in _reports(_run(), 9)]
    assert texts == ["0 of 9", "0 of 9. Stopped after 0 s, the limit for one run."]


def test_a_failed_run_leaves_its_place():
    def broken(scenes: int = 5) -> Iterator[runs.Report]:
        raise OSError("disk")
        yield

    turns = Turns()
    with pytest.raises(OSError, match="disk"):
        list(_stream(_run(broken), turns)(2))
    assert turns.line == []
