"""The address that checks tasks of the path: a verdict, or one sentence; the same guards as for quick answers."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import httpx
import pytest

import demos
from demos.ui import checking, path

LESSONS = [lesson for part in demos.SYLLABUS for lesson in part.lessons]
LESSON = next(lesson for lesson in LESSONS if lesson.name == "segmentation_metrics")
TASK = LESSON.tasks[0]
REACHED = {key: value for key, value in TASK.answer.items() if key != "picture"}


def check(url: str, task: Any, settings: Any, visitor: Any = "test") -> httpx.Response:
    return httpx.post(
        f"{url}ww/check", json={"task": task, "settings": settings, "visitor": visitor}, timeout=60
    )


def test_a_verdict_is_the_tasks_own(url: str, log: io.StringIO):
    for settings, done in (({}, False), (REACHED, True)):
        answer = check(url, TASK.name, settings)
        verdict = TASK.check({**LESSON.defaults, **settings})
        assert answer.json() == {"done": done, "said": verdict.said}
    assert log.getvalue() == ""


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"visitor": "v"},
        {"visitor": "v", "task": "nothing", "settings": {}},
        {"visitor": "v", "task": [TASK.name], "settings": {}},
        {"visitor": "v", "task": TASK.name, "settings": []},
        {"visitor": "v", "task": TASK.name, "settings": {"void": 99}},
        {"visitor": "v", "task": TASK.name, "settings": {"moved": "<b>"}},
        {"visitor": "v", "task": TASK.name, "settings": {"moved": "1,1,9"}},
        {"visitor": "v", "task": TASK.name, "settings": {"nonsense": 1}},
        {"visitor": "v", "task": TASK.name, "settings": {"picture": "scene:x"}},
        {"visitor": 5, "task": TASK.name, "settings": {}},
    ],
    ids=str,
)
def test_a_bad_request_gets_one_sentence(url: str, log: io.StringIO, body: dict[str, Any]):
    answer = httpx.post(f"{url}ww/check", json=body, timeout=60)
    assert answer.status_code == 422
    assert answer.json()["error"].endswith((".", "…"))
    assert log.getvalue() == ""


def test_what_is_no_object_is_told_the_form(url: str):
    answer = httpx.post(
        f"{url}ww/check", content=b"[]", headers={"content-type": "application/json"}, timeout=60
    )
    assert answer.status_code == 422
    assert '"task"' in answer.json()["detail"]
    assert httpx.get(f"{url}ww/check", timeout=60).status_code == 404


def test_what_is_not_here_is_not_fetched_for_a_check(monkeypatch: pytest.MonkeyPatch):
    import app

    monkeypatch.setattr(demos.zoo, "is_here", lambda name: False)
    body = {"task": "another_class", "settings": {}, "visitor": "w"}
    told = json.loads(asyncio.run(app.site.checking.answer(body)).body)
    assert told == {"error": checking.LATER}


def test_a_lent_gpu_is_not_asked_for_a_check(monkeypatch: pytest.MonkeyPatch, network: None):
    import app

    body = {"task": "few_proposals", "settings": {"picture": "scene:992", "view": "stages"}, "visitor": "g"}
    monkeypatch.setattr(demos.zoo, "lent_by_call", lambda: True)
    told = json.loads(asyncio.run(app.site.checking.answer(body)).body)
    assert told == {"error": checking.LATER}


def test_the_browser_gets_all_settings_of_each_task():
    told = json.loads(path.content(demos.SYLLABUS))
    assert [part["letter"] for part in told] == [part.letter for part in demos.SYLLABUS]
    by_name = {task["name"]: task for part in told for task in part["tasks"]}
    assert len(by_name) == sum(len(lesson.tasks) for lesson in LESSONS)
    for lesson in LESSONS:
        for task in lesson.tasks:
            sent = by_name[task.name]
            assert sent["lesson"] == lesson.name
            assert sent["start"] == {**lesson.defaults, **task.start}
            assert sent["answer"] == {**lesson.defaults, **task.answer}
