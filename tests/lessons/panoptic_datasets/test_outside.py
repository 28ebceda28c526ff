"""What a visitor's data set calls its classes is text, wherever it is shown."""

from __future__ import annotations

import json

import httpx
import numpy as np

from demos.panoptic_datasets import words
from lecture_models.datasets import Category, DataSet, Entry, Segment, statistics
from lecture_models.datasets.model import packed
from lecture_models.studies import panoptic_datasets as study


def test_names_from_outside_are_texts(url: str):
    """In Markdown that is drawn as HTML; and half a sign in a setting is told, not a crash."""
    name = "<img src=x> $\\frac{ **a** [b](c)"
    entry = Entry("0.png", (2, 2), (2, 2), (Segment(1, 1, 4, (0, 0, 2, 2)),), packed(np.ones((2, 2))), b"", 0)
    look = study.look(DataSet("a", (Category(1, name, True),), (entry,)), "")
    assert study.look(look.data, "0 7").category == -1, (
        "the filter of a data set that was open before is none"
    )
    numbers = words.of_data(look, statistics.count(look.data), "scene:42")[2]
    told = numbers.split("\n\n")[1]
    assert not set("<>[]\\{") & set(told.split(", the largest")[0])
    body = {"lesson": "panoptic_datasets", "have": [], "visitor": "half"}
    for label in ("cityscapes:\ud800", "cityscapes:\u202eroad"):
        content = json.dumps({**body, "settings": {"label": label}}).encode()
        answer = httpx.post(
            f"{url}ww/ask", content=content, headers={"Content-Type": "application/json"}, timeout=60
        )
        assert answer.status_code == 422
        assert "has no label" in answer.json()["error"]
