"""The lecture's operators for the search: what each does, and the lesson that shows or uses its code."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from demos.ui.lesson import Lesson, Part
from demos.ui.search import Operator

ROOT = Path(__file__).resolve().parents[1]


def found(syllabus: Sequence[Part]) -> list[Operator]:
    """All public functions of lecture_models.ops, in the order of its files. It imports torch."""
    lessons = [lesson for part in syllabus for lesson in part.lessons]
    shown = {lesson.name: tuple(lesson.code()) for lesson in lessons}
    return [_operator(function, lessons, shown) for function in functions()]


def functions() -> Iterator[Callable]:
    """The functions themselves."""
    import lecture_models.ops as room

    for one in pkgutil.iter_modules(room.__path__):
        module = importlib.import_module(f"{room.__name__}.{one.name}")
        for name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == module.__name__ and name[0] != "_":
                yield function


def _operator(
    function: Callable, lessons: Sequence[Lesson], shown: Mapping[str, Sequence[Callable]]
) -> Operator:
    does = re.sub(r":\w+:|`", "", (inspect.getdoc(function) or "").partition("\n")[0])
    file = f"{function.__module__.replace('.', '/')}.py"
    name = function.__name__
    for lesson in lessons:
        if function in shown[lesson.name]:
            return Operator(name, does, file, lesson.name, shows=True)
    module = function.__module__
    near = (one.name for one in lessons if any(other.__module__ == module for other in shown[one.name]))
    users = (one.name for one in lessons if module.rpartition(".")[2] in _used(one.name))
    return Operator(name, does, file, next(near, None) or next(users, ""))


@cache
def _used(lesson: str) -> frozenset[str]:
    """Files of lecture_models.ops from which a lesson, or its study, imports."""
    files = [*(ROOT / "demos" / lesson).glob("*.py"), ROOT / "lecture_models" / "studies" / f"{lesson}.py"]
    texts = [file.read_text(encoding="utf8") for file in files if file.is_file()]
    named = {name for text in texts for name in re.findall(r"lecture_models\.ops\.(\w+)", text)}
    lists = [names for text in texts for names in re.findall(r"lecture_models\.ops import ([\w, ]+)", text)]
    return frozenset(named | {name.split(" as ")[0].strip() for names in lists for name in names.split(",")})
