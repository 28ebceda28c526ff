"""The lesson on receptive fields: what it shows is what was computed; bad settings get one sentence."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from demos.figures import encode
from demos.figures.slides import Slide
from demos.receptive_field import board, lesson, words
from lecture_models.studies import receptive_field as fields
from tests.ui.raw import call

pytestmark = pytest.mark.usefixtures("network")
DEFAULTS = list(lesson.LESSON.defaults.values())
PLACES = {name: place for place, name in enumerate(lesson.LESSON.defaults)}


@pytest.fixture(scope="module")
def stack(network: None) -> Any:
    return lesson.update(stack="c3x2-p2-c3d2")


@pytest.fixture(scope="module")
def look(network: None) -> Any:
    return lesson.update(view="network", unit="90,120", patch="200,10,240,50")


def test_a_view_shows_its_own_boards(stack: Any, look: Any):
    assert stack["growth"] is not None
    assert stack["units"] is stack["sight"] is None
    assert look["growth"] is None
    assert look["units"] is not None
    assert look["sight"].patch == (200, 10, 240, 50)


# c3 c3: 1 + 2 + 2 = 5, jump 1; p2: 5 + 1 = 6, jump 2; c3d2: 6 + 4 · 2 = 14
def test_the_reading_and_the_rows_are_the_stacks(stack: Any):
    assert (stack["reading"].value, stack["reading"].unit) == ("14", "px")
    rows = stack["layers"].rows
    assert [row[1] for row in rows] == ["3 × 3", "3 × 3", "pool 2 × 2", "3 × 3, dilation 2"]
    assert [row[2] for row in rows] == stack["layers"].fields == [3, 5, 6, 14]
    assert sum(row[5] for row in rows) == 9 * 64 * 64 * (2 * 224**2 + 112**2)


def test_the_numbers_multiply_out(stack: Any):
    assert r"\underbrace{6}_{\text{field before}}" in stack["numbers"]
    assert (
        r"\underbrace{2\cdot(3-1)}_{\text{reach}}\cdot\underbrace{2}_{\text{jump before}} = 14$"
        in stack["numbers"]
    )
    assert "1.850$ billion multiply-adds" in stack["numbers"]
    assert "12.25 MiB" in stack["numbers"]


def test_after_upsampling_no_sum_is_claimed():
    said = lesson.update(stack="c3-p2-u2-c3")["numbers"]
    assert "Layer 3, up × 2: neighbours see differently much, up to" in said


@pytest.mark.parametrize("scene", ["scene:42", "scene:5", "sample:chelsea"])
def test_the_question_is_answered_by_the_thing(scene: str):
    made = fields.stacked(scene, "c3x5", True, 64, 224)
    asked = words.depth_question(made)
    _, size = words.wanted(made)
    depth = int(asked.choices[asked.answer])
    assert 1 + 2 * depth >= size > 1 + 2 * (depth - 1)
    assert [int(one) for one in asked.choices] == sorted({int(one) for one in asked.choices})


def test_a_picture_of_one_pixel_has_a_question_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(words, "wanted", lambda _: ("picture", 1))
    asked = words.depth_question(fields.stacked("sample:chelsea", "c3", True, 64, 224))
    assert asked.choices[asked.answer] == "0"


def test_the_units_are_the_maps_and_the_gradient_is_packed(look: Any):
    made = lesson.compute(
        **(lesson.LESSON.defaults | {"view": "network", "unit": "90,120", "patch": "200,10,240,50"})
    )
    assert isinstance(made, fields.Looked)
    assert np.array_equal(encode.unpack(look["units"].map), made.seen[0].map)
    assert look["units"].unit == made.unit
    glow = encode.unpack(look["sight"].heats[0].glow)
    strength = made.seen[0].heat / made.seen[0].heat.max()
    np.testing.assert_allclose(glow / 255, np.sqrt(strength), atol=0.5 / 255 + 1e-6)
    assert look["sight"].heats[0].half == made.seen[0].half
    assert [one.weights for one in look["sight"].heats] == ["trained", "fresh"]


def test_what_a_patch_does_is_said(look: Any):
    assert "outside of the field, and yet the unit changes by" in look["sight"].said
    beside = lesson.update(
        view="network", net="resnet18", layer="layer1.1.relu", unit="60,60", patch="150,150,200,200"
    )
    assert "changes by exactly 0" in beside["sight"].said
    assert "exactly 0" in beside["seen"]
    across = lesson.update(
        view="network", net="resnet18", layer="layer1.1.relu", unit="60,60", patch="50,50,80,80"
    )
    assert "reaches into the field" in across["sight"].said
    assert lesson.update(view="network")["sight"].said == ""


def test_every_layer_is_a_row_and_those_with_a_map_can_be_chosen(look: Any):
    rows = look["layers"]
    assert len(rows.rows) == len(rows.names) == len(rows.fields) == len(rows.whole)
    assert rows.chosen in rows.names
    norms = [row[8] for row in rows.rows if row[1] == "GroupNorm"]
    assert set(norms) == {"reads"}
    assert rows.rows[0][8] == ""
    assert rows.rows[2][8] == "sees"
    assert rows.names[-1]


def test_the_area_that_holds_half_is_the_answer():
    made = fields.looked("scene:9", "resnet18", "", (), ())
    asked = words.area_question(made)
    share = made.seen[0].half ** 2
    low, high = ((0, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 1))[asked.answer]
    assert low <= share <= high
    assert f"{100 * share:.1f} %" in asked.why


def test_data_and_figures_of_both_views():
    for view, keys in (
        ("stack", {"field"}),
        ("network", {"MACs", "unit", "box", "map", "gradient_trained"}),
    ):
        assert keys <= set(lesson.data(view=view))
        made = lesson.figure(view=view)
        assert isinstance(made, Slide)
        assert made.file("svg").startswith(b"<?xml")


def test_the_race_reports_to_its_board():
    reports = list(lesson.measure(stack="c5", channels=16, side=64))
    assert reports[0]["progress"].done == 0
    last = reports[-1]
    assert last["progress"].done == last["progress"].total
    assert [one.name for one in last["measured"].runners] == ["your stack", "3 × 3 alone", "down and up"]
    assert max(one.share for one in last["measured"].runners) == 1


def test_an_empty_text_is_the_usual_stack():
    assert lesson.update(stack="")["growth"].stack == lesson.STACK


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"picture": "scene:nothing"}, "scene"),
        ({"view": "both"}, "view must be one of"),
        ({"stack": "c3-q9"}, "stack must be layers such as"),
        ({"stack": "c3x999"}, "A stack has 1 to 128 layers"),
        ({"stack": "c3d"}, "A stack is layers"),
        ({"stack": None}, "stack must be"),
        ({"padded": "yes"}, "padded"),
        ({"channels": 48}, "channels"),
        ({"side": float("nan")}, ""),
        ({"net": "resnet9", "view": "network"}, "net must be one of"),
        ({"layer": "<b>", "view": "network"}, "layer must be"),
        ({"unit": "1,2,3", "view": "network"}, "x,y"),
        ({"patch": "1,2,3", "view": "network"}, "x0,y0,x1,y1"),
        ({"patch": "500,500,600,600", "view": "network"}, "at least one pixel"),
    ],
)
def test_bad_settings_get_one_sentence_and_no_traceback(
    url: str, log: io.StringIO, settings: dict[str, Any], said: str
):
    values = [*DEFAULTS]
    for name, value in settings.items():
        values[PLACES[name]] = value
    kind, content = call(url, "receptive_field", values)
    assert kind != "complete"
    assert said in str(content)
    assert "Traceback" not in log.getvalue()


def test_the_glow_of_nothing_is_dark():
    assert not board.glow(np.zeros((4, 4), np.float32)).any()


@pytest.mark.parametrize(("stack", "side"), [("c9d16", 64), ("c3x128", 1024)])
def test_a_stack_that_leaves_nothing_of_the_picture_is_refused(stack: str, side: int):
    with pytest.raises(ValueError, match="none is left after layer"):
        lesson.update(stack=stack, padded=False, side=side)
