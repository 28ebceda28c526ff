"""The lesson from the sliding window to one pass: what it shows is what ran; bad settings get one sentence."""

from __future__ import annotations

import io
import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from demos.figures import encode
from demos.fully_convolutional import lesson, numerals, words
from lecture_models import pictures, results
from lecture_models.studies import fully_convolutional as fully
from lecture_models.studies import semantic_and_instances as both
from tests.ui.raw import call

DEFAULTS = ["scene:42", "race", "picture", 1.0, 16, 1, "", "", "vgg16", "384,384", ""]

pytestmark = pytest.mark.usefixtures("network")


@pytest.fixture(scope="module")
def raced() -> Any:
    """The race at its start: few windows, so that the tests are quick."""
    return lesson.update(stride=32)


def test_only_the_chosen_view_is_made(raced: Any):
    assert [view for view in lesson.VIEWS if raced[view] is not None] == ["race"]
    assert [view for view in lesson.VIEWS if lesson.update(view="sizes")[view] is not None] == ["sizes"]


def test_the_board_of_a_race_holds_what_ran(raced: Any):
    made, board = fully.race("scene:42", "picture", 1.0, 32), raced["race"]
    assert encode.unpack(board.probs) == pytest.approx(made.probs)
    assert board.shape == (8, 8)
    labels = encode.unpack(
        board.windows["labels"] if isinstance(board.windows, dict) else board.windows.labels
    )
    assert (labels > 0).sum() == board.windows.done == made.windows.done
    assert board.all_macs == 64 * made.window_macs
    assert board.right == made.right()


def test_the_reading_is_the_ratio_of_the_counts(raced: Any):
    board = raced["race"]
    assert raced["reading"].value == numerals.times(board.all_macs / board.macs) == "9.3"


def test_at_the_start_the_windows_took_no_longer_than_the_pass_but_for_a_batch(raced: Any):
    windows = raced["race"].windows
    assert 0 < windows.done < 64
    assert windows.macs == windows.done * fully.race("scene:42", "picture", 1.0, 32).window_macs


def test_a_run_ends_with_all_windows_the_same_classes_and_is_kept():
    reports = list(lesson.slide_window(stride=32, window=1.5))
    last = reports[-1]["windows"]
    assert reports[-1]["progress"].done == reports[-1]["progress"].total == last.done == last.total
    labels = encode.unpack(last.labels)
    made = fully.race("scene:42", "picture", 1.5, 32)
    assert np.array_equal(labels, made.labels + 1)
    assert np.nanmax(encode.unpack(last.differences)) < words.SMALL
    assert fully.finished(made).windows.done == last.total
    assert [report["progress"].done for report in reports] == sorted(
        report["progress"].done for report in reports
    )


def test_places_are_judged_by_the_pixel_in_the_middle(raced: Any):
    right, known = raced["race"].right
    assert known == 64
    assert right / known > 0.75, "a classifier with 93 % of such pixels right"
    assert lesson.update(picture="sample:chelsea", stride=32)["race"].right is None


def test_the_numbers_multiply_back(raced: Any):
    assert r"\frac{8 \cdot 8 \cdot 310{,}312{,}704}{2{,}135{,}832{,}064}" in raced["numbers"]
    accuracy = results.load("patch_classifier")["runs"][0]["metrics"]["accuracy"]
    assert f"{100 * accuracy:.1f} % of the patches of 300 unseen scenes" in raced["numbers"]
    assert f"= {64 * 310_312_704 / 2_135_832_064:.2f}$$" in raced["numbers"]


def test_vgg_at_384_pixels_is_on_the_screen_as_computed():
    shown = lesson.update(view="sizes")
    assert shown["reading"].value == "6 × 6"
    assert "36 crops take 556.9 G, one pass 49.6 G: 11.2 times fewer" in shown["reading"].meaning
    assert r"512 \cdot 12 \cdot 12 = 73{,}728" in shown["numbers"]


def test_what_is_too_small_is_said():
    shown = lesson.update(view="sizes", size="100,400")
    assert shown["reading"].value == "0"
    assert "needs 224 × 224" in shown["reading"].meaning


@pytest.mark.parametrize(("layer", "side"), [(1, 3), (3, 1)])
def test_a_weight_stands_at_its_place_in_both_forms(layer: int, side: int):
    board = lesson.update(view="weights", layer=layer, weight="100,8")["weights"]
    assert (board.side, board.unit, board.column) == (side, 8, 100)
    made = fully.weigh("scene:42", layer, (), (100, 8))
    channel, row, column = made.place
    assert encode.unpack(board.rows)[8 - board.first] == pytest.approx(made.forms.matrix[8].numpy())
    kernel = made.forms.matrix.view(-1, made.forms.channels, side, side)
    assert kernel[made.unit, channel, row, column] == made.forms.matrix[made.unit, 100]


def test_a_weight_of_another_layer_is_forgotten():
    board = lesson.update(view="weights", layer=3, weight="1624,300")["weights"]
    assert board.unit == 0
    assert 0 <= board.column < 256


def test_matrix_and_convolution_are_equal_and_another_order_is_not():
    readings = lesson.update(view="weights")["weights"].readings
    assert [difference < 1e-5 for _, _, difference, _ in readings] == [True, True, False]


def test_a_click_selects_its_class_in_all_panels():
    made = both.tell("scene:42", lesson.PANOPTIC, ())
    x, y = made.pixel
    panels = lesson.update(view="tasks", pixel=f"{x},{y}")["tasks"].panels
    assert [panel.title for panel in panels] == [
        "Semantic map",
        "Boxes",
        "Instances",
        f"Heat map: {made.name}",
    ]
    semantic, boxes, instances, heat = panels
    assert semantic.texts[encode.unpack(semantic.index)[y, x]].text == made.name
    assert sum(not box.dashed for box in boxes.boxes) == len(made.objects)
    strong = encode.decode(instances.overlay)[..., 3] > 100
    mine = np.isin(made.answers.instances.map, [k + 1 for k in made.objects])
    assert (strong & ~mine).mean() < 0.02, "but for dark borders"
    assert encode.unpack(heat.index)[y, x] == round(100 * made.probs[made.label, y, x])


def test_probabilities_add_up():
    made = both.tell("scene:42", lesson.PANOPTIC, ())
    assert made.probs.sum(0) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("view", list(lesson.VIEWS))
def test_each_view_has_a_figure_and_data(view: str):
    slide = lesson.figure(view=view, stride=32)
    assert slide.title
    data = lesson.data(view=view, stride=32)
    assert data
    if view == "weights":
        sums = data["weights"] @ data["inputs"]
        bias = fully.weigh("scene:42", 1, (), ()).forms.bias[0]
        assert sums + float(bias) == pytest.approx(float(data["connected"][0]), abs=1e-3)


@pytest.mark.parametrize("view", ["weights", "sizes", "tasks"])
def test_each_view_asks_what_its_run_decides(view: str):
    answers = set()
    for seed in range(4 if view != "tasks" else 1):
        asked = lesson.update(picture=f"scene:{seed}", view=view)["question"]
        answers.add(asked.answer)
        assert len(set(asked.choices)) == len(asked.choices)
    assert len(answers) > 1 or view == "tasks"


def test_the_answer_of_a_view_is_computed():
    asked = lesson.update(view="sizes")["question"]
    side = int(asked.text.split(" × ")[0].split()[-1])
    rows = fully.measure("scene:42", "vgg16", (side, side)).scores[0]
    assert asked.choices[asked.answer] == f"{rows} × {rows}"
    channel, row, column = (
        int(part.split()[-1]) for part in _places(lesson.update(view="weights")["question"].text)
    )
    asked = lesson.update(view="weights")["question"]
    assert asked.choices[asked.answer] == f"{channel * 9 + row * 3 + column:,}"


def _places(text: str) -> list[str]:
    """Channel, row and column of "Channel 183, row 2, column 1 of a kernel …"."""
    return [part.split(" of ")[0] for part in text.split(",")[:3]]


def test_a_picture_of_another_shape():
    shown = lesson.update(picture="sample:coffee", stride=32)
    height, width = pictures.resolve("sample:coffee").image.shape[:2]
    assert shown["race"].shape == (-(-height // 32), -(-width // 32))
    assert "street" in shown["race"].message


def test_boards_are_records_that_travel(raced: Any):
    assert asdict(raced["race"])["of"] == raced["race"].windows.of


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (1, "ledgers", "view"),
        (2, "zeros", "padding"),
        (3, 0.6, "window"),
        (3, math.nan, ""),
        (4, 5, "stride"),
        (5, 4, "layer"),
        (6, "a,b", "x,y"),
        (7, "90000,1", "x,y"),
        (8, "resnet50", "model"),
        (9, "1,2,3", "width,height"),
        (9, "800.9,800", "whole pixels"),
        (10, None, "x,y"),
    ],
)
def test_bad_settings_get_one_sentence(url: str, log: io.StringIO, place: int, value: Any, said: str):
    settings = [*DEFAULTS]
    settings[1] = "sizes" if place > 1 else settings[1]  # the quickest
    settings[place] = value
    kind, content = call(url, "fully_convolutional", settings)
    assert kind != "complete" or (place == 7 and said)
    assert place == 7 or said in str(content)
    assert "Traceback" not in log.getvalue()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"view": "sizes", "size": "20,900"}, "size must be width,height from 32 to 800"),
        ({"picture": "sample:astronaut", "window": 0.5}, "500,000 pixels"),
    ],
)
def test_settings_that_do_not_fit_each_other_get_a_sentence(settings: dict[str, Any], said: str):
    with pytest.raises(ValueError, match=said):
        lesson.update(**settings)


def test_one_window_has_nothing_to_share():
    shown = lesson.update(window=1.5, stride=32, padding="none")
    assert shown["reading"].value == "1.2"
    assert "more multiply-adds in one pass: 1 window takes" in shown["reading"].meaning
    assert shown["question"] is None
