"""The lesson on U-Net: what it shows is what ran; bad settings get one sentence."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import pytest

from demos.figures import encode
from demos.records import as_json
from demos.unet import board, lesson, words
from lecture_models import results
from lecture_models.evaluation.bands import mean_iou_of
from lecture_models.studies import unet as nets
from lecture_models.studies import unet_sizes, unet_table, unet_upsamplers
from tests.ui.raw import call

DEFAULTS = ["scene:42", "levels", "skip1", "keep", 8, 7, -1, 5, "transposed", False, 572]

pytestmark = pytest.mark.usefixtures("network")


@pytest.fixture(scope="module")
def kept() -> Any:
    """The U as trained."""
    return lesson.update()


@pytest.fixture(scope="module")
def cut() -> Any:
    """The U without its second skip."""
    return lesson.update(part="skip2", act="zero")


@pytest.mark.parametrize("view", lesson.VIEWS)
def test_only_the_chosen_view_is_made(view: str):
    shown = lesson.update(view=view)
    assert [name for name in lesson.VIEWS if shown[name] is not None] == [view]


def test_the_board_holds_what_ran(kept: Any, cut: Any):
    made, done = nets.looked("scene:42"), nets.operated("scene:42", "skip2", "zero")
    assert np.array_equal(encode.unpack(kept["levels"].now), made.labels)
    assert np.array_equal(encode.unpack(cut["levels"].now), done.labels)
    assert np.array_equal(encode.unpack(cut["levels"].trained), made.labels)
    maps = cut["levels"].maps
    assert maps["skip1"].shape == (24, 256, 256)
    assert maps["bottom"].shape == (176, 16, 16)
    assert not encode.unpack(maps["skip2"].steps).any(), "zero lies below the scale that it had"
    assert encode.unpack(maps["enc2"].steps).any(), "the encoder's map itself is as it was"
    assert cut["levels"].says == "skip 2 set to zero"
    assert kept["levels"].says == ""


def test_concatenating_doubles_the_channels(kept: Any):
    for level, width in enumerate((24, 48, 96, 128), start=1):
        skip, up = (kept["levels"].maps[f"{kind}{level}"].shape for kind in ("skip", "up"))
        assert skip == up
        assert skip[0] == width


def test_the_reading_is_the_band_and_what_it_was(kept: Any, cut: Any):
    made, done = nets.looked("scene:42"), nets.operated("scene:42", "skip2", "zero")
    before, after = (nets.bands(made, labels, 5) for labels in (made.labels, done.labels))
    assert before is not None
    assert after is not None
    assert cut["reading"].value == words.percent(after.miou[0])
    assert f"{words.percent(before.miou[0])} % as trained" in cut["reading"].meaning
    assert kept["reading"].value == words.percent(before.miou[0])
    wide = lesson.update(part="skip2", act="zero", band=12)
    assert "within 12 px" in wide["reading"].meaning
    assert wide["reading"].value != cut["reading"].value


def test_the_numbers_multiply_back(cut: Any):
    made, done = nets.looked("scene:42"), nets.operated("scene:42", "skip2", "zero")
    after = nets.bands(made, done.labels, 5)
    assert after is not None
    assert f"= {mean_iou_of(after.band):.3f}$$" in cut["numbers"]


def test_the_losses_are_those_of_the_operations(cut: Any):
    found = {one.part: one for one in cut["levels"].losses}
    assert list(found) == list(dict.fromkeys(part for part, _ in unet_table.TABLE))
    band, inside = (float(cut["reading"].value), float(cut["reading"].more[0][1].split(" ")[0]))
    as_trained = lesson.update()["reading"]
    assert 100 * found["skip2"].zero[0] == pytest.approx(float(as_trained.value) - band, abs=0.11)
    assert 100 * found["skip2"].zero[1] == pytest.approx(
        float(as_trained.more[0][1].split(" ")[0]) - inside, abs=0.11
    )


def test_a_decoders_map_is_looked_at_and_not_operated_on():
    shown = lesson.update(part="dec2", act="zero")
    assert shown["levels"].message == words.MADE
    assert shown["levels"].says == ""


def test_losses_come_later_where_nobody_waits():
    from lecture_models.zoo import at_once

    with at_once():
        shown = lesson.update(picture="scene:4711")["levels"]
    assert shown.coming
    assert shown.losses == []


def test_answers_are_small(kept: Any, cut: Any):
    assert len(as_json(kept["levels"])) < 200_000
    again = {text for text in as_json(kept).split(b'"') if len(text) > 400}
    new = [text for text in as_json(cut).split(b'"') if len(text) > 400 and text not in again]
    assert sum(map(len, new)) < 130_000, "what was sent before is not sent again"


def test_the_question_is_about_the_operation_that_the_picture_draws(kept: Any):
    asked = kept["question"]
    near, many = (int(part.split()[0].replace(",", "")) for part in asked.why.split(" of ")[:2])
    share = near / many
    assert asked.answer == (0 if share < 1 / 3 else 2 if share > 2 / 3 else 1)
    assert set(asked.veils) == {"levels/changed", "levels/losses", "numbers"}


@pytest.mark.parametrize("view", ["upsamplers", "sizes"])
def test_the_other_views_ask_too(view: str):
    asked = [lesson.update(picture=f"scene:{seed}", view=view)["question"] for seed in range(4)]
    assert len({one.text for one in asked}) > 1
    assert all(len(set(one.choices)) == len(one.choices) for one in asked)


def test_the_upsamplers_scores_are_those_of_the_metrics():
    shown = lesson.update(view="upsamplers", upsampler="max_unpool")
    kinds = {one.kind: one for one in shown["upsamplers"].kinds}
    assert list(kinds) == list(words.UPSAMPLERS)
    measured = unet_upsamplers.swap("scene:42", "max_unpool", False).measured
    assert measured is not None
    assert kinds["max_unpool"].miou == measured.miou
    assert shown["reading"].value == words.percent(measured.boundary_iou)
    assert kinds["transposed"].changed == 0


def test_the_papers_size_is_on_the_screen():
    shown = lesson.update(view="sizes")
    assert shown["reading"].value == "388"
    assert "31,030,658" in shown["reading"].more[0][1]
    assert "(4 + 8 + 16 + 32) + 64 + (4 + 8 + 16 + 32) = 184" in shown["numbers"]
    assert shown["sizes"].columns[0].crops == [88, 40, 16, 4]


def test_an_illegal_size_is_explained():
    shown = lesson.update(view="sizes", side=570)
    assert shown["reading"].value == "0"
    assert "Level 2: pooling would halve 279, which is odd." in shown["reading"].meaning
    assert "556 and 572" in shown["reading"].meaning
    assert shown["sizes"].columns[1].ledger.output == 570
    assert unet_sizes.legal_around(150) == (188,)


def test_our_results_name_their_file():
    runs = results.load("unet")["runs"]
    shown = lesson.update(view="sizes")["results"]
    mean = 100 * float(np.mean([run["metrics"]["miou"] for run in runs]))
    assert shown.rows[0][1] == f"{mean:.1f} %"
    assert shown.source == "result"
    assert mean > 90


def test_the_measurement_adds_areas_over_scenes():
    reports = lesson.measure(picture="scene:60")
    first, second = next(reports), next(reports)
    assert (first["progress"].done, second["progress"].total) == (1, lesson.MEASURED)
    assert second["many"].scenes == 2
    losses = lesson.update(picture="scene:61")["levels"].losses
    assert first["many"].losses == losses, "of one scene they are that scene's"


@pytest.mark.parametrize("view", lesson.VIEWS)
@pytest.mark.parametrize("picture", ["scene:42", "sample:chelsea"])
def test_each_view_has_a_figure_and_data(view: str, picture: str):
    settings = {"view": view, "picture": picture, "act": "zero", "upsampler": "nearest"}
    assert lesson.figure(**settings).title
    data = lesson.data(**settings)
    assert data
    if view != "sizes":
        assert data["now"].shape == data["trained"].shape


def test_what_is_saved_are_labels_counts_and_small_maps():
    data = lesson.data(part="bottom", act="zero")
    assert not data["mean_bottom"].any()
    assert "mean_dec3" in data
    assert "mean_dec1" not in data
    made = nets.looked("scene:42")
    after = nets.bands(made, data["now"], 5)
    assert after is not None
    assert np.array_equal(data["now_band"], after.band)


def test_a_photograph_has_no_truth():
    shown = lesson.update(picture="sample:chelsea", act="zero")
    assert shown["levels"].truth is None
    assert shown["question"] is None
    assert "nobody knows the truth" in shown["reading"].meaning
    assert "street" in shown["levels"].message


def test_a_map_is_sent_in_steps_of_its_scale():
    made = board.small(np.linspace(0, 2, 200 * 200).reshape(200, 200), (3, 200, 200), (0.0, 2.0))
    steps = encode.unpack(made.steps)
    assert steps.shape == (board.SMALL, board.SMALL)
    assert steps.min() <= 1
    assert steps.max() >= 254


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (1, "u", "view"),
        (2, "skip9", "skip1 to skip4"),
        (3, "cut", "act"),
        (4, 33, "amount"),
        (4, math.nan, ""),
        (5, -1, "donor"),
        (5, 1.5, "donor"),
        (6, 176, "channel"),
        (7, 0, "band"),
        (8, "magic", "upsampler"),
        (9, "yes", "made_up"),
        (10, 100, "side"),
    ],
)
def test_bad_settings_get_one_sentence(url: str, log: io.StringIO, place: int, value: Any, said: str):
    settings = [*DEFAULTS]
    settings[1] = "sizes" if place > 1 else settings[1]  # the quickest
    settings[place] = value
    kind, content = call(url, "unet", settings)
    assert kind != "complete"
    assert said in str(content)
    assert "Traceback" not in log.getvalue()
