"""A picture without anything in it, square and as strips: every lesson shows, saves and draws what there is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import demos
from demos.records import as_json
from demos.ui import Lesson, save
from lecture_models import pictures

LESSONS = [lesson for part in demos.SYLLABUS for lesson in part.lessons]
STRICT = 0.95  # above the score of anything that a network sees there


@pytest.fixture(scope="module", params=[(64, 64), (32, 512), (512, 32)], ids=str)
def flat(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("flat") / "flat.png"
    PIL.Image.fromarray(np.full((*request.param, 3), 128, np.uint8)).save(path)
    return pictures.admit(path)


def needs_truth(lesson: Lesson, settings: dict[str, object]) -> bool:
    """Whether a lesson has nothing to save without a truth, and says so."""
    assert lesson.data
    try:
        lesson.data(**settings)
    except ValueError as error:
        return "Choose a scene." in str(error)
    return False


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_flat_picture_gives_sentences_and_empty_arrays(lesson: Lesson, flat: str):
    settings = lesson.defaults | {"picture": flat} | ({"score": STRICT} if "score" in lesson.settings else {})
    shown = lesson.update(**settings)
    assert shown["seen"].endswith(".")
    assert as_json(shown)
    assert lesson.figure is None or lesson.figure(**settings).file("svg")
    if lesson.data and not needs_truth(lesson, settings):
        data = dict(lesson.data(**settings))
        assert save.as_npz(settings, data)
        assert save.as_text(settings, data)
