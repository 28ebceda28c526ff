"""The lesson on metrics: what the board gets is the scene's truth, and what is said is what the libraries compute."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from demos.figures import encode
from demos.questions import lot
from demos.segmentation_metrics import lesson, words
from lecture_models import pictures, zoo
from lecture_models.evaluation.one_picture import measure
from lecture_models.scenes import CLASSES, VOID
from lecture_models.studies import segmentation_metrics as study
from tests.ui.raw import call

DEFAULTS = ["scene:42", "panoptic_fpn", "moved", "two", "", "", 0]
pytestmark = pytest.mark.usefixtures("network")


@pytest.fixture(scope="module")
def shown(network: None) -> dict[str, Any]:
    return lesson.update(target="ball", moved="6,-3,1.2")


def maps(easel: dict[str, Any]) -> list[np.ndarray]:
    return [encode.unpack(easel[key]).astype(np.int64) for key in ("truth", "base", "layer")]


# ---- the study -------------------------------------------------------------------------------------
def test_the_board_holds_the_truth_and_the_mask(shown):
    truth, base, layer = maps(asdict(shown["easel"]))
    exact = pictures.resolve("scene:42").scene.semantic == CLASSES.index("ball")
    assert np.array_equal(truth == 1, exact)
    assert np.array_equal(layer == 1, exact)
    assert not base.any()
    assert shown["easel"].move == (6.0, -3.0, 1.2)


def test_what_is_said_is_what_the_libraries_compute(shown):
    truth, base, layer = maps(asdict(shown["easel"]))
    said = np.where(study.moved_mask(layer == 1, 6, -3, 1.2), 1, base)
    expected = measure(said, truth, ("rest", "ball"))
    assert shown["number"].value == f"{expected.iou[1]:.2f}"
    assert shown["scores"].miou == expected.miou
    assert shown["scores"].boundary_iou == expected.boundary[1]
    true, predicted, both = expected.areas(1)
    assert rf"\frac{{{both}}}{{{true} + {predicted} - {both}}}" in shown["numbers"]


def test_all_nine_classes_begin_with_the_mask_moved_over_its_neighbours():
    truth, base, layer = maps(asdict(lesson.update(labels="all", target="ball", moved="0,0,1")["easel"]))
    ball = CLASSES.index("ball")
    assert not (base == ball).any()
    assert np.array_equal(np.where(layer == 1, ball, base), truth)


@pytest.mark.parametrize("labels", ["two", "all"])
def test_other_starts(labels: study.Labels):
    scene = pictures.resolve("scene:44")
    right, network, constant = (
        study.study(scene, "panoptic_fpn", start, labels, "ball")
        for start in ("truth", "network", "constant")
    )
    assert right.measured.miou == pytest.approx(1.0)
    assert np.array_equal(
        network.prediction == network.target, study.semantic_map("panoptic_fpn", scene.image) == 4
    )
    assert len(np.unique(constant.prediction)) == 1
    assert constant.measured.iou[constant.target] == 0


def test_a_drawn_shift_comes_near_the_wanted_iou_and_stays_in_the_picture():
    mask = np.zeros((100, 100), bool)
    mask[30:60, 60:90] = True
    for draw in range(study.DRAWS):
        dx, dy, scale = study.drawn_move(mask, draw)
        there = study.moved_mask(mask, dx, dy, scale)
        assert there.sum() == mask.sum()
        iou = (mask & there).sum() / (mask | there).sum()
        assert iou == pytest.approx(study.WANTED[draw % 4], abs=0.06)


#   two classes, and bands of one pixel on both sides of their outline
#   0 0 0 0 1 1        0 0 0 V V 1
#   0 0 0 0 1 1   ->   0 0 V V V 1
#   0 0 0 1 1 1        0 0 V V V 1
def test_void_along_outlines():
    labels = np.array([[0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1]])
    v = VOID
    expected = [[0, 0, 0, v, v, 1], [0, 0, v, v, v, 1], [0, 0, v, v, v, 1]]
    found = study.void_band(labels, 1)
    assert found[1:].tolist() == expected[1:]
    assert found[0].tolist()[3:] == [v, v, 1]
    assert np.array_equal(study.void_band(labels, 0), labels)


def test_void_forgives_the_edge():
    plain, forgiven = (
        study.study(pictures.resolve("scene:42"), "panoptic_fpn", "moved", "two", "ball", (3, 0, 1), void)
        for void in (0, 3)
    )
    assert (forgiven.truth == VOID).sum() > 100
    assert forgiven.measured.iou[1] > plain.measured.iou[1] + 0.1


def test_the_usual_class_is_one_thing_of_a_good_size():
    labels = np.zeros((200, 200), int)
    labels[20:60, 20:60] = 4  # one ball
    labels[80:84, 20:24] = labels[100:104, 40:44] = 8  # two small persons
    assert study.usual_class(labels) == 4
    assert study.usual_class(np.where(labels == 4, 0, labels)) == 8
    assert study.usual_class(np.array([[0, 0, 1]])) == 1


def test_a_class_is_filled_with_its_neighbours():
    labels = np.array([[1, 5, 5, 2]])
    assert study.without(labels, 5).tolist() == [[1, 1, 2, 2]]
    assert study.without(np.full((2, 2), 5), 5).tolist() == [[5, 5], [5, 5]]


def test_curves_are_of_a_small_and_a_large_thing():
    (_, small, first), (_, large, second) = study.curves(pictures.resolve("scene:42"))
    areas = [thing.area for thing in pictures.resolve("scene:42").scene.things]
    assert (small, large) == (min(a for a in areas if a >= study.SMALLEST), max(areas))
    assert first[0] == second[0] == 1
    assert first[3] < second[3]
    assert study.curves(pictures.resolve("sample:chelsea")) == []


# ---- the lesson ------------------------------------------------------------------------------------
def test_the_question_is_answered_by_the_areas(shown):
    begun = lesson.update()
    asked = begun["question"]
    assert asked.choices[asked.answer] == words.CHOICES[words.place(float(begun["scores"].iou), words.EDGES)]
    assert shown["question"] == asked, "a question is about the beginning, wherever the mask is dragged"
    other = lesson.update(start="constant", target="ball")
    assert other["question"].choices[other["question"].answer] == "Below 0.5"
    assert f"{100 * other['scores'].pixel_accuracy:.1f} %" in other["question"].text


def test_an_absent_class_has_no_iou():
    key = next(
        f"scene:{seed}"
        for seed in range(40, 60)
        if not (pictures.resolve(f"scene:{seed}").scene.semantic == 4).any()
    )
    shown = lesson.update(picture=key, target="ball")
    assert shown["scores"].iou is None
    assert shown["number"].value == "–"
    assert shown["question"].choices[shown["question"].answer] == words.ABSENT_CHOICES[2]


def test_a_photograph_borrows_its_truth():
    shown = lesson.update(picture="sample:chelsea", start="network")
    assert words.STANDS_IN in shown["easel"].message
    assert shown["scores"].miou == pytest.approx(1.0)
    assert shown["more"].curves == []


def test_the_run_measures_each_picture_by_itself(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lesson, "PICTURES", 2)
    *_, last = lesson.measure(picture="scene:42", labels="all")
    rows = last["album"].rows
    assert [row.key for row in rows] == ["scene:43", "scene:44"]
    scene = pictures.resolve("scene:43")
    expected = measure(study.semantic_map("panoptic_fpn", scene.image), scene.scene.semantic, CLASSES)
    assert rows[0].confusion == expected.confusion.ravel().tolist()
    with pytest.raises(ValueError, match="needs scenes"):
        list(lesson.measure(picture="sample:chelsea"))


def test_saved_data_multiplies_back():
    saved = lesson.data(target="ball", moved="6,-3,1")
    found = measure(saved["prediction"], saved["truth"], ("rest", "ball"))
    assert np.array_equal(saved["confusion"], found.confusion)
    assert saved["iou"] == pytest.approx(list(found.iou))


def test_a_network_of_labels_is_asked_by_its_kind(monkeypatch: pytest.MonkeyPatch):
    import torch

    from lecture_models.nets.unet import unet

    torch.manual_seed(0)
    net = unet().eval()
    monkeypatch.setattr(zoo, "kind", lambda name: "semantic")
    monkeypatch.setattr(zoo, "load", lambda name: net)
    image = pictures.resolve("scene:42").image[:64, :64]
    labels = study.semantic_map("some_unet", image)
    with torch.inference_mode():
        logits = net(torch.from_numpy(image.copy()).permute(2, 0, 1)[None].float() / 255)
    assert np.array_equal(labels, logits[0].argmax(0).numpy())
    monkeypatch.setattr(zoo, "kind", lambda name: "detection")
    with pytest.raises(ValueError, match="no class for each pixel"):
        study.semantic_map("some_rcnn", image)


def test_the_figure_has_the_areas(network: None):
    made = lesson.figure(target="ball", moved="6,-3,1")
    assert made.panels[0].overlay.shape == (256, 256, 4)
    assert " / " in made.title


def test_another_move_runs_no_network(monkeypatch: pytest.MonkeyPatch):
    lesson.update(picture="scene:42")
    monkeypatch.setattr(zoo, "_forward", lambda *_: pytest.fail("the network ran again"))
    lesson.update(picture="scene:42", moved="3,3,1")


def test_a_payload_is_json(shown):
    from demos.records import as_json

    assert json.loads(as_json(shown))["easel"]["names"] == ["rest", "ball"]


def test_each_scene_draws_its_own_shift():
    moves = {lot(f"scene:{seed}", study.DRAWS) for seed in range(40)}
    assert len(moves) > 10


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (0, "scene:nothing", "scene"),
        (1, "unknown", "network must be"),
        (2, "guess", "start must be"),
        (3, "three", "labels must be"),
        (4, "dog", "target must be"),
        (5, "1,2", "dx,dy,scale"),
        (5, "a,b,c", "dx,dy,scale"),
        (5, "1,2,9", "scale must be"),
        (6, 9, "void"),
        (6, 1.5, "void"),
        (6, None, "void"),
    ],
)
def test_bad_settings_get_one_sentence_and_no_traceback(
    url: str, log: io.StringIO, place: int, value: Any, said: str
):
    settings = [*DEFAULTS]
    settings[place] = value
    kind, content = call(url, "segmentation_metrics", settings)
    assert kind != "complete"
    assert said in str(content)
    assert "Traceback" not in log.getvalue()
