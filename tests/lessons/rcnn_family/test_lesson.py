"""The lesson on the R-CNN family: each view shows what ran, and nothing else; bad settings get one sentence."""

from __future__ import annotations

import io
import json
import math
from typing import Any

import numpy as np
import pytest
import torch
from torchvision.models import get_model

from demos.rcnn_family import lesson
from demos.rcnn_family.stages import FATES
from demos.rcnn_family.words import ENDED
from demos.records import as_json
from lecture_models import pictures, zoo
from lecture_models.nets.rcnn_trace import as_tensor
from lecture_models.rcnn.record import limits_of
from lecture_models.studies import rcnn_family as family
from tests.ui.raw import call

DEFAULTS = list(lesson.LESSON.defaults.values())
NAMES = list(lesson.LESSON.settings)
BOARDS = ("ledgers", "stages", "autopsy")

pytestmark = pytest.mark.usefixtures("network")


def _result(key: str) -> dict[str, torch.Tensor]:
    with zoo.using(lesson.OURS) as network:
        return network([as_tensor(pictures.resolve(key).image)])[0]


@pytest.mark.parametrize("view", BOARDS)
def test_a_view_fills_its_own_board_alone(view):
    shown = lesson.update(view=view)
    assert [name for name in BOARDS if shown[name] is not None] == [view]
    as_json(shown[view])


def test_ledgers_say_what_ran():
    shown = lesson.update(picture="scene:7")
    columns = shown["ledgers"].columns
    assert [column.name for column in columns] == ["Fast R-CNN", "Faster R-CNN", "Mask R-CNN"]
    assert [column.passes for column in columns] == [1, 1, 1]
    assert shown["reading"].value == f"{columns[0].total} → 1"
    last = columns[-1]
    asked = shown["question"]
    order = sorted(last.stages, key=lambda stage: -stage.macs)
    rank = {"the most": 0, "the second-most": 1, "the fewest": -1}
    place = next(place for said, place in rank.items() if f"{said} multiply" in asked.text)
    assert asked.choices[asked.answer].lower() == order[place].name.lower()
    assert f"= {last.macs:,}".replace(",", "{,}") in shown["numbers"]
    scores = _result("scene:7")["scores"]
    assert len(last.boxes) == int((scores >= family.SHOWN_SCORE).sum())


def test_slow_rcnn_streams_and_can_be_closed():
    run = lesson.slow(picture="scene:7")
    seen = []
    for report in run:
        seen.append(report["progress"].done)
        column = report["slow"].columns[0]
        assert column.passes == column.done == report["progress"].done
        assert report["progress"].total == column.total
        if len(seen) == 3:
            run.close()
    assert seen == sorted(seen)
    assert 0 < seen[-1] < report["progress"].total
    assert report["slow"].of == lesson.update(picture="scene:7")["ledgers"].of


def test_with_default_settings_the_stages_end_in_the_networks_result():
    made = family.stages("scene:7", lesson.OURS, {})
    result = _result("scene:7")
    torch.testing.assert_close(made.stages.boxes, result["boxes"], atol=1e-3, rtol=0)
    torch.testing.assert_close(made.stages.scores, result["scores"], atol=1e-4, rtol=0)
    assert made.stages.labels.tolist() == result["labels"].tolist()


def test_the_sliders_start_where_every_network_is():
    made = [
        get_model(name, weights=None, weights_backbone=None)
        for name in lesson.NETWORKS
        if name != lesson.OURS
    ]
    for network in (*made, zoo.load(lesson.OURS)):
        own = limits_of(network)
        assert own.rpn_nms_iou == pytest.approx(lesson.RPN_IOU)
        assert own.score_threshold == pytest.approx(lesson.SCORE)


def test_the_lessons_defaults_end_in_the_networks_result():
    made = lesson.compute(**(lesson.LESSON.defaults | {"view": "stages", "picture": "scene:9"}))
    result = _result("scene:9")
    torch.testing.assert_close(made.stages.boxes, result["boxes"], atol=1e-3, rtol=0)
    torch.testing.assert_close(made.stages.scores, result["scores"], atol=1e-4, rtol=0)


def test_fates_add_up_on_the_page():
    shown = lesson.update(view="stages", pre_nms=50, post_nms=20, nms_iou=0.4, score=0.3)
    counts = [count for *_, count in shown["stages"].fates]
    assert sum(counts) == shown["stages"].stages[0].before == 16320
    names = [FATES[kind][0] for kind, *_ in shown["stages"].fates]
    deaths = sorted((c for c, n in zip(counts, names, strict=True) if n != "Survived"), reverse=True)
    chosen = shown["question"].choices[shown["question"].answer]
    said = shown["question"].text
    place = next(k for k, rank in enumerate(ENDED) if f"{rank} of" in said)
    assert counts[names.index(chosen)] == deaths[place]


def test_a_place_tells_its_fates():
    shown = lesson.update(view="stages", place="128,128")
    assert shown["stages"].place.total > 0
    assert shown["stages"].place.fates[0].sentence
    assert lesson.update(view="stages")["stages"].place is None


def test_the_autopsy_multiplies_back():
    shown = lesson.update(view="autopsy")
    chain = shown["autopsy"].chain
    assert all(abs(value - own) < 1e-4 * max(1, abs(own)) for *_, value, own in chain.links)
    assert shown["reading"].value == f"{chain.paste.value:.3f}"


def test_a_pixel_without_a_mask_gets_a_sentence():
    shown = lesson.update(view="autopsy", pixel="2,2")
    assert shown["autopsy"].chain is None
    assert "nearest" in shown["autopsy"].message


def test_photographs_have_no_truth():
    assert "not known" in lesson.update(picture="sample:chelsea", view="stages")["stages"].missed.text
    columns = lesson.update(picture="sample:chelsea")["ledgers"].columns
    assert all(column.truth is None for column in columns)


def test_data_is_what_is_shown():
    saved = lesson.data(view="stages", picture="scene:7")
    counts = [count for *_, count in lesson.update(view="stages", picture="scene:7")["stages"].fates]
    assert np.bincount(saved["fate"], minlength=len(counts)).tolist() == counts
    books = lesson.data(picture="scene:7")
    assert books["mask_macs"] == [
        stage.macs for stage in lesson.update(picture="scene:7")["ledgers"].columns[-1].stages
    ]
    assert lesson.data(view="autopsy")["mask_cells"].shape[1:] == (28, 28)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("picture", "scene:nothing", "scene"),
        ("network", "resnet", "network must be"),
        ("view", "all", "view must be"),
        ("pre_nms", -1, "pre_nms"),
        ("pre_nms", 2.5, "pre_nms"),
        ("post_nms", 5000, "post_nms"),
        ("nms_iou", math.nan, ""),
        ("nms_iou", 1.5, "nms_iou"),
        ("score", "high", "score"),
        ("place", "1,2,3", "x,y"),
        ("pixel", [1, 2], "x,y"),
        ("pixel", None, "x,y"),
    ],
)
def test_bad_settings_get_one_sentence_and_no_traceback(
    url: str, log: io.StringIO, name: str, value: Any, said: str
):
    settings = [value if key == name else good for key, good in zip(NAMES, DEFAULTS, strict=True)]
    kind, content = call(url, "rcnn_family", settings)
    assert kind == "error"
    assert said in content["error"]
    assert log.getvalue() == ""


def test_both_endpoints_answer(url: str, log: io.StringIO):
    assert call(url, "rcnn_family", DEFAULTS)[0] == "complete"
    kind, content = call(url, "rcnn_family_slow", ["scene:7", lesson.OURS])
    assert kind == "complete"
    assert json.loads(content[1])["columns"][0]["name"] == "Slow R-CNN"
    assert call(url, "rcnn_family_slow", ["scene:7", "nothing"])[0] == "error"
    assert log.getvalue() == ""
