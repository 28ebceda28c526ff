"""Saving a lesson's data: JSON for settings and small values, NPZ for arrays; its figure: :mod:`demos.ui.figure`.

Each is a file that the visitor fetches and that is swept some minutes later. Pictures are saved by the stage itself,
in the browser.
"""

from __future__ import annotations

import inspect
import io
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import gradio as gr
import numpy as np
from pycocotools import mask as coco

from demos.records import as_json
from demos.ui import figure, slots, uploads
from demos.ui.checks import check_all
from demos.ui.lesson import Lesson
from demos.ui.screen import Screen
from demos.ui.spoken import spoken

KINDS = ("json", "npz")


def save_row(lesson: Lesson, screen: Screen, inputs: Sequence[Any], networks: slots.NetworkSource) -> None:
    """Two buttons at the end of a lesson that has ``data``, each with an endpoint: ``<lesson>_json`` and ``_npz``."""
    if lesson.data is None:
        return
    file = gr.File(label="data file", elem_classes=["ww-hidden"])
    with gr.Row(elem_classes=["ww-save"]):
        figure.place(lesson, screen, inputs, networks, file)
        buttons = {kind: gr.Button(f"Save the data as {kind.upper()}", size="sm") for kind in KINDS}
    quiet: dict[str, Any] = {"show_progress": "hidden"}
    for kind, button in buttons.items():
        button.elem_id = f"{lesson.name}-save-{kind}"
        save = writer(lesson, screen, kind, networks)
        named: dict[str, Any] = {"api_name": f"{lesson.name}_{kind}", **figure.FILES}
        saved = button.click(save, list(inputs), file, preprocess=False, **named, **quiet)
        js = "(file) => { window.whatwhere.save(file.orig_name, file.url); }"
        saved.success(None, [file], None, js=js, api_visibility="private", **quiet)


def writer(
    lesson: Lesson, screen: Screen, kind: str, networks: slots.NetworkSource
) -> Callable[..., Awaitable[str]]:
    """A function of the lesson's settings that writes its data to a file and returns the path."""

    async def save(*values: Any) -> str:
        settings = check_all(screen.all_rules, values)
        await slots.fetch(networks, settings)
        with spoken():
            return await slots.compute(lambda: write(lesson, settings, kind, networks))
        raise AssertionError  # never reached: `spoken` lets every error out

    save.__doc__ = (
        f"The numbers behind {lesson.name} as a file in {kind.upper()}; parameters as /{lesson.name}."
    )
    save.__signature__ = inspect.signature(lesson.update)  # type: ignore[attr-defined]
    return save


def write(lesson: Lesson, settings: dict[str, Any], kind: str, networks: slots.NetworkSource) -> str:
    """Write a lesson's data to a new file; returns its path. Raises ValueError if a network cannot be had."""
    if slots.NETWORK in settings:
        networks.load(settings[slots.NETWORK])  # a lesson would go on with another one, under this one's name
    data = dict(lesson.data(**settings)) if lesson.data else {}
    content = as_npz(settings, data) if kind == "npz" else as_text(settings, data)
    return str(uploads.keep(f"{lesson.name}.{kind}", content))


def as_npz(settings: dict[str, Any], data: dict[str, Any]) -> bytes:
    """Arrays and values as an NPZ file that ``np.load`` reads as it is; the settings are in ``settings`` as JSON.

    What has parts stands as ``name/part``, and what is None is left out.

    Raises:
        TypeError: a value is no array, number or text, and would have to be pickled.
    """
    arrays = {name: np.asarray(value) for name, value in parts(data)}
    if pickled := [name for name, array in arrays.items() if array.dtype == object]:
        raise TypeError(f"Only arrays, numbers and texts can be saved as NPZ; not so {', '.join(pickled)}.")
    arrays["settings"] = np.array(json.dumps(settings))
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def parts(data: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    """Names and values of nested mappings, without those that are None.

    >>> dict(parts({"fit": {"scale": 2.0, "shift": None}, "count": 3}))
    {'fit/scale': 2.0, 'count': 3}
    """
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from parts(value, f"{within}{name}/")
        elif value is not None:
            yield f"{within}{name}", value


def as_text(settings: dict[str, Any], data: dict[str, Any]) -> bytes:
    """Settings and data as JSON: masks as COCO's run lengths, other arrays as lists, what is not finite as null.

    >>> as_text({"score": 0.5}, {"boxes": np.zeros((1, 2), np.float32)})
    b'{"settings":{"score":0.5},"boxes":[[0.0,0.0]]}'
    """
    return as_json({"settings": settings} | {name: run_lengths(value) for name, value in data.items()})


def run_lengths(value: Any) -> Any:
    """Masks, bool [H, W] or [N, H, W], as COCO's compressed run lengths (``pycocotools.mask.decode`` reads them).

    >>> run_lengths(np.eye(2, dtype=bool))
    {'size': [2, 2], 'counts': '0120'}
    """
    array = np.asarray(value) if hasattr(value, "shape") else None
    if array is None or array.dtype != bool or array.ndim not in (2, 3):
        return value
    if array.ndim == 3:
        return [run_lengths(mask) for mask in array]
    found = coco.encode(np.asfortranarray(array, np.uint8))
    return {"size": list(found["size"]), "counts": found["counts"].decode()}
