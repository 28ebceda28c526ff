"""The following scene is computed while nobody asks, and only then."""

from __future__ import annotations

import asyncio
import threading
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.responses import Response

from demos.ui import Lesson, asking, slots
from demos.ui.checks import Text

SEEN: list[str] = []


def update(picture: str = "scene:1") -> dict[str, Any]:
    """A lesson that notes its pictures.

    Args:
        picture: key of the picture.
    """
    SEEN.append(picture)
    if picture == "scene:bad":
        raise ValueError("There is no such scene.")
    return {"picture": picture}


NETWORKS: Any = SimpleNamespace(
    is_here=lambda name: True, lent_by_call=lambda: False, at_once=nullcontext, only_kept=nullcontext
)
SCREEN: Any = SimpleNamespace(
    lesson=Lesson("toy", "A1", "Toy", "A toy.", update, lambda screen: None), all_rules={"picture": Text()}
)


async def asked(*pictures: str, following: Any, pause: float = 0.0, networks: Any = NETWORKS) -> list[str]:
    """The pictures that the lesson saw: those that were asked for, and one more if it went ahead."""
    SEEN.clear()
    site = asking.Asking([SCREEN], networks, following)
    for picture in pictures:
        body = {"lesson": "toy", "settings": {"picture": picture}, "have": [], "visitor": "v"}
        await site.answer(body)
        await asyncio.sleep(pause)
    await asyncio.sleep(3 * asking.QUIET)
    return SEEN.copy()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "QUIET", 0.05)


def test_the_following_scene_is_computed_once_nobody_asks():
    assert asyncio.run(asked("scene:1", following=lambda key: "scene:2")) == ["scene:1", "scene:2"]


def test_somebody_who_asks_comes_first():
    seen = asyncio.run(asked("scene:1", "scene:5", following=lambda key: f"{key}0"))
    assert seen == ["scene:1", "scene:5", "scene:50"]


def test_a_photograph_has_none_and_a_slow_lesson_or_a_lent_gpu_computes_none(monkeypatch: pytest.MonkeyPatch):
    assert asyncio.run(asked("scene:1", following=lambda key: None)) == ["scene:1"]
    lent: Any = SimpleNamespace(**{**vars(NETWORKS), "lent_by_call": lambda: True})
    assert asyncio.run(asked("scene:1", following=lambda key: "scene:2", networks=lent)) == ["scene:1"]
    monkeypatch.setattr(asking, "QUICK", -1.0)
    assert asyncio.run(asked("scene:1", following=lambda key: "scene:2")) == ["scene:1"]


def test_what_goes_wrong_ahead_is_nobodys_error(caplog: pytest.LogCaptureFixture):
    assert asyncio.run(asked("scene:1", following=lambda key: "scene:bad")) == ["scene:1", "scene:bad"]
    assert caplog.text == ""


def test_who_has_gone_leaves_the_line():
    """Two that compute, one behind them whose client goes: it is answered nowhere and computed never."""
    free, seen = threading.Event(), []

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def answer() -> Response:
        return await slots.compute(lambda: seen.append("computed") or Response())

    async def line() -> int:
        busy = [asyncio.ensure_future(slots.compute(free.wait)) for _ in range(slots.LESSONS)]
        await asyncio.sleep(0.05)
        status = (await asking.while_there(answer(), gone)).status_code
        await asyncio.sleep(0.05)
        free.set()
        await asyncio.gather(*busy)
        await asyncio.sleep(0.05)
        return status

    assert asyncio.run(line()) == 499
    assert seen == []


def test_who_stays_is_answered():
    async def stays() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    async def answer() -> Response:
        return Response(status_code=200)

    assert asyncio.run(asking.while_there(answer(), stays)).status_code == 200
