"""The lesson on colorization: what it shows is what ran; bad settings get one sentence."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from demos.colorization import lesson, panels, views, words
from demos.figures import encode, slide_page
from demos.records import as_json, as_sent
from lecture_models import results
from lecture_models.studies import colorization as study
from tests.ui.raw import call

DEFAULTS = ["scene:42", "pixel", "rebalanced", 0.38, "", "", "shares", 0.5, 60]
RUNS = [f"colorizer_{one}" for one in study.LOSSES]


@pytest.mark.parametrize("view", lesson.VIEWS)
@pytest.mark.parametrize("picture", ["scene:42", "scene:7", "sample:astronaut"])
def test_each_view_answers_saves_and_draws(view: str, picture: str):
    shown = lesson.update(picture=picture, view=view)
    assert set(shown) == {*lesson.OUTPUTS, "reading", "question", "numbers", "seen", "ours"}
    assert shown["reading"].value
    assert shown["seen"].endswith(".")
    assert len(as_sent(shown["pictures"] or "")) < 260_000
    as_json(lesson.data(picture=picture, view=view))
    slide_page.file(lesson.figure(picture=picture, view=view), "svg")


@pytest.mark.parametrize("temperature", [0.0, 0.38, 1.0])
def test_the_written_sum_adds_up(temperature: float):
    made = lesson.compute("scene:42", "pixel", "rebalanced", temperature, "40,190", "", "shares", 0.5, 60)
    rows = [line.split("|")[1:-1] for line in words.pixel_numbers(made).split("\n")[4:-2]]  # type: ignore[arg-type]
    values = np.array(
        [[float(cell.strip().strip("*").replace("−", "-")) for cell in row[1:]] for row in rows]
    )
    np.testing.assert_allclose(values[:-1].sum(0), values[-1], atol=0.03)
    assert made.at.read.round(2).tolist() == pytest.approx(values[-1, 2:].tolist())  # type: ignore[union-attr]


def test_the_marks_are_the_distributions_own():
    made = lesson.compute("scene:42", "pixel", "classes", 0.38, "40,190", "", "shares", 0.5, 60)
    plane = views.of_pixel(made)[0]["plane"]  # type: ignore[arg-type]
    values = np.array([float(one) for one in plane.values.split(",")])
    assert values.sum() == pytest.approx(1, abs=2e-3)
    bins = np.array([int(one) for one in plane.bins.split(",")]).reshape(-1, 2)
    mode = next(one for one in plane.marks if one.kind == "mode")
    assert (mode.a, mode.b) == tuple(bins[values.argmax()])
    assert len(plane.colors) == 7 * len(bins)


def test_a_regression_has_no_distribution():
    shown = lesson.update(loss="regression")
    assert shown["plane"].values == ""
    assert "no distribution" in shown["numbers"]
    assert lesson.update(view="choose", loss="regression")["plane"].swatches == []


def test_off_by_is_the_distance_from_the_truth():
    shown = lesson.update()["pictures"]
    off = encode.unpack(shown.panels[-1].values)
    assert float(np.mean(off)) == pytest.approx(
        float(dict(lesson.update()["reading"].more)["mean distance from them"]), abs=0.06
    )
    assert shown.panels[0].title == panels.GREY


def test_the_table_is_the_result_files():
    found = results.usable(RUNS, list(words.METRICS))[0]
    table = words.results_table(found)
    assert table is not None
    chroma = [one["runs"][0]["metrics"]["chroma"] for one in found]
    assert list(table.rows[1][1:]) == [f"{one:.1f}" for one in chroma]


def test_over_held_out_scenes_rebalancing_is_stronger_and_finds_more_rare_colours():
    """What the lesson's title and points say, by the result files."""
    regression, classes, rebalanced = (
        one["runs"][0]["metrics"] for one in results.usable(RUNS, list(words.METRICS))[0]
    )
    assert regression["chroma"] < classes["chroma"] < rebalanced["chroma"] < regression["true_chroma"]
    assert regression["rare_recall"] < classes["rare_recall"] < rebalanced["rare_recall"]
    assert rebalanced["colour_error"] == max(one["colour_error"] for one in (regression, classes, rebalanced))


def test_a_photograph_is_told_what_the_networks_know():
    assert lesson.update(picture="sample:astronaut")["pictures"].message == panels.UNSEEN
    assert lesson.update(picture="sample:astronaut")["question"] is None


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (1, "zebra", "view must be one of"),
        (2, None, "loss must be one of"),
        (3, 1.5, "temperature must be a number from 0 to 1"),
        (3, float("nan"), "temperature must be a number from 0 to 1"),
        (4, "a,b", 'pixel must be "x,y"'),
        (5, "1,2,3", 'colour must be "x,y"'),
        (6, "", "shown must be one of"),
        (7, 0, "uniform_share must be a number from 0.01 to 1"),
        (8, 101, "lightness must be"),
    ],
)
def test_a_bad_setting_gets_one_sentence(url: str, place: int, value: Any, said: str):
    answer = call(url, "colorization", [*DEFAULTS[:place], value, *DEFAULTS[place + 1 :]])
    assert re.search(said, str(answer))


@pytest.mark.parametrize("colour", ["-128,128", "0,0", "127,-128"])
@pytest.mark.parametrize("view", ["choose", "bins"])
def test_any_colour_is_taken(view: str, colour: str):
    assert lesson.update(view=view, colour=colour)["reading"].value
    assert lesson.update(view=view, pixel="9999,-9999")["reading"].value


def test_a_modes_share_is_the_same_in_number_and_swatch():
    for picture in ("scene:42", "scene:7", "sample:astronaut"):
        made = lesson.compute(picture, "choose", "rebalanced", 0.38, "", "", "shares", 0.5, 60)
        for mode in made.modes:  # type: ignore[union-attr]
            a, b = made.plane.bins[mode.bin].astype(int)
            again = lesson.compute(picture, "choose", "rebalanced", 0.38, "", f"{a},{b}", "shares", 0.5, 60)
            assert again.share == pytest.approx(mode.probability)  # type: ignore[union-attr]
        assert sum(mode.probability for mode in made.modes) == pytest.approx(1)  # type: ignore[union-attr]


def test_the_plane_says_what_a_colour_is_chosen_for():
    here, same, other = (
        lesson.update(view="choose", pixel=pixel)["plane"].about for pixel in ("40,190", "41,190", "128,10")
    )
    assert here == same != other
    assert lesson.update(view="bins")["plane"].about == ""


def test_a_far_colours_encoding_is_written_without_zeros():
    rows = lesson.update(view="bins", colour="128,-128")["encoding"].rows
    assert all("10^−" in row[2] for row in rows)
    assert sum(float(row[3]) for row in rows) == pytest.approx(1, abs=3e-3)
    with pytest.raises(ValueError, match="from −128 to 128; got 99999,1"):
        lesson.compute("scene:42", "bins", "rebalanced", 0.38, "", "99999,1", "shares", 0.5, 60)
