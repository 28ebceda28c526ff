"""A visitor's zip file or folder: sent like a photograph, read by the lesson, and deleted as soon as that is done.

The browser packs a folder into one zip file (demos/draw/drop.js), so that one file of one name of ours is all that ever
lies here. What the lesson keeps of it has a key, a hash, which is a setting of the lesson like any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import gradio as gr

from demos.ui import stage as stages
from demos.ui import uploads
from demos.ui.lesson import Lesson
from demos.ui.spoken import spoken

READ_AGAIN = 30
"""Seconds for which the sentence about a bad file is shown: it names a file and a place in it."""


def place(lesson: Lesson, key: str, admit: Callable[[str], str], label: str) -> gr.Textbox:
    """The widgets, where the lesson's ``build`` stands, and the endpoint ``<lesson>_<key>``; returns the key's own."""
    shown = gr.Textbox(
        lesson.defaults[key], label=label, elem_id=f"{lesson.name}-{key}", elem_classes=["ww-hidden"]
    )
    file = gr.File(label="zip file", elem_classes=["ww-hidden"])
    drop = stages.drop(lesson.name, key, label, uploads.LARGEST)
    quiet: dict[str, Any] = {"show_progress": "hidden"}
    name = json.dumps(f"{lesson.name}-{key}")
    sent = gr.on(
        [stages.trigger(drop, "sent")],
        opener(admit),
        [file],
        [shown],
        js=f"() => window.whatwhere.handed({name})",
        preprocess=False,
        api_name=f"{lesson.name}_{key}",
        **quiet,
    )
    quiet["api_visibility"] = "private"
    sent.success(None, [shown], None, js=f"(key) => {{ window.whatwhere.handed({name}, key); }}", **quiet)
    sent.failure(None, js=f"() => {{ window.whatwhere.handed({name}, ''); }}", **quiet)
    gr.on([stages.trigger(drop, "closed")], None, None, [shown], js="() => ''", **quiet)
    return shown


def opener(admit: Callable[[str], str]) -> Callable[[Any], str]:
    """A function of a call's file that returns its key; the file is gone afterwards, whatever came of it."""

    def opened(file: Any = None) -> str:
        """Send a folder as a zip file, at most 8 MB: returns its key, which the lesson accepts for an hour.

        Args:
            file: a zip file.

        Returns:
            The key, such as upload:9f86d081884c7d65.
        """
        if file is None:
            raise gr.Error("A zip file is needed; choose one and send it again.", print_exception=False)
        path = uploads.uploaded(file)
        try:
            with spoken():
                return admit(path)
        except gr.Error as error:
            error.duration = READ_AGAIN
            raise
        finally:
            uploads.forget(path)
        raise AssertionError  # never reached: `spoken` lets every error out

    return opened
