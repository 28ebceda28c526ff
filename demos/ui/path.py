"""The guided path as the browser knows it: parts, lessons and their tasks, in lecture order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from demos.records import Task
from demos.ui.lesson import Lesson, Part

CONTENT = "path.json"
"""Name under which the tasks are served."""


def content(syllabus: Sequence[Part]) -> bytes:
    """All parts with their tasks, each with all settings to begin with and all of an answer, as JSON."""
    parts = [{"letter": one.letter, "title": one.title, "tasks": list(_tasks(one))} for one in syllabus]
    return orjson.dumps(parts)


def _tasks(part: Part) -> Iterator[dict[str, Any]]:
    for lesson in part.lessons:
        for task in lesson.tasks:
            yield _told(lesson, task)


def _told(lesson: Lesson, task: Task) -> dict[str, Any]:
    about = {"name": task.name, "text": task.text, "lesson": lesson.name}
    shown = {"title": f"{lesson.number} {lesson.title}"}
    own = lesson.defaults
    return {**about, **shown, "start": own | dict(task.start), "answer": own | dict(task.answer)}
