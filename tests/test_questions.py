"""Each lesson's question over forty scenes: something happens, what happens varies, and why is said with numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

import demos
from demos.colorization import words as colorization_words
from demos.depth_normals import lesson as depth_normals
from demos.fcn import lesson as fcn
from demos.fcn import words as fcn_words
from demos.fully_convolutional import words as fully_words
from demos.mask_head import lesson as mask_head
from demos.mask_head import words as mask_words
from demos.mask_rcnn_results import lesson as results
from demos.mask_rcnn_results import words as result_words
from demos.panoptic import lesson as panoptic
from demos.panoptic import words as panoptic_words
from demos.panoptic_datasets import lesson as datasets
from demos.questions import drawn
from demos.rcnn_family import lesson as family
from demos.rcnn_family import words as family_words
from demos.receptive_field import words as field_words
from demos.records import Question
from demos.roi_features import lesson as crops
from demos.roi_features import words as crop_words
from demos.segmentation_metrics import lesson as metrics
from demos.segmentation_metrics import words as metric_words
from demos.segmentation_playground import lesson as playground
from demos.ui import Lesson
from demos.unet import lesson as unet
from demos.upsampling import lesson as upsampling
from demos.upsampling import words as upsampling_words
from demos.vision_tasks import lesson as tasks
from demos.vision_tasks import words as task_words
from lecture_models import pictures, zoo
from lecture_models.rcnn.ledgers import mask_ledger
from lecture_models.studies import colorization_views as colorization_looks
from lecture_models.studies import fully_convolutional, roi_features, vision_tasks
from lecture_models.studies import mask_head as masks
from lecture_models.studies import receptive_field as fields

LESSONS = [lesson for part in demos.SYLLABUS for lesson in part.lessons]
SCENES = [f"scene:{seed}" for seed in range(40)]
MOST = 0.6  # of the scenes that an answer may hold in
SENTENCES = 2
FIRST = 36  # letters of what to do first


def of_tasks(scene: str) -> Question:
    shown, trace, _ = tasks.compute(scene, tasks.OURS)
    outcomes = tasks.outcomes(shown, trace, (0.5, *tasks.OTHER_SCORES))
    return task_words.question(scene, outcomes, 0.5)


def of_family(scene: str) -> Question:
    with zoo.using(family.OURS) as network:
        return family_words.which_stage(scene, mask_ledger(network, pictures.resolve(scene).image))


def of_crops(scene: str) -> Question:
    return crop_words.question(crops.compute(**(crops.LESSON.defaults | {"picture": scene})))


def of_masks(scene: str) -> Question:
    made = masks.study(pictures.resolve(scene), mask_head.SIGMOID)
    return mask_words.question(made, mask_head.rival(made))


def of_results(scene: str) -> Question:
    settings = {
        name: value
        for name, value in results.LESSON.defaults.items()
        if name not in ("pixel", "opened", "fifty")
    }
    made = results.compute(**{**settings, "picture": scene, "scenes": 16})
    then = {other: results.wrong_at(made, results.OURS, other) for other in results.OTHER_SCORES}
    return result_words.question(made, scene, 0.5, then)


def of_windows(scene: str) -> Question:
    asked = fully_words.how_many_times(scene, fully_convolutional.ratios((256, 256), "picture", 1.0))
    assert asked is not None
    return asked


def of_metrics(scene: str) -> Question:
    return metric_words.question(metrics.compute(**(metrics.LESSON.defaults | {"picture": scene})))


def of_fields(scene: str) -> Question:
    return field_words.depth_question(fields.stacked(scene, "c3x5", True, 64, 224))


def of_upsampling(scene: str) -> Question:
    return upsampling_words.question(upsampling.compute(**(upsampling.LESSON.defaults | {"picture": scene})))


def of_scales(scene: str) -> Question:
    asked = fcn_words.sum_question(fcn.compute(**(fcn.LESSON.defaults | {"picture": scene})))
    assert asked is not None
    return asked


def of_unet(scene: str) -> Question:
    asked = unet.question(scene)
    assert asked is not None
    return asked


def of_panoptic(scene: str) -> Question:
    names = ("confidence", "overlap", "stuff_area", "fill")
    usual = {name: panoptic.LESSON.defaults[name] for name in names}
    return panoptic_words.regions_question(panoptic.compute(scene, **usual))


def of_depth(scene: str) -> Question:
    asked = depth_normals.asked_of(depth_normals.compute(scene, "scales"), "scales")
    assert asked is not None
    return asked


def of_colours(scene: str) -> Question:
    asked = colorization_words.question(scene, colorization_looks.things(scene), "pixel")
    assert asked is not None
    return asked


def of_playground(scene: str) -> Question:
    return playground.update(picture=scene)["question"]


def of_datasets(scene: str) -> Question:
    return datasets.update(picture=scene)["question"]


ASKS: dict[str, Callable[[str], Question]] = {
    "vision_tasks": of_tasks,
    "rcnn_family": of_family,
    "roi_features": of_crops,
    "mask_head": of_masks,
    "mask_rcnn_results": of_results,
    "fully_convolutional": of_windows,
    "segmentation_metrics": of_metrics,
    "receptive_field": of_fields,
    "upsampling": of_upsampling,
    "fcn": of_scales,
    "segmentation_playground": of_playground,
    "unet": of_unet,
    "panoptic": of_panoptic,
    "panoptic_datasets": of_datasets,
    "depth_normals": of_depth,
    "colorization": of_colours,
}


def right(asked: Question) -> str:
    return asked.choices[asked.answer]


def sentences(text: str) -> Sequence[str]:
    return [one for one in re.split(r"(?<=[.!?]) ", text) if one]


@pytest.mark.slow
@pytest.mark.parametrize("lesson", ASKS)
def test_no_answer_holds_in_most_scenes(lesson: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(roi_features, "scene_average", lambda *_: None)  # takes long, and is not asked about
    asked = [ASKS[lesson](scene) for scene in SCENES]
    counts = Counter(map(right, asked))
    assert max(counts.values()) <= MOST * len(SCENES), counts
    assert len({one.about for one in asked}) == len(SCENES), "each scene asks anew"
    for one in asked:
        assert 2 <= len(one.choices) <= 5
        assert len(one.text) + sum(map(len, one.choices)) <= 150, "a line, with its choices"
        assert re.search(r"\d", one.why)
        assert len(sentences(one.why)) <= SENTENCES, one.why
        assert one.veils, "something would give it away"


def test_every_lesson_is_asked():
    assert set(ASKS) == {lesson.name for lesson in LESSONS}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_lesson_begins_with_an_act_and_ends_with_what_was_seen(lesson: Lesson):
    assert 0 < len(lesson.first) <= FIRST
    assert lesson.first.endswith(".")
    shown: Any = lesson.update(picture="scene:3")
    assert re.search(r"\d", shown["seen"])
    assert len(sentences(shown["seen"])) <= SENTENCES
    again: Any = lesson.update(picture="scene:30")
    assert again["seen"] != shown["seen"], "it is of this run"


@pytest.mark.parametrize("score", [0.05, 0.3, 0.62, 0.95])
def test_the_drawn_threshold_is_used_to_answer(score: float):
    asked = tasks.update(picture="scene:16", score=score)["question"]
    other = float(re.findall(r"→ (\d\.\d+)", asked.text)[0])
    shown, trace, _ = tasks.compute("scene:16", tasks.OURS)
    seen = [vision_tasks.compare(shown.scene, vision_tasks.answer(trace, at)).found for at in (score, other)]
    (before, hits), (after, then) = ((len(found), sum(one >= 0 for one in found)) for found in seen)
    assert [tuple(vision_tasks.found_by_all(shown.scene, trace)[: len(one)]) for one in seen] == seen
    assert asked.answer == (0 if hits != then else 1 if before != after else 2)
    if before != after:
        true, false = abs(then - hits), abs(after - before) - abs(then - hits)
        assert f"{true} true object" in asked.why
        assert f"{false} false alarm" in asked.why


def test_of_a_photograph_only_the_number_of_detections_is_asked():
    asked = tasks.update(picture="sample:astronaut", score=0.5)["question"]
    other = float(re.findall(r"→ (\d\.\d+)", asked.text)[0])
    kept = [len(tasks.data(picture="sample:astronaut", score=score)["scores"]) for score in (0.5, other)]
    assert asked.choices[asked.answer] == ("Nothing" if kept[0] == kept[1] else "Detections")


def test_another_score_asks_no_network(monkeypatch: pytest.MonkeyPatch):
    tasks.update(picture="scene:8", score=0.4)
    monkeypatch.setattr(zoo, "_forward", lambda *_: pytest.fail("the network ran again"))
    tasks.update(picture="scene:8", score=0.6)


def test_an_outcome_is_drawn_then_a_candidate():
    offered = [(0.1, "rises"), (0.2, "rises"), (0.9, "falls")]
    counts = Counter(drawn(f"scene:{seed}", offered) for seed in range(300))
    assert 110 < counts[0.9] < 190, "each outcome as often, however many candidates it has"
    assert {drawn(f"scene:{seed}", offered, rare="falls") for seed in range(20)} == {0.9}
    with pytest.raises(ValueError, match="candidates"):
        drawn("scene:1", [])
