"""Saving what a lesson shows as a figure for slides: PDF, SVG or PNG, by three buttons and by ``/<lesson>_figure``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from demos.ui import slots, uploads
from demos.ui.checks import Choice, check_all, rule_for
from demos.ui.lesson import PICTURE, Lesson
from demos.ui.screen import Screen
from demos.ui.spoken import spoken
from demos.ui.stage import figure_buttons, trigger

FORMS = ("pdf", "svg", "png")
FORM = "format"
FILES: dict[str, Any] = {"concurrency_id": "files", "concurrency_limit": 1}
"""Files are made one at a time, for all visitors: so the lessons' answers need not wait for many."""
ADDRESS = re.compile(r"https?://[\w.:\[\]-]{1,100}(/[\w./~-]{0,100})?", re.ASCII)
"""An address that may be printed: it is what a browser said, so it may be anything."""
MINE = "upload:"
"""How the key of what a visitor has sent begins: no link and no figure names it, since it is gone after an hour."""


def place(
    lesson: Lesson, screen: Screen, inputs: Sequence[Any], networks: slots.NetworkSource, file: gr.File
) -> None:
    """The buttons of a lesson that has a figure, and its endpoint; ``file`` is where the browser fetches files from."""
    if lesson.figure is None:
        return
    buttons = figure_buttons(lesson.name, FORMS)
    named: dict[str, Any] = {"api_name": f"{lesson.name}_figure", **FILES}
    quiet: dict[str, Any] = {"show_progress": "hidden"}
    draw = drawer(lesson, screen, networks)
    drawn = gr.on(
        [trigger(buttons, "save")], draw, [*inputs, buttons], file, preprocess=False, **named, **quiet
    )
    js = "(file) => { window.whatwhere.save(file.orig_name, file.url); }"
    drawn.success(None, [file], None, js=js, api_visibility="private", **quiet)


def drawer(lesson: Lesson, screen: Screen, networks: slots.NetworkSource) -> Callable[..., Awaitable[str]]:
    """A function of the lesson's settings and a format that writes the figure to a file and returns its path."""
    rules = {**screen.all_rules, FORM: Choice(FORMS)}

    async def draw(request: gr.Request, *values: Any) -> str:
        settings = check_all(rules, values)
        form = settings.pop(FORM)
        await slots.fetch(networks, settings)
        with spoken():
            page = page_of(request)
            return await slots.compute(lambda: write(lesson, screen, settings, form, page, networks))
        raise AssertionError  # never reached: `spoken` lets every error out

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    first, last = inspect.Parameter("request", kind), inspect.Parameter(FORM, kind, default=FORMS[0])
    own = inspect.signature(lesson.update).parameters.values()
    draw.__signature__ = inspect.Signature([first, *own, last])  # type: ignore[attr-defined]
    draw.__annotations__ = {"request": gr.Request}
    about = f"parameters as /{lesson.name}, and format: {', '.join(FORMS)}"
    draw.__doc__ = f"What {lesson.name} shows as a figure for slides; {about}."
    return draw


def write(
    lesson: Lesson,
    screen: Screen,
    settings: dict[str, Any],
    form: str,
    page: str,
    networks: slots.NetworkSource,
) -> str:
    """Draw a lesson's figure to a new file; returns its path. Raises ValueError if a network cannot be had."""
    assert lesson.figure is not None
    if slots.NETWORK in settings:
        networks.load(settings[slots.NETWORK])  # a lesson would go on with another one, under this one's name
    slide = lesson.figure(**settings)
    said = [text for key, text in spelled(screen, settings).items() if key in (slide.uses or settings)]
    title = f"{lesson.number} {lesson.title}"
    slide = replace(slide, lesson=title, settings=said, link=link(lesson, settings, page))
    return str(uploads.keep(f"{lesson.name}.{form}", slide.file(form)))


def spelled(screen: Screen, settings: Mapping[str, Any]) -> dict[str, str]:
    """Each setting that has a value as "Label: value", in the words of its widget."""
    found = {PICTURE: f"Picture: {'your own' if settings[PICTURE].startswith(MINE) else settings[PICTURE]}"}
    for key, widget in screen.inputs.items():
        if settings[key] == "":
            continue
        rule, value = rule_for(widget), settings[key]
        titles = {v: k for k, v in getattr(widget, "choices", ())} if isinstance(rule, Choice) else {}
        text = f"{value:g}" if isinstance(value, float) else str(value)
        text = "opened" if text.startswith(MINE) else text
        found[key] = f"{widget.label}: {titles.get(value, text)}"
    return found


def link(lesson: Lesson, settings: Mapping[str, Any], page: str) -> str:
    """The address of a view: of its settings those that are not the lesson's own; "" for what a visitor has sent.

    Without the address of the page it begins with a question mark.
    """
    if any(str(value).startswith(MINE) for value in settings.values()):
        return ""
    own = lesson.defaults
    query = {"lesson": lesson.name, PICTURE: settings[PICTURE]}
    query |= {key: value for key, value in settings.items() if value != own[key]}
    return f"{page}?{urlencode(query, safe=':,')}"


def page_of(request: gr.Request) -> str:
    """The page's address as the browser said it, "" where it said none or something else.

    Behind a proxy no other header knows it. It is printed and linked, in a file that goes to who asked, never fetched.
    """
    said = str(request.headers.get("referer", "")).partition("?")[0].partition("#")[0]
    return said if ADDRESS.fullmatch(said) else ""
