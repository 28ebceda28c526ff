"""Quick answers: the endpoint's values, long texts only once, sentences instead of errors, one request a visitor."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

import demos
from demos.ui import asking
from tests.ui.raw import call

LESSONS = [lesson for part in demos.SYLLABUS for lesson in part.lessons]
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


def ask(url: str, lesson: str, settings: Any, have: Any = (), visitor: Any = "test") -> httpx.Response:
    body = {"lesson": lesson, "settings": settings, "have": list(have), "visitor": visitor}
    return httpx.post(f"{url}ww/ask", json=body, timeout=60)


def unfolded(answer: dict[str, Any]) -> dict[str, Any]:
    """The outputs of an answer with every text in its place."""

    def put(value: Any) -> Any:
        if isinstance(value, dict):
            return (
                answer["texts"][value["$"]] if "$" in value else {key: put(one) for key, one in value.items()}
            )
        return [put(one) for one in value] if isinstance(value, list) else value

    return put(answer["shown"])


@every_lesson
def test_an_answer_is_what_the_endpoint_answers(lesson: Any, url: str, log: io.StringIO):
    import app

    settings = lesson.defaults | {"picture": "scene:7"}
    _, values = call(
        url, lesson.name, list(settings.values())
    )  # waits for all that a quick answer may leave out
    shown = unfolded(ask(url, lesson.name, settings).json())
    told = [json.loads(value) if isinstance(value, str) and value[:1] in "[{" else value for value in values]
    named = zip(app.site.asking.screens[lesson.name].outputs, told, strict=True)
    stable = [(key, value) for key, value in named if _same_each_time(shown[key])]
    assert len(stable) >= 3
    assert all(shown[key] == value for key, value in stable)
    assert log.getvalue() == ""


def _same_each_time(value: Any) -> bool:
    """Whether nothing in a value is measured time."""
    return '"ms"' not in json.dumps(value)


@every_lesson
def test_what_the_page_has_is_not_sent_again(lesson: Any, url: str):
    settings = lesson.defaults | {"picture": "scene:8"}
    first = ask(url, lesson.name, settings)
    again = ask(url, lesson.name, settings, first.json()["texts"])
    assert set(again.json()["texts"]) <= set(first.json()["texts"])
    assert len(again.content) < 0.6 * len(first.content)


def test_long_lists_of_numbers_stay_what_they_are():
    value = {"output": [0.125] * 500, "picture": "A" * 500, "b": ["x", "B" * 400]}
    answer = json.loads(asking.named(json.dumps(value, separators=(",", ":")).encode(), set()))
    assert unfolded(answer) == value
    assert len(answer["texts"]) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"visitor": "v"},
        {"visitor": "v", "lesson": "nothing", "settings": {}, "have": []},
        {"visitor": "v", "lesson": ["vision_tasks"], "settings": {}, "have": []},
        {"visitor": "v", "lesson": "vision_tasks", "settings": [], "have": []},
        {"visitor": "v", "lesson": "vision_tasks", "settings": {"score": "high"}, "have": []},
        {"visitor": "v", "lesson": "vision_tasks", "settings": {"scores": 0.5}, "have": []},
        {"visitor": "v", "lesson": "vision_tasks", "settings": {"picture": "upload:0"}, "have": []},
        {"visitor": "v", "lesson": "vision_tasks", "settings": {}, "have": ["x"] * 500},
        {"visitor": 5, "lesson": "vision_tasks", "settings": {}, "have": []},
    ],
    ids=str,
)
def test_a_bad_request_gets_one_sentence(url: str, log: io.StringIO, body: dict[str, Any]):
    answer = httpx.post(f"{url}ww/ask", json=body, timeout=60)
    assert answer.status_code in (422, 429)
    assert answer.json()["error"].endswith((".", "…"))
    assert log.getvalue() == ""


def test_a_visitor_has_one_request_at_a_time(url: str, monkeypatch: pytest.MonkeyPatch):
    slow = threading.Event()
    original = asking.named
    monkeypatch.setattr(asking, "named", lambda *a: slow.wait(5) and original(*a))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, url, "vision_tasks", {}, (), "one")
        while not _busy("one"):
            pass
        assert ask(url, "vision_tasks", {}, (), "one").status_code == 429
        slow.set()
        assert first.result().status_code == 200
    assert ask(url, "vision_tasks", {}, (), "one").status_code == 200


def _busy(visitor: str) -> bool:
    import app

    return visitor in app.site.asking.visitors


def test_what_is_not_here_goes_through_the_queue(monkeypatch: pytest.MonkeyPatch):
    import app

    body = {
        "lesson": "vision_tasks",
        "settings": {"network": "maskrcnn_resnet50_fpn"},
        "have": [],
        "visitor": "q",
    }
    monkeypatch.setattr(demos.zoo, "is_here", lambda name: False)
    assert json.loads(asyncio.run(app.site.asking.answer(body)).body) == {"queue": True}


def test_a_lent_gpu_goes_through_the_queue_unless_all_is_kept(monkeypatch: pytest.MonkeyPatch, network: None):
    import app

    body = {"lesson": "vision_tasks", "settings": {"picture": "scene:991"}, "have": [], "visitor": "z"}
    monkeypatch.setattr(demos.zoo, "lent_by_call", lambda: True)
    assert json.loads(asyncio.run(app.site.asking.answer(body)).body) == {"queue": True}
    LESSONS[0].update(picture="scene:991")
    assert "shown" in json.loads(asyncio.run(app.site.asking.answer(body)).body)


@pytest.mark.parametrize(
    "picture", ["\\ud800", "scene:\\ud800", "scene:4?\\ud800=1", "scene:4?things=\\u202e", "\\u0000\\u001b"]
)
def test_a_picture_of_unprintable_letters_gets_a_sentence(url: str, log: io.StringIO, picture: str):
    body = (
        f'{{"lesson": "upsampling", "settings": {{"picture": "{picture}"}}, "have": [], "visitor": "test"}}'
    )
    answer = httpx.post(
        f"{url}ww/ask", content=body, headers={"content-type": "application/json"}, timeout=60
    )
    assert answer.status_code == 422
    assert answer.json()["error"].isprintable()
    assert log.getvalue() == ""
