"""The components that the browser draws, as gradio sees them: a place, fixed settings, and a value.

Each is a gr.HTML whose template names what draws it: a function of demos/draw/page.js, and for a board one of the
lesson's own board.js. The value is an output of the lesson, which an event of gradio's queue may bring, or a selection,
a short text ("x,y" or "x0,y0,x1,y1") that is a setting of the lesson. Where a component is both, its output comes by an
*outlet*, a hidden component, so that a choice sends a few bytes back and never the pictures. Templates do not depend on
the value (a changed template would wipe what JavaScript drew), and all are made by functions: subclassing a component
writes stub files into the project.

While a box is dragged the stage dispatches ``whatwhere:box`` on ``document`` with
``detail = {lesson, stage, box: [x0, y0, x1, y1], final: boolean}`` for every frame, and ``whatwhere:point``
with ``{lesson, stage, point: [x, y] | null, final}`` while the pointer moves. Other components of the page
listen to these to follow the finger without the server.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.events import EventListener


def stage(lesson: str, name: str, *, value: str, label: str, **settings: Any) -> gr.HTML:
    """The stage of a lesson; ``settings`` are its kind, key, columns, height and hint, see ``Screen.stage``."""
    data = {"lesson": lesson, "output": name, "stage": f"{lesson}-{name}", "label": label, **settings}
    return _drawn("stage", f"{lesson}-{name}", label, element("ww-stage", **data), value=value)


def outlet(lesson: str, name: str) -> gr.HTML:
    """The hidden component of an output whose visible component has another value."""
    return _drawn("outlet", None, f"{name}: what is shown", element("ww-outlet", lesson=lesson, output=name))


def widget(kind: str, lesson: str, name: str, label: str, **data: str) -> gr.HTML:
    """A component drawn by demos/draw/widgets.js: 'reading', 'table', 'code', 'question', 'seen' or 'progress'."""
    shown = element(f"ww-{kind}", kind=kind, lesson=lesson, output=name, label=label, **data)
    return _drawn("widget", f"{lesson}-{name}", label, shown)


def board(
    lesson: str, name: str, script: str, *, label: str, value: str | None = None, **data: Any
) -> gr.HTML:
    """A lesson's own component, drawn by the function ``script`` of its board.js; see demos/draw/board.js.

    ``data`` are ``settings`` (plain values that the script reads), and perhaps ``run`` (the run whose output it is),
    ``key`` (the setting that is chosen on it) and ``styled`` (the lesson has a board.css).
    """
    data = {**data, "settings": json.dumps(data.get("settings", {}), ensure_ascii=False)}
    shown = element(f"ww-board ww-{script}", lesson=lesson, output=name, script=script, **data)
    return _drawn("board", f"{lesson}-{name}", label, shown, value=value)


def words(lesson: str, keys: Sequence[str]) -> gr.HTML:
    """The list of the lesson's words: those of its texts, and those in sight when the list is first seen."""
    return _drawn(
        "words", f"{lesson}-words", "Words of this lesson", element("ww-words", keys=" ".join(keys))
    )


def beacon(lesson: str, point: str, defaults: dict[str, Any], first: str = "") -> gr.HTML:
    """The lesson's point, and what to do first.

    It fires ``queue`` when gradio's queue is to answer, ``told`` for gradio's own parts, and ``restore`` when the
    widgets are to show settings that the browser has kept.
    """
    shown = element("ww-point", lesson=lesson, point=point, first=first, defaults=json.dumps(defaults))
    call = "window.whatwhere.beacon(element, props, trigger); /* fires 'queue', 'told', 'restore' */"
    return gr.HTML(
        label="point",
        html_template=shown,
        js_on_load=call,
        apply_default_css=False,
        elem_classes=["ww-block"],
    )


def pictured(samples: dict[str, str], largest: int) -> gr.HTML:
    """What the picture bar shows in words. It fires ``restore`` when the bar's widgets are to show another picture.

    Args:
        samples: names of sample photographs to titles.
        largest: bytes that a file may have.
    """
    return gr.HTML(
        label="shown",
        html_template=element("ww-pictured", samples=json.dumps(samples), largest=largest),
        js_on_load="window.whatwhere.bar(element, props, trigger); /* fires 'restore' */",
        apply_default_css=False,
        elem_classes=["ww-block"],
    )


def drop(lesson: str, key: str, label: str, largest: int) -> gr.HTML:
    """A place where a zip file or a folder is chosen or dropped. It fires ``sent``, and ``closed``."""
    return gr.HTML(
        label=label,
        html_template=element("ww-drop", lesson=lesson, key=key, label=label, largest=largest),
        js_on_load="window.whatwhere.drop(element, props, trigger); /* fires 'sent', 'closed' */",
        apply_default_css=False,
        elem_id=f"{lesson}-{key}-drop",
        elem_classes=["ww-block"],
    )


def figure_buttons(lesson: str, forms: Sequence[str]) -> gr.HTML:
    """A button for each form of a figure. The form pressed is the value; then it fires ``save``."""
    return gr.HTML(
        value=forms[0],
        label="format",
        html_template=element("ww-figures", lesson=lesson, forms=" ".join(forms)),
        js_on_load="window.whatwhere.figures(element, props, trigger); /* fires 'save' */",
        apply_default_css=False,
        elem_id=f"{lesson}-save-figure",
        elem_classes=["ww-block"],
    )


def _drawn(function: str, identity: str | None, label: str, shown: str, value: Any = None) -> gr.HTML:
    return gr.HTML(
        value=value,
        label=label,
        html_template=shown,
        js_on_load=f"window.whatwhere.{function}(element, props, watch);",
        apply_default_css=False,
        elem_id=identity,
        elem_classes=["ww-hidden" if function == "outlet" else "ww-block"],
    )


def element(css: str, **data: object) -> str:
    """An empty <div> with data attributes, as a template. What the template language reads is written as entities.

    Settings stand in the template and not in the component's own props: gradio 6.31 loses those of a
    component that is updated before its tab was first opened. What is empty is left out.

    >>> element("ww-stage", columns=2, key="")
    '<div class="ww-stage" data-columns="2"></div>'
    """
    marks = {ord(mark): f"&#{ord(mark)};" for mark in "\\`${}"}
    texts = {name: html.escape(str(value)).translate(marks) for name, value in data.items() if value != ""}
    attributes = "".join(f' data-{name}="{text}"' for name, text in texts.items())
    return f'<div class="{css}"{attributes}></div>'


def trigger(component: gr.HTML, event: str) -> Any:
    """An event of a component's own JavaScript in the form that ``gr.on`` takes.

    ``component.queue`` alone is a listener without the names that ``gr.on`` reads.
    """
    listener = EventListener(event_name=event)
    listener.__self__ = component  # type: ignore[attr-defined]
    return listener
