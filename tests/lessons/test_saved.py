"""What is saved of every lesson, in every view: files that a reader opens as they are."""

from __future__ import annotations

import io

import numpy as np
import pytest

import demos
from demos.ui import Lesson, save
from demos.ui.checks import Choice

LESSONS = [lesson for part in demos.SYLLABUS for lesson in part.lessons if lesson.data]
STRANGE = ("network", "dataset")  # others' weights and a visitor's files


def views(lesson: Lesson) -> list[dict[str, str]]:
    """Each value of each choice of a lesson, the others as usual."""
    import app

    rules = app.site.asking.screens[lesson.name].all_rules.items()
    choices = {name: rule.choices for name, rule in rules if isinstance(rule, Choice) and name not in STRANGE}
    return [{}, *({name: one} for name, all_ in choices.items() for one in all_)]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_an_npz_is_read_without_pickle_in_every_view(lesson: Lesson):
    assert lesson.data
    for changed in views(lesson):
        settings = {**lesson.defaults, **changed}
        data = dict(lesson.data(**settings))
        with np.load(io.BytesIO(save.as_npz(settings, data))) as saved:
            read = {name: saved[name] for name in saved}  # an error for what is pickled
        assert len(read) > 1, changed
        assert {name.split("/")[0] for name in read} <= {*data, "settings"}


def test_what_would_be_pickled_is_refused_by_name():
    with pytest.raises(TypeError, match="not so strange/one"):
        save.as_npz({}, {"strange": {"one": object()}})
