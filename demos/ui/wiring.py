"""One wiring for all lessons: checks, errors, the named endpoint and the events of a tab.

The names of ``update``'s parameters are the widgets' keys, the endpoint's parameters and the permalink's
query keys; :func:`check` compares them when the page is built, so a mismatch never reaches a visitor.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import gradio as gr

from demos.records import as_sent
from demos.ui import runs, slots
from demos.ui.checks import check_all
from demos.ui.lesson import PICTURE, Lesson
from demos.ui.screen import Screen
from demos.ui.spoken import spoken

FRAME_OUTPUTS = ("question", "numbers", "seen")
"""Outputs that every lesson has: "Predict first", "Numbers behind it" and what was seen."""


def check(lesson: Lesson, screen: Screen) -> None:
    """Raise TypeError unless parameters, widgets, defaults and documentation of a lesson agree."""
    settings, widgets = lesson.settings, (PICTURE, *screen.inputs)
    if set(settings) != set(widgets) or settings[0] != PICTURE:
        raise TypeError(f"{lesson.name}: update has {settings}, the widgets are {widgets}; they must agree.")
    described = inspect.getdoc(lesson.update) or ""
    for name, default in lesson.defaults.items():
        if name != PICTURE and screen.inputs[name].value != default:
            shown = screen.inputs[name].value
            raise TypeError(f"{lesson.name}: {name} is {default!r} in update but {shown!r} in the widget.")
        if f"{name}:" not in described:
            raise TypeError(f"{lesson.name}: update's docstring must describe {name} under Args.")
    if not lesson.first:
        raise TypeError(f"{lesson.name}: first says what to do first, in a few words, and must not be empty.")
    if not lesson.theory.strip():
        raise TypeError(f"{lesson.name}: theory.md is the tab's text and must not be empty.")
    for run in screen.runs.values():
        runs.check(lesson, run)


def endpoint(
    lesson: Lesson, screen: Screen, networks: slots.NetworkSource
) -> Callable[..., Awaitable[list[Any]]]:
    """``update`` as gradio calls it: checked values in, one value for each output component out."""

    async def call(*values: Any) -> list[Any]:
        settings = check_all(screen.all_rules, values)
        await slots.fetch(networks, settings)
        if why := await slots.unavailable(networks, settings):
            # nothing of ours under its name; the page asks again, and says it in place
            raise gr.Error(why, visible=False, print_exception=False)
        with spoken():
            return await slots.compute(lambda: arrange(lesson, screen, lesson.update(**settings)))
        raise AssertionError  # never reached: `spoken` lets every error out

    functools.update_wrapper(call, lesson.update)
    call.__annotations__ = {}
    return call


def arrange(lesson: Lesson, screen: Screen, shown: Mapping[str, Any]) -> list[Any]:
    """Values of ``update`` in the order of the components; keys must be exactly the outputs."""
    if set(shown) != set(screen.outputs):
        raise TypeError(
            f"{lesson.name}: update returned {sorted(shown)}, shown are {sorted(screen.outputs)}."
        )
    return [as_sent(shown[name]) for name in screen.outputs]
