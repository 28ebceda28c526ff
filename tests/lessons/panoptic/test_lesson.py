"""The lesson on panoptic segmentation: what it shows is what ran; bad settings get one sentence."""

from __future__ import annotations

import io
import time
from typing import Any

import numpy as np
import pytest

from demos.figures import encode
from demos.panoptic import lesson, panels, words
from demos.records import as_json
from lecture_models.studies import panoptic as study
from tests.ui.raw import call

NAMES = list(lesson.LESSON.defaults)
DEFAULTS = list(lesson.LESSON.defaults.values())
FAST = ("sees", "merge", "quality", "walk")

pytestmark = pytest.mark.usefixtures("network")


def settings(**changed: Any) -> list[Any]:
    """The settings of a raw call, in order."""
    return [changed.get(name, value) for name, value in zip(NAMES, DEFAULTS, strict=True)]


@pytest.mark.parametrize("view", FAST)
def test_only_the_chosen_view_is_made(view: str):
    shown = lesson.update(view=view)
    assert [name for name in lesson.VIEWS if shown[name] is not None] == [view]
    assert shown["seen"].count(".") >= 1


def test_four_panels_say_what_is_at_the_pixel():
    made = study.merged("scene:42")
    y, x = np.argwhere(made.claims > 1)[0]
    shown = lesson.update(place=f"{x},{y}")
    assert [one.title for one in shown["sees"].panels] == list(panels.TITLES)
    instance = shown["sees"].panels[0]
    index = encode.unpack(instance.index)
    assert instance.texts[index[y, x]].text.startswith("claimed by ")
    overlay = encode.decode(instance.overlay)
    assert overlay[y, x].tolist()[:3] == [224, 49, 49], "claimed twice is marked"
    rows = dict(shown["answers"].rows)
    assert "claimed twice" in rows["instance branch alone"]
    assert rows["semantic branch alone"].endswith(", –)")
    assert shown["reading"].value == f"{made.contested:,}"


def test_the_board_of_the_merge_holds_the_trial():
    made = study.merged("scene:42", study.Rule(0.3, 0.2, 2000, "all"))
    shown = lesson.update(view="merge", confidence=0.3, overlap=0.2, stuff_area=2000, fill="all")
    board = shown["merge"]
    assert [one.verdict for one in board.cases] == [one.verdict for one in made.trial.candidates]
    bits = np.unpackbits(encode.unpack(board.masks), axis=1).astype(bool)
    assert np.array_equal(bits.reshape(made.masks.shape), made.masks)
    assert np.array_equal(encode.unpack(board.stuff), made.stuff)
    assert made.quality is not None
    assert shown["reading"].value == words.percent(made.quality.pq)
    assert dict(shown["reading"].more)["void"] == f"{made.merged.void:,} px"


def test_a_slider_is_quick_on_a_kept_trace():
    lesson.update(view="merge")
    times = []
    for confidence in (0.31, 0.42, 0.53, 0.64, 0.75):
        start = time.perf_counter()
        lesson.update(view="merge", confidence=confidence)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.1


def test_the_merges_question_is_computed():
    made = study.merged("scene:7")
    asked = lesson.update(picture="scene:7", view="merge", confidence=0.9)["question"]
    then = {rule: study.quality_under(made, rule) for rule in lesson.ASKED}
    assert asked.text == words.rule_question(made, then, study.quality_under(made, study.USUAL)).text
    again = lesson.update(picture="scene:7", view="merge")["question"]
    assert (asked.text, asked.answer) == (again.text, again.answer), "the thresholds do not change it"


def test_the_painting_begins_as_python_says():
    made = study.merged("scene:42")
    shown = lesson.update(view="quality")
    board = shown["quality"]
    assert np.array_equal(encode.unpack(board.said), made.prediction.map)
    assert np.array_equal(encode.unpack(board.truth), made.truth.map)  # type: ignore[union-attr]
    assert board.checked.pq == made.quality.pq  # type: ignore[union-attr]
    assert [one.title for one in board.predicted][:2] == [made.said(1), made.said(2)]


def test_the_picture_made_by_hand_shows_where_the_references_differ():
    shown = lesson.update(view="quality", on="hand")
    pq, lenient = shown["rules"].rows[-1][1:]
    assert shown["quality"].crowds == (7,)
    assert shown["question"] is None
    assert float(pq.split()[0]) != float(lenient.split()[0])
    assert shown["reading"].value == pq.split()[0]


def test_the_walk_shows_what_ran():
    shown = lesson.update(view="walk", cell="78,229", level="P3", channel=7)
    board = shown["walk"]
    assert board.cell.channel == 7
    assert board.lateral + board.cell.above == pytest.approx(board.cell.total, abs=1e-4)
    assert [one.name for one in board.levels] == ["P2", "P3", "P4", "P5"]
    assert board.levels[3].above is None
    assert sum(board.joined.terms) == pytest.approx(board.sum)
    assert f"= {board.cell.total:.4f}" in shown["numbers"]


def test_a_photograph_says_what_is_unknown():
    for view in lesson.VIEWS:
        shown = lesson.update(picture="sample:coffee", view=view)
        assert shown["seen"]
    assert shown["drive"].message.startswith("A photograph cannot be driven through")
    quality = lesson.update(picture="sample:coffee", view="quality")["quality"]
    assert quality.about == "by hand"
    assert quality.message == words.NOBODY


def test_a_click_brings_little():
    first, second = (lesson.update(place=place) for place in ("78,229", "3,3"))
    again = {text for text in as_json(first).split(b'"') if len(text) > 400}
    new = [text for text in as_json(second).split(b'"') if len(text) > 400 and text not in again]
    assert sum(map(len, new)) < 60_000


@pytest.mark.parametrize("view", FAST)
def test_each_view_has_its_slide_and_its_data(view: str):
    made = lesson.figure(view=view)
    assert made.file("svg").startswith(b"<?xml")
    assert lesson.data(view=view)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"confidence": 1.5}, "confidence must be a number from 0.05 to 0.95"),
        ({"overlap": -0.1}, "overlap must be a number from 0 to 1"),
        ({"stuff_area": 3.5}, "stuff_area must be a whole number"),
        ({"view": "all"}, "view must be one of"),
        ({"cell": "a,b"}, "cell must be"),
        ({"place": "1,2,3"}, "place must be"),
        ({"level": "P6"}, "level must be one of"),
        ({"off": "P1"}, "off must be one of"),
        ({"channel": 64}, "channel must be a whole number"),
        ({"pace": 0.3}, "pace must be one of"),
        ({"same": 1}, "same must be a number"),
        ({"fill": "void"}, "fill must be one of"),
    ],
)
def test_bad_settings_get_one_sentence(url: str, log: io.StringIO, wrong: dict[str, Any], said: str):
    answer = call(url, "panoptic", settings(**wrong))
    assert said in str(answer)
    assert log.getvalue() == ""
