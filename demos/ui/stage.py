"""The stage: linked views of one picture, with a box to drag or a pixel to choose, drawn by assets/stage.js.

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

import json
from typing import Any

import gradio as gr
from gradio.events import EventListener

_STAGE_HTML = '<div class="ww-stage" data-kind="${kind}" data-lesson="${lesson}" data-stage="${stage}"></div>'
_STAGE_JS = "window.whatwhere.stage(element, props, trigger, watch); /* fires 'commit' */"
_FEED_HTML = '<div class="ww-feed" data-stage="${stage}"></div>'
_FEED_JS = "window.whatwhere.feed(element, props, watch);"


def stage(
    lesson: str, name: str, *, kind: str, value: str, columns: int, label: str, height: str, hint: str = ""
) -> gr.HTML:
    """The stage of a lesson: ``kind`` is 'box', 'point' or 'none'; ``value`` the selection at the start.

    ``columns`` panels stand side by side; ``height`` is the CSS height that all rows together may take.
    """
    return gr.HTML(
        value=value,
        label=label,
        html_template=_STAGE_HTML,
        js_on_load=_STAGE_JS,
        apply_default_css=False,
        elem_id=f"{lesson}-{name}",
        elem_classes=["ww-block"],
        kind=kind,
        lesson=lesson,
        stage=f"{lesson}-{name}",
        columns=columns,
        aria=label,
        hint=hint,
        height=height,
    )


def feed(lesson: str, name: str) -> gr.HTML:
    """The hidden component through which ``update`` sends a stage its panels."""
    return gr.HTML(
        label=f"{name}: panels",
        html_template=_FEED_HTML,
        js_on_load=_FEED_JS,
        apply_default_css=False,
        elem_classes=["ww-hidden"],
        stage=f"{lesson}-{name}",
    )


def widget(kind: str, label: str, elem_id: str, **props: Any) -> gr.HTML:
    """A component drawn by assets/page.js: 'reading', 'question' or 'table'."""
    return gr.HTML(
        label=label,
        html_template=f'<div class="ww-{kind}"></div>',
        js_on_load=f"window.whatwhere[{json.dumps(kind)}](element, props, watch);",
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes=["ww-block"],
        **props,
    )


def board(lesson: str, name: str, script: str, *, label: str, **props: Any) -> gr.HTML:
    """A lesson's own component, drawn by ``window.whatwhere[script](element, props, watch)``.

    The function stands in a file of its own under assets/ (``Page`` sends every ``assets/*.js``); its output
    is any JSON that ``update`` returns under ``name``.
    """
    return gr.HTML(
        label=label,
        html_template=f'<div class="ww-board ww-{script}" data-lesson="{lesson}"></div>',
        js_on_load=f"window.whatwhere[{json.dumps(script)}](element, props, watch);",
        apply_default_css=False,
        elem_id=f"{lesson}-{name}",
        elem_classes=["ww-block"],
        **props,
    )


def trigger(component: gr.HTML, event: str) -> Any:
    """An event of a component's own JavaScript in the form that ``gr.on`` takes.

    ``component.commit`` alone is a listener without the names that ``gr.on`` reads.
    """
    listener = EventListener(event_name=event)
    listener.__self__ = component  # type: ignore[attr-defined]
    return listener
