"""The lesson on results and failures: what it shows was computed and adds up; bad settings get one sentence."""

from __future__ import annotations

import io
import math
import re
from typing import Any

import numpy as np
import pytest

from demos.figures import encode, style
from demos.mask_rcnn_results import lesson
from lecture_models import pictures, zoo
from lecture_models.evaluation import errors, galleries
from lecture_models.evaluation.comparison import compare
from lecture_models.scenes import SceneSettings, render
from lecture_models.studies import mask_rcnn_results as study
from tests.ui.raw import call

pytestmark = pytest.mark.usefixtures("network")
BUSY = "scene:42?things=16&crowding=0.8"
MARKS = (style.TRUTH, style.WRONG)


@pytest.fixture(scope="module")
def shown(network: None) -> Any:
    return lesson.update(picture=BUSY, gallery="crowd", scenes=6, score=0.4)


def seed_of(shown: Any) -> int:
    return int(re.match(r"Scene (\d+)", shown["stage"].message)[1])  # type: ignore[index]


@pytest.mark.parametrize("gallery", list(galleries.GALLERIES))
def test_a_gallery_shows_the_strongest_of_the_scenes_from_the_picture_on(gallery: str):
    settings = pictures.parse_scene(BUSY)[1]
    order = galleries.strongest(gallery, range(42, 47), settings)
    for rank in (1, 2):
        said = lesson.update(picture=BUSY, gallery=gallery, rank=rank, scenes=5)
        assert seed_of(said) == order[rank - 1][0]


def test_failures_are_found_by_their_number():
    said = lesson.update(picture=BUSY, gallery="failures", scenes=3, score=0.4)
    counts = {}
    for seed in (42, 43, 44):
        scene = render(seed, pictures.parse_scene(BUSY)[1])
        counts[seed] = len(compare(scene, zoo.trace("panoptic_fpn", scene.image), 0.4).errors.items)
    assert counts[seed_of(said)] == max(counts.values())


def test_a_rank_beyond_the_scenes_is_the_last():
    assert lesson.update(gallery="small", rank=6, scenes=1)["stage"].message.startswith("Scene 42")


def test_the_panels_hold_truth_and_prediction(shown: Any):
    seed = seed_of(shown)
    assert shown["stage"].picture == BUSY.replace("42", str(seed))
    scene = render(seed, pictures.parse_scene(BUSY)[1])
    truth, prediction = shown["stage"].panels
    assert np.array_equal(encode.unpack(truth.index), scene.instance)
    assert len(truth.texts) == len(scene.things) + 1
    said = encode.unpack(prediction.index)
    assert said.shape == scene.instance.shape
    assert said.max() <= len(prediction.texts) - 1


def test_the_counts_of_the_bars_are_the_readings(shown: Any):
    board = shown["errors"]
    wrong, gone = map(sum, zip(*board.counts.values(), strict=True))
    assert shown["found"].value == str(board.hits)
    assert shown["found"].unit == f"of {board.hits + gone}"
    assert dict(shown["found"].more)["False positives + missed"] == f"{wrong} + {gone} = {wrong + gone}"
    assert sum(card.costs for card in board.cards) == wrong + gone
    assert f"= {wrong + gone}$" in shown["numbers"]


def test_cards_are_cut_from_the_scene_with_outlines_inside(shown: Any):
    for card in shown["errors"].cards:
        height, width = card.size
        assert card.image.startswith("data:image/jpeg")
        assert card.outlines.keys() & {"true", "found"}
        for part in card.outlines.values():
            for line in part:
                assert min(line) >= 0
                assert max(line[::2]) <= width
                assert max(line[1::2]) <= height


def test_the_table_multiplies_out(shown: Any):
    for _, true, found, shared, _, iou in shown["objects"].rows:
        if found != "–":
            union = int(true) + int(found) - int(shared)
            assert iou == f"{int(shared) / union:.2f}"
            assert int(shared) / union >= 0.5


def test_a_pixel_chooses_the_thing_that_is_multiplied_out():
    scene = render(42)
    y, x = np.argwhere(scene.instance == 3)[10]
    said = lesson.update(gallery="this", pixel=f"{x},{y}")["numbers"]
    made = study.find("scene:42", "panoptic_fpn")
    assert said.startswith(f"**{made.things[2]}**")


def test_the_score_decides_the_question():
    for score in (0.1, 0.9):
        asked = lesson.update(gallery="this", score=score)["question"]
        before, after = (int(number) for number in re.findall(r"= (\d+)", asked.why))
        assert asked.answer == 1 - np.sign(after - before)


def test_another_score_runs_no_network(monkeypatch: pytest.MonkeyPatch):
    settings = {"picture": BUSY, "gallery": "failures", "scenes": 3}
    lesson.update(**settings, score=0.4)
    monkeypatch.setattr(zoo, "_forward", lambda *_: pytest.fail("the network ran again"))
    for score in (0.1, 0.7):
        assert f"≥ {score:.2f}" in lesson.update(**settings, score=score)["errors"].about


def test_scenes_that_a_gallery_does_not_look_at_change_nothing_and_cost_nothing(
    monkeypatch: pytest.MonkeyPatch,
):
    for gallery, enough in (("crowd", 16), ("failures", 6), ("this", 1)):
        settings = {"picture": BUSY, "gallery": gallery, "score": 0.4}
        before = lesson.update(**settings, scenes=enough)
        with monkeypatch.context() as patch:
            patch.setattr(study, "find", lambda *_: pytest.fail("the gallery was looked for again"))
            assert lesson.update(**settings, scenes=300) == before


def test_an_opened_scene_stays_until_the_gallery_or_the_picture_changes():
    opened = "scene:45 crowd 1 scene:42"
    assert seed_of(lesson.update(opened=opened, scenes=2)) == 45
    assert seed_of(lesson.update(opened=opened, scenes=2, gallery="this")) == 42
    assert seed_of(lesson.update(opened=opened, scenes=1, picture="scene:50")) == 50


def test_a_photograph_gets_predictions_and_a_sentence():
    said = lesson.update(picture="sample:chelsea")
    assert "Nobody has marked the truth" in said["stage"].message
    assert "galleries and rank" in said["stage"].message
    assert (said["objects"], said["errors"]) == (None, None)


def test_all_that_was_missed_is_marked_and_the_legend_names_no_more(shown: Any):
    panel = shown["stage"].panels[0]
    gone = sum(pair[1] for pair in shown["errors"].counts.values())
    assert sum(box.dashed for box in panel.boxes) == gone > 0


@pytest.mark.parametrize(
    ("gallery", "score"), [("crowd", 0.4), ("this", 0.95), ("small", 0.05), ("cut", 0.5)]
)
def test_the_legend_has_the_colour_of_each_mark_and_no_other(gallery: str, score: float):
    stage = lesson.update(picture=BUSY, gallery=gallery, scenes=4, score=score)["stage"]
    drawn = {(box.color, box.dashed) for panel in stage.panels for box in panel.boxes}
    said = {(color, text.startswith("dashed")) for text, color in stage.legend if color in MARKS}
    assert drawn == said
    gone, wrong = (any(box.dashed for box in panel.boxes) for panel in stage.panels)
    text = " ".join(text for text, _ in stage.legend)
    assert ("not found" in text, "false positive" in text) == (gone, wrong)
    classes = {str(one).rpartition(" ")[0] for panel in stage.panels for one in named(panel)}
    assert classes <= {text for text, _ in stage.legend}


def named(panel: Any) -> list[str]:
    """What is painted in a panel, such as "ball 2"."""
    listed = panel.alt.partition(": ")[2]
    return [] if listed == "nothing" else listed.split(", ")


def test_a_missed_thing_that_was_seen_below_the_threshold_has_a_rule_of_its_own(shown: Any):
    cards = lesson.update(picture=BUSY, scenes=6, score=0.95)["errors"].cards
    below = [card for card in cards if any("below the threshold" in line for line in card.lines)]
    assert below
    assert {card.rule for card in below} == {errors.BELOW}
    assert errors.BELOW not in {card.rule for card in cards if card not in below}


@pytest.mark.parametrize("gallery", ["crowd", "this"])
def test_a_scene_without_things_has_a_sentence(gallery: str):
    said = lesson.update(picture="scene:42?things=0", gallery=gallery, scenes=1)["stage"].message
    assert said == "Nothing is placed in scene 42. Turn up Things in the scene settings."


def test_weights_that_cannot_be_fetched_get_a_sentence(monkeypatch: pytest.MonkeyPatch):
    ours = zoo.load

    def load(name: str, progress: Any = None) -> Any:
        if name != lesson.OURS:
            raise zoo.WeightsUnavailable("The weights could not be fetched: no network here.")
        return ours(name, progress)

    monkeypatch.setattr(zoo, "load", load)
    for picture in ("scene:42", "sample:chelsea"):
        said = lesson.update(picture=picture, network="maskrcnn_resnet50_fpn", scenes=1)
        assert "could not be fetched" in said["stage"].message
        assert "the lecture's own network" in said["stage"].message


def test_the_reading_counts_what_the_gallery_asks_for(shown: Any):
    asked = [row for k, row in enumerate(shown["objects"].rows) if k in shown["objects"].strong]
    hits = sum(row[2] != "–" for row in asked)
    assert dict(shown["found"].more)["Found of those asked for"] == f"{hits} of {len(asked)}"
    assert "asked for" not in str(lesson.update(gallery="this")["found"].more)


def test_saved_data_holds_the_masks_of_the_table(shown: Any):
    saved = lesson.data(picture=BUSY, gallery="crowd", scenes=6, score=0.4)
    t = saved["matched"].max()
    k = int(np.flatnonzero(saved["matched"] == t)[0])
    true, found = saved["true"][t], saved["found"][k]
    assert (true & found).sum() / (true | found).sum() == pytest.approx(saved["mask_iou"][k, t])
    assert len(saved["errors"]) == sum(map(sum, shown["errors"].counts.values()))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"picture": "scene:nothing"}, "seed"),
        ({"opened": "scene:45"}, "opened must be"),
        ({"opened": "scene:x crowd 1 scene:42"}, "seed"),
        ({"opened": "sample:chelsea crowd 1 scene:42"}, "Choose a scene"),
        ({"gallery": "pretty"}, "gallery"),
        ({"score": math.nan}, "score"),
    ],
)
def test_bad_settings_get_one_sentence(settings: dict[str, Any], said: str):
    with pytest.raises(ValueError, match=said):
        lesson.update(**settings)


def test_difficulty_is_the_pictures(shown: Any):
    easy = lesson.update(picture="scene:42?things=1", gallery="crowd", scenes=2)
    assert "no crowd" in easy["stage"].message
    assert SceneSettings(things=1) == pictures.parse_scene("scene:42?things=1")[1]


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (0, "scene:nothing", "seed"),
        (1, "fcn_resnet50", "network must be"),
        (2, "pretty", "gallery must be"),
        (3, 7, "rank must be"),
        (4, 301, "scenes must be"),
        (4, 1.5, "scenes must be"),
        (5, 0.01, "score must be"),
        (6, "1,2,3,4", "pixel must be"),
        (7, "here", "opened must be"),
        (7, None, "opened must be"),
        (8, "maybe", "fifty must be"),
    ],
)
def test_bad_settings_of_the_endpoint_leave_no_traceback(
    url: str, log: io.StringIO, place: int, value: Any, said: str
):
    settings = ["scene:42", "panoptic_fpn", "this", 1, 1, 0.5, "", "", False]
    settings[place] = value
    kind, content = call(url, "mask_rcnn_results", settings)
    assert kind != "complete"
    assert said in str(content)
    assert "Traceback" not in log.getvalue()
