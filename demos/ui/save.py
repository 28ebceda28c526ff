"""Saving a lesson's data: JSON for settings and small values, NPZ for arrays.

The file travels inside the event's answer and the browser writes it, so nothing is left on the server.
Pictures are saved by the stage itself, in the browser.
"""

from __future__ import annotations

import base64
import inspect
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
import numpy as np

from demos.ui.checks import Text, check_all
from demos.ui.lesson import PICTURE, Lesson
from demos.ui.screen import Screen
from demos.ui.wiring import spoken

KINDS = {"json": "application/json", "npz": "application/zip"}


def save_row(lesson: Lesson, screen: Screen, inputs: Sequence[Any]) -> None:
    """Two buttons at the end of a lesson that has ``data``, with an endpoint ``<lesson>_data`` for the JSON."""
    if lesson.data is None:
        return
    with gr.Row(elem_classes=["ww-save"]):
        buttons = {kind: gr.Button(f"Save the data as {kind.upper()}", size="sm") for kind in KINDS}
    file = gr.HTML(
        label="data file",
        html_template='<div class="ww-file"></div>',
        js_on_load="window.whatwhere.saver(element, props, watch);",
        apply_default_css=False,
        elem_classes=["ww-hidden"],
    )
    for kind, button in buttons.items():
        button.elem_id = f"{lesson.name}-save-{kind}"
        name: dict[str, Any] = {"api_name": f"{lesson.name}_{kind}"}
        button.click(
            writer(lesson, screen, kind), list(inputs), file, preprocess=False, show_progress="hidden", **name
        )


def writer(lesson: Lesson, screen: Screen, kind: str) -> Callable[..., dict[str, str]]:
    """A function of the lesson's settings that returns its data as a file: name, MIME type and base64 content."""
    rules = {PICTURE: Text(), **screen.rules}
    rules = {name: rules[name] for name in lesson.settings}

    def save(*values: Any) -> dict[str, str]:
        settings = check_all(rules, values)
        with spoken():
            data = dict(lesson.data(**settings)) if lesson.data else {}
        content = base64.b64encode(as_npz(settings, data) if kind == "npz" else as_json(settings, data))
        return {"name": f"{lesson.name}.{kind}", "type": KINDS[kind], "base64": content.decode()}

    save.__doc__ = (
        f"The numbers behind {lesson.name} as {kind.upper()}, base64-encoded; parameters as /{lesson.name}."
    )
    save.__signature__ = inspect.signature(lesson.update)  # type: ignore[attr-defined]
    return save


def as_npz(settings: dict[str, Any], data: dict[str, Any]) -> bytes:
    """Arrays and values as an NPZ file; the settings are in ``settings`` as JSON."""
    buffer = io.BytesIO()
    arrays = {key: np.asarray(value) for key, value in data.items()}
    arrays["settings"] = np.array(json.dumps(settings))
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def as_json(settings: dict[str, Any], data: dict[str, Any]) -> bytes:
    """Settings and data as JSON; arrays become lists.

    >>> as_json({"score": 0.5}, {"boxes": np.zeros((1, 4))})
    b'{"settings": {"score": 0.5}, "boxes": [[0.0, 0.0, 0.0, 0.0]]}'
    """
    return json.dumps({"settings": settings, **data}, default=plain).encode()


def plain(value: Any) -> Any:
    """Arrays and NumPy numbers as JSON's lists and numbers."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"data may hold arrays, numbers, texts, lists and dicts; got {type(value).__name__}.")
