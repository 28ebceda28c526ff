"""The stage: linked views of one picture, with a box to drag or a pixel to choose, drawn by assets/stage*.js.

Two gr.HTML components make one stage. The *stage* holds the selection, a short text ("x,y" or
"x0,y0,x1,y1"), and fires ``commit`` on release. The *feed* only carries pictures from Python to it, so that
a commit sends a few bytes back and never the pictures. Templates do not depend on the value (a changed
template would wipe what JavaScript drew), and both are made by functions: subclassing a component writes
stub files into the project.

While a box is dragged the stage dispatches ``whatwhere:box`` on ``document`` with
``detail = {lesson, stage, box: [x0, y0, x1, y1], final: boolean}`` for every frame, and ``whatwhere:point``
with ``{lesson, stage, point: [x, y] | null, final}`` while the pointer moves. Other components of the page
listen to these to follow the finger without the server.
"""

from __future__ import annotations

import html
import json
from typing import Any

import gradio as gr
from gradio.events import EventListener

_STAGE_JS = """window.whatwhere.loaded.then(() => window.whatwhere.stage(element, props, trigger, watch));
/* fires 'commit' */"""
_FEED_JS = "window.whatwhere.feed(element, props, watch);"


def stage(
    lesson: str, name: str, *, kind: str, value: str, columns: int, label: str, height: str, hint: str = ""
) -> gr.HTML:
    """The stage of a lesson: ``kind`` is 'box', 'point' or 'none'; ``value`` the selection at the start.

    ``columns`` panels stand side by side; ``height`` is the CSS height that all rows together may take.
    """
    settings = {"kind": kind, "columns": columns, "height": height, "label": label, "hint": hint}
    return gr.HTML(
        value=value,
        label=label,
        html_template=element("ww-stage", lesson=lesson, stage=f"{lesson}-{name}", **settings),
        js_on_load=_STAGE_JS,
        apply_default_css=False,
        elem_id=f"{lesson}-{name}",
        elem_classes=["ww-block"],
    )


def element(css: str, **data: object) -> str:
    """An empty <div> with data attributes, as a template. What the template language reads is written as entities.

    Settings stand in the template and not in the component's own props: gradio 6.31 loses those of a
    component that is updated before its tab was first opened.

    >>> element("ww-stage", columns=2)
    '<div class="ww-stage" data-columns="2"></div>'
    """
    marks = {ord(mark): f"&#{ord(mark)};" for mark in "\\`${}"}
    texts = {name: html.escape(str(value)).translate(marks) for name, value in data.items()}
    attributes = "".join(f' data-{name}="{text}"' for name, text in texts.items())
    return f'<div class="{css}"{attributes}></div>'


def feed(lesson: str, name: str) -> gr.HTML:
    """The hidden component through which ``update`` sends a stage its panels."""
    return gr.HTML(
        label=f"{name}: panels",
        html_template=element("ww-feed", stage=f"{lesson}-{name}"),
        js_on_load=_FEED_JS,
        apply_default_css=False,
        elem_classes=["ww-hidden"],
    )


def widget(kind: str, label: str, elem_id: str) -> gr.HTML:
    """A component drawn by assets/page.js: 'reading', 'question' or 'table'."""
    return gr.HTML(
        label=label,
        html_template=element(f"ww-{kind}"),
        js_on_load=f"window.whatwhere[{json.dumps(kind)}](element, props, watch);",
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes=["ww-block"],
    )


def board(lesson: str, name: str, script: str, *, label: str, run: str = "", **settings: Any) -> gr.HTML:
    """A lesson's own component, drawn by ``window.whatwhere[script](element, props, watch)``.

    The function stands in a file of its own under assets/ (the page sends every ``assets/*.js``); its output is
    any JSON that ``update`` (or the ``run``) returns under ``name``. ``settings`` are JSON too; the script reads them
    from ``props``. A board of ``update`` hides while its value is None; one of a run shows what to press.
    """
    fixed = json.dumps(settings, ensure_ascii=False)
    css = f"ww-board ww-{script}"
    return gr.HTML(
        label=label,
        html_template=element(css, lesson=lesson, settings=fixed, run=run),
        js_on_load=f"window.whatwhere.board({json.dumps(script)}, element, props, watch);",
        apply_default_css=False,
        elem_id=f"{lesson}-{name}",
        elem_classes=["ww-block"],
    )


def chooser(lesson: str, name: str, script: str, *, label: str, value: str, **settings: Any) -> gr.HTML:
    """A board on which the learner chooses a point: ``window.whatwhere[script](element, props, watch, select)``.

    Its own value is the selection "x,y", in the script ``props.selection``; the pictures arrive by a :func:`feed`, so
    that a choice sends a few bytes. ``select(text)`` commits another one.
    """
    fixed = json.dumps(settings, ensure_ascii=False)
    css = f"ww-board ww-{script}"
    drawn = f"window.whatwhere.chooser({json.dumps(script)}, element, props, watch, trigger);"
    return gr.HTML(
        value=value,
        label=label,
        html_template=element(css, lesson=lesson, settings=fixed, stage=f"{lesson}-{name}"),
        js_on_load=f"{drawn} /* fires 'commit' */",
        apply_default_css=False,
        elem_id=f"{lesson}-{name}",
        elem_classes=["ww-block"],
    )


def trigger(component: gr.HTML, event: str) -> Any:
    """An event of a component's own JavaScript in the form that ``gr.on`` takes.

    ``component.commit`` alone is a listener without the names that ``gr.on`` reads.
    """
    listener = EventListener(event_name=event)
    listener.__self__ = component  # type: ignore[attr-defined]
    return listener
