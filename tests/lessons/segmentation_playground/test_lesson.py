"""The playground: what it says is what was computed; its numbers multiply back; a run reports what a board can draw."""

from __future__ import annotations

import io
import itertools
import math
import re
from typing import Any

import numpy as np
import pytest

from demos.figures import encode
from demos.records import as_json
from demos.segmentation_playground import board, lesson, words
from lecture_models.scenes import CLASSES
from lecture_models.studies import live_training, small_scenes
from lecture_models.studies import segmentation_playground as playground
from tests.ui.raw import call

DEFAULTS = list(lesson.LESSON.defaults.values())


def made(**settings: Any) -> playground.Sketch:
    chosen = lesson.LESSON.defaults | settings
    return lesson.compute(**{key: chosen[key] for key in lesson.DESIGN})


def shown(**settings: Any) -> dict[str, Any]:
    return dict(lesson.update(**settings))


# ---- before a training -------------------------------------------------------------------------------
def test_the_board_has_the_pictures_and_the_untrained_networks_answer():
    run, told = made(), shown()["lanes"]
    assert np.array_equal(encode.unpack(told.labels), run.labels)
    assert np.array_equal(encode.unpack(told.shot.truth), run.picture.labels)
    assert np.array_equal(encode.decode(told.shot.image), run.picture.image)
    assert run.truth is not None
    assert told.miou == pytest.approx(run.truth.miou, abs=1e-4)
    assert told.guess == pytest.approx(math.log(9), abs=1e-4)
    assert shown(loss="dice")["lanes"].guess is None  # a Dice loss of guessing depends on the picture


def test_a_setup_is_told_in_words_and_named_apart():
    assert shown()["lanes"].words == "depth 3, skips concatenated, bilinear, cross-entropy, seed 0"
    other = shown(depth=1, skips="none", upsampler="unpooling", loss="dice", seed=7)["lanes"]
    assert other.words == "depth 1, no skips, max unpooling, dice, seed 7"
    assert other.setup != shown()["lanes"].setup
    assert shown(lane="B", seconds=10)["lanes"].setup == shown()["lanes"].setup


def test_the_reading_is_the_parameters_and_the_bottom():
    run, reading = made(depth=2), shown(depth=2)["reading"]
    assert reading.value == f"{run.parameters:,}"
    assert reading.more == [
        ("Multiply-adds a picture", f"{run.macs / 1e6:.1f} million"),
        ("Numbers in the picture", "12,288"),
        ("Numbers at the bottom", "8,192"),  # 32 channels of 16 · 16
    ]


def test_levels_say_what_is_joined():
    told = shown(depth=2)["levels"]
    assert [floor.skip for floor in told.floors] == ["8 and 8 → 16", "16 and 16 → 32", ""]
    assert [floor.stride for floor in told.floors] == [1, 2, 4]
    assert [floor.skip for floor in shown(depth=1, skips="sum")["levels"].floors] == ["8 + 8 → 8", ""]
    assert not any(floor.skip for floor in shown(skips="none")["levels"].floors)


# ---- words -------------------------------------------------------------------------------------------
def test_the_question_counts_the_classes_without_a_cell():
    for scene in ("scene:42", "scene:3", "scene:11"):
        run, asked = made(picture=scene, depth=4), shown(picture=scene, depth=4)["question"]
        assert run.truth is not None
        gone = [label for label in run.truth.present if label not in run.truth.cells]
        assert asked.answer == min(len(gone), 4)
        for label in gone:
            assert f"{CLASSES[label]} ({run.truth.counts[label]} px)" in asked.why


def test_a_photograph_is_asked_how_many_cells():
    asked = shown(picture="sample:chelsea", depth=3)["question"]
    assert asked.choices[asked.answer] == "64"
    assert len(set(asked.choices)) == len(asked.choices) >= 2
    assert "Choose a scene" in shown(picture="sample:chelsea")["numbers"]


def test_the_numbers_multiply_back():
    text = shown(seed=3)["numbers"]
    logits = [float(one) for one in re.search(r"logits are (.+?);", text)[1].split(", ")]  # type: ignore[index]
    z = float(re.search(r"that of \w+ is (-?[\d.]+)\.", text)[1])  # type: ignore[index]
    total = sum(math.exp(one) for one in logits)
    fraction = re.search(r"\\frac\{([\d.]+)\}\{([\d.]+)\}=([\d.]+),.*?-\\ln p=(\d+\.\d+)", text)
    above, below, p, loss = (float(one) for one in fraction.groups())  # type: ignore[union-attr]
    assert above == pytest.approx(math.exp(z), rel=2e-3)
    assert below == pytest.approx(total, rel=2e-3)
    assert p == pytest.approx(above / below, abs=1e-5)
    assert loss == pytest.approx(-math.log(p), abs=1e-3)
    pixels, gradient = re.search(r"\(p-1\)/(\d+)=(-[\d.]+)", text).groups()  # type: ignore[union-attr]
    assert float(gradient) == pytest.approx((p - 1) / int(pixels), abs=1e-6)
    overlap, predicted, true, dice = re.search(  # type: ignore[union-attr]
        r"\\frac\{2\\cdot ([\d.]+)\+1\}\{([\d.]+)\+(\d+)\+1\}=(\d+\.\d+)\.", text
    ).groups()
    found = (2 * float(overlap) + 1) / (float(predicted) + int(true) + 1)
    assert float(dice) == pytest.approx(found, abs=1e-5)
    count, all_, share = re.search(r"\$(\d+) / (\d+) = ([\d.]+)\$ %", text).groups()  # type: ignore[union-attr]
    assert float(share) == pytest.approx(100 * int(count) / int(all_), abs=0.01)


# ---- a run -------------------------------------------------------------------------------------------
@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen scenes, eight steps' worth of waiting instead of a hundred and sixty."""
    monkeypatch.setattr(small_scenes, "TRAINING", small_scenes.CHUNK)
    monkeypatch.setattr(small_scenes, "HELD_OUT", small_scenes.CHUNK)


@pytest.mark.usefixtures("few")
def test_a_run_reports_progress_and_a_lane():
    told = list(itertools.islice(lesson.train(depth=1, lane="B", seconds=10), 4))
    assert [one["progress"].text for one in told[:2]] == [
        "Rendering small scenes: 16 of 32",
        "Rendering small scenes: 32 of 32",
    ]
    first, second = told[2]["trained"], told[3]["trained"]
    assert (first.lane, first.step, second.step) == ("B", 0, live_training.EVERY)
    assert first.setup == shown(depth=1)["lanes"].setup
    assert np.array_equal(encode.unpack(first.labels), made(depth=1).labels)  # nothing is trained yet
    assert first.owns == [pytest.approx(shown(depth=1)["lanes"].miou)]
    assert re.fullmatch(
        r"Run B: step 10, \d+ s in all, loss \d\.\d{3}, mIoU 0\.\d\d", told[3]["progress"].text
    )
    assert b"NaN" not in as_json(second)
    assert len(as_json(second)) < 60_000
    assert second.steps == (0, 10)


@pytest.mark.usefixtures("few")
def test_a_run_ends_as_done(monkeypatch: pytest.MonkeyPatch):
    *_, last = lesson.train(depth=1, seconds=1)
    assert last["progress"].done == last["progress"].total == 1


def test_outside_of_a_page_nothing_is_kept(monkeypatch: pytest.MonkeyPatch):
    asked: list[Any] = []
    monkeypatch.setattr(playground, "train", lambda *values: iter(asked.append(values) or ()))
    list(lesson.train())
    monkeypatch.setattr(lesson, "visitor", lambda: "somebody")
    list(lesson.train(lane="B"))
    assert [one[2] for one in asked] == [None, ("somebody", "B")]


# ---- endpoint, data, figure --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("place", "value", "must"),
    [
        (1, 5, "depth must be one of 1, 2, 3, 4"),
        (2, "some", "skips must be one of"),
        (3, "", "upsampler must be one of"),
        (4, "l2", "loss must be one of"),
        (5, 10_000, "seed must be a whole number from 0 to 9999"),
        (6, "C", "lane must be one of A, B"),
        (7, 61, "seconds must be one of 10, 30, 60"),
    ],
)
def test_bad_settings_get_one_sentence(url: str, place: int, value: Any, must: str):
    for name in ("segmentation_playground", "segmentation_playground_train"):
        kind, content = call(url, name, [*DEFAULTS[:place], value, *DEFAULTS[place + 1 :]])
        assert kind == "error"
        assert must in str(content)


def test_data_is_what_is_shown():
    kept, run = lesson.data(depth=2, lane="B"), made(depth=2)
    assert np.array_equal(kept["untrained_labels"], run.labels)
    assert kept["parameters"] == run.parameters
    assert kept["sides"] == [64, 32, 16]
    assert kept["loss"] == run.truth.loss  # type: ignore[union-attr]
    np.savez(io.BytesIO(), **kept)
    assert "truth" not in lesson.data(picture="sample:chelsea")


@pytest.mark.parametrize("picture", ["scene:42", "sample:chelsea"])
def test_the_figure_has_the_levels(picture: str):
    slide = lesson.figure(picture=picture, depth=2)
    assert [len(panel.table.rows) for panel in slide.panels if hasattr(panel, "table")] == [3]
    assert slide.file("svg").startswith(b"<?xml")
    assert set(slide.uses) == set(lesson.DESIGN)


def test_the_theory_names_the_numbers_of_the_training():
    text = lesson.LESSON.theory
    assert live_training.BATCH == 8
    for said in (
        f"Eight scenes are drawn among {small_scenes.TRAINING}",
        f"looks at {small_scenes.HELD_OUT} scenes",
        f"learning rate {live_training.LEARNING_RATE}",
    ):
        assert said in text


def test_an_answer_is_small():
    assert len(as_json(shown())) < 40_000
    assert isinstance(shown()["levels"], board.Levels)
    assert words.size(made(depth=4)) == "4\u00a0×\u00a04 cells"
