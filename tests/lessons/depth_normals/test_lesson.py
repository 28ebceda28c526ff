"""The lesson on depth and normals: what it shows is what ran; bad settings get one sentence."""

from __future__ import annotations

import io
import math
import re
from typing import Any

import numpy as np
import pytest

from demos.depth_normals import board, lesson, shapes, words
from demos.figures import encode
from demos.records import as_json
from lecture_models import papers, results
from lecture_models.ops.normals_from_depth import normals_from_depth
from lecture_models.studies import depth_normals as nets
from lecture_models.studies import depth_relative as relative
from tests.ui.raw import call

VIEWS = words.CHOICES["view"]
DEFAULTS = [
    "scene:42",
    "scales",
    "depth",
    "error",
    0.5,
    1.25,
    "prediction",
    "prediction",
    "known",
    1.0,
    "picture",
    30,
    "stereo",
    "network",
    "",
]

pytestmark = pytest.mark.usefixtures("network")


def unpacked(one: board.Depth) -> np.ndarray:
    """Metres of a packed depth map, infinite where there is none."""
    steps = encode.unpack(one.steps).astype(np.float64)
    return np.where(steps > 0, np.exp(one.low + (steps - 1) / board.STEPS), np.inf)


@pytest.mark.parametrize("view", VIEWS)
def test_only_the_chosen_view_is_made(view: str):
    shown = lesson.update(view=view)
    assert [name for name in VIEWS if shown[name] is not None] == [view]
    assert len(as_json(shown[view])) < 300_000


def test_the_board_holds_what_the_network_said():
    shown, made = lesson.update()["scales"], nets.looked("scene:42")
    half = 0.5 / board.STEPS
    assert np.abs(np.log(unpacked(shown.seen.fine) / made.said.depth)).max() <= half + 1e-6
    assert np.abs(np.log(unpacked(shown.coarse) / made.said.coarse_depth)).max() <= half + 1e-6
    truth = unpacked(shown.seen.truth)
    assert np.array_equal(np.isfinite(truth), made.known)
    assert shown.seen.focal == made.camera.focal


def test_normals_are_packed_in_bytes():
    made = nets.looked("scene:42")
    shown = lesson.update(quantity="normals")["scales"]
    found = encode.unpack(shown.normals[2]).astype(float).reshape(3, 128, 128).transpose(1, 2, 0)
    assert (found - board.HALF - 1) / board.HALF == pytest.approx(made.said.normals[::2, ::2], abs=0.005)
    truth = encode.unpack(shown.normals[3]).reshape(3, 128, 128)
    assert np.array_equal(~truth.any(0), ~made.known[::2, ::2])
    assert lesson.update()["scales"].normals == []


def test_the_readings_are_the_metrics():
    made = nets.looked("scene:42")
    depth, normals = nets.scores(made, "depth"), nets.scores(made, "normals")
    reading = lesson.update()["reading"]
    assert reading.value == words.percent(depth["fine"]["abs_rel"])
    assert reading.more[0][1] == f"{words.percent(depth['coarse']['abs_rel'])} %"
    turned = lesson.update(quantity="normals")["reading"]
    assert turned.value == f"{normals['fine']['normals_mean']:.1f}"
    assert lesson.update()["scales"].errors == [100 * one["abs_rel"] for one in depth.values()]  # type: ignore[operator]


def test_one_pixels_error_multiplies_out():
    numbers = lesson.update()["numbers"]
    said, true = (float(one) for one in re.findall(r"([\d.]+) m", numbers)[:2])
    error = float(re.findall(r"= ([\d.]+), ", numbers)[0])
    assert error == pytest.approx(abs(said - true) / true, abs=0.01)


@pytest.mark.parametrize("forgiven", [0.0, 0.3, 1.0])
def test_the_loss_multiplies_out(forgiven: float):
    shown = lesson.update(view="loss", forgiven=forgiven, factor=1.6)
    one: board.Loss = shown["loss"]
    assert one.after is not None
    assert one.before is not None
    terms = one.after.squares - forgiven * one.after.offset + one.after.slopes
    assert one.after.loss == pytest.approx(terms)
    assert one.cost == pytest.approx(one.after.loss - one.before.loss)
    numbers = [float(value) for value in re.findall(r"= ([−\-\d.]+)\$\$", shown["numbers"])]
    assert numbers[0] == pytest.approx(one.after.loss, abs=1e-4)
    assert numbers[1] == pytest.approx(one.cost, abs=2e-4)
    assert float(shown["reading"].value.replace("−", "-")) == pytest.approx(one.cost, abs=6e-4)


def test_at_one_the_factor_reads_zero():
    shown = lesson.update(view="loss", forgiven=1, factor=2.0)
    assert shown["reading"].value == "0.000"
    half, whole = (lesson.update(view="loss", forgiven=lam, factor=2.0)["loss"].cost for lam in (0.5, 0.0))
    assert half == pytest.approx(whole / 2)


def test_the_crossed_tangents_are_the_operators():
    import torch

    made = nets.looked("scene:42")
    for settings in (("prediction", "known", 1.0), ("truth", "known", 2.0)):
        depth = made.said.depth if settings[0] == "prediction" else made.depth
        found = normals_from_depth(torch.from_numpy(np.array(depth)), made.camera.focal * settings[2])
        x, y = words.some_pixel(made)
        told = shapes.crossed(made, settings)
        vector = [
            float(one) for one in re.findall(r"text\{\((.*?)\)\}", told)[0].replace("−", "-").split(", ")
        ]
        assert vector == pytest.approx(found[:, y, x].tolist(), abs=0.002)


def test_what_implies_the_normals_is_said():
    shown = lesson.update(view="normals", depth_of="truth", camera="none")
    assert "the true depth and no camera" in shown["reading"].meaning
    other = lesson.update(view="normals", focal=2.0)
    assert "2 × the focal length" in other["seen"]
    assert shown["normals"].medians[0] == other["normals"].medians[0], "the network's own stay"


def test_a_point_in_space_multiplies_out():
    made = nets.looked("scene:42")
    numbers = lesson.update(view="space")["numbers"]
    x, y = words.some_pixel(made)
    across = (x + 0.5 - 128) * made.said.depth[y, x] / made.camera.focal
    assert f"= {across:.2f}\\text" in numbers
    far = lesson.update(view="space", far=5)
    assert far["reading"].more[0][1] == f"{int((made.depth <= 5).sum()):,}"  # type: ignore[operator]


def test_two_equations_multiply_out():
    shown = lesson.update(view="relative", world="picture")
    found = relative.related("scene:42", "picture", "network")
    assert found.fit is not None
    assert f"= {found.fit.scale:.4f}\\text" in shown["numbers"]
    assert shown["relative"].fit == (found.fit.scale, found.fit.shift)
    low, high = shown["relative"].span
    inverse = 1 / unpacked(shown["relative"].seen.fine)
    assert (inverse - low) / (high - low) == pytest.approx(found.relative, abs=0.002)


def test_points_travel_as_a_setting():
    shown = lesson.update(view="relative", points="60,100,130,30")
    assert shown["relative"].points == (60, 100, 130, 30)
    outside = lesson.update(view="relative", points="9999,9999,0,0")
    assert outside["relative"].points == (255, 171, 0, 0)


def test_the_measured_map_is_exact_and_the_networks_is_not():
    exact = lesson.update(view="relative", source="measured")["reading"]
    network = lesson.update(view="relative")["reading"]
    assert exact.value == "0.0"
    assert float(network.value) > 5
    assert dict(network.more)["one depth everywhere"] == dict(exact.more)["one depth everywhere"]


def test_where_the_fit_fails_a_sentence_says_why():
    shown = lesson.update(view="relative", points="10,10,10,10")
    assert shown["reading"].value == "–"
    assert "choose" in shown["reading"].meaning
    assert shown["relative"].fit is None


def test_answers_to_a_slider_are_small():
    first = as_json(lesson.update(view="normals"))
    seen = {text for text in first.split(b'"') if len(text) > 400}
    again = as_json(lesson.update(view="normals", focal=1.5)).split(b'"')
    assert sum(len(text) for text in again if len(text) > 400 and text not in seen) < 70_000


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_asks(view: str):
    asked = [lesson.update(picture=f"scene:{seed}", view=view)["question"] for seed in range(3)]
    assert len({one.about for one in asked}) == 3
    assert all(set(one.veils) >= {"numbers"} for one in asked)


def test_the_question_is_about_the_mean_difference():
    asked = lesson.update(picture="scene:2")["question"]
    bias = nets.bias(nets.looked("scene:2"))
    assert words.signed(bias) in asked.why
    assert asked.answer == (1 if abs(bias) <= nets.BIASED else 0 if bias < 0 else 2)
    assert [words.too_near("", one, 0.02).answer for one in (-0.5, 0.01, 0.5)] == [0, 1, 2]


def test_our_results_stand_beside_the_papers():
    shown = lesson.update()
    metrics = results.load("multiscale_depth")["runs"][0]["metrics"]
    ours, paper = shown["ours"], shown["paper"]
    assert [title for title, _ in ours.rows] == list(words.METRICS.values())
    assert dict(ours.rows)["abs rel"] == f"{metrics['abs_rel']:.3f}"
    assert dict(ours.rows)["normals within 11.25°"] == f"{100 * metrics['within_11']:.1f} %"
    assert set(words.METRICS) <= set(metrics)
    assert (ours.source, paper.source) == ("result", "paper")
    assert paper.rows == papers.EIGEN_FERGUS_DEPTH.rows
    assert {title for title, _ in paper.rows} <= set(words.METRICS.values())


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("picture", ["scene:42", "sample:chelsea", "sample:motorcycle"])
def test_each_view_has_a_figure_and_data(view: str, picture: str):
    settings = {"view": view, "picture": picture, "world": "picture"}
    assert lesson.figure(**settings).title
    assert lesson.data(**settings)
    shown = lesson.update(**settings)
    assert re.search(r"\d", shown["seen"])
    assert shown["reading"].meaning


def test_a_photograph_has_no_truth():
    shown = lesson.update(picture="sample:chelsea")
    assert shown["scales"].seen.truth is None
    assert shown["question"] is None
    assert "nobody has measured" in shown["reading"].meaning
    assert "rendered streets" in shown["scales"].seen.message
    measured = lesson.update(picture="sample:motorcycle")
    assert measured["scales"].seen.truth is not None
    assert measured["question"] is not None


def test_a_missing_file_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    from lecture_models import stereo
    from lecture_models.cache import KEPT

    monkeypatch.setattr(stereo, "_folder", lambda: tmp_path)
    KEPT.clear()
    with pytest.raises(ValueError, match="choose a scene"):
        lesson.update(view="relative")
    assert lesson.update(view="relative", world="picture")["relative"].fit is not None


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (1, "u", "view"),
        (2, "colour", "quantity"),
        (3, "above", "below"),
        (4, 1.5, "forgiven"),
        (5, 0, "factor"),
        (5, math.nan, ""),
        (6, "both", "which"),
        (8, "pinhole", "camera"),
        (9, -1, "focal"),
        (10, "red", "paint"),
        (11, 1000, "far"),
        (12, "moon", "world"),
        (14, "1,2,3", "points"),
        (14, "1,2,3,x", "points"),
    ],
)
def test_bad_settings_get_one_sentence(url: str, log: io.StringIO, place: int, value: Any, said: str):
    settings = [*DEFAULTS]
    settings[place] = value
    kind, content = call(url, "depth_normals", settings)
    assert kind != "complete"
    assert said in str(content)
    assert "Traceback" not in log.getvalue()


def test_a_photograph_with_measured_depth_has_no_measured_normals():
    shown = lesson.update(picture="sample:motorcycle", view="normals")
    assert "normals, so nothing is compared" in shown["numbers"]
    assert "motorcycle" not in shown["numbers"]
