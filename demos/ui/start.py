"""The start page: the lecture's map. demos/draw/start.js draws it; pictures come from :mod:`demos.ui.cards`."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence

import gradio as gr

from demos.ui import stage as stages
from demos.ui.lesson import Part

START = "start"
"""Its name, as a lesson's in the menu; its address is that of the page alone (demos/draw/tabs.js)."""
LABEL = "Start"


def tab(syllabus: Sequence[Part]) -> None:
    """The first tab of the page."""
    parts = [
        {
            "letter": part.letter,
            "title": part.title,
            "lessons": [
                {"name": one.name, "number": one.number, "title": one.title, "asks": one.asks or one.first}
                for one in part.lessons
            ],
        }
        for part in syllabus
    ]
    with gr.Tab(LABEL, id=START, elem_id=f"ww-part-{START}"):
        gr.HTML(
            label="The lecture's map",
            html_template=stages.element("ww-start", parts=json.dumps(parts, ensure_ascii=False)),
            js_on_load="window.whatwhere.start(element);",
            apply_default_css=False,
            elem_classes=["ww-block"],
        )


def option() -> str:
    """Its line in the menu that takes the place of the tabs on a phone."""
    return f'<option value="{START}" data-part="{START}">{html.escape(LABEL)}</option>'
