"""Fifty bad boxes: they are bad, AP does not see them, the counts do; AP by pycocotools alone, as a second way."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pytest

from demos.mask_rcnn_results import lesson
from lecture_models.evaluation.detection import Detections, Instances
from lecture_models.evaluation.errors import classify_errors
from lecture_models.scenes.export import encode_mask
from lecture_models.studies import bad_boxes
from lecture_models.studies import mask_rcnn_results as study

pytestmark = pytest.mark.usefixtures("network")


@pytest.fixture(scope="module", params=["scene:42", "scene:7?things=16&crowding=0.8"])
def made(request: pytest.FixtureRequest, network: None) -> study.GalleryScene:
    return study.find(request.param, "panoptic_fpn")


def library_ap(truth: Instances, found: Detections) -> float:
    """Mask AP of one picture by pycocotools itself."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    def entry(number: int, label: Any, mask: np.ndarray, **more: Any) -> dict[str, Any]:
        about = {"id": number + 1, "image_id": 1, "category_id": int(label) + 1, "area": int(mask.sum())}
        return {**about, "segmentation": encode_mask(mask), "iscrowd": 0, **more}

    with contextlib.redirect_stdout(io.StringIO()):
        true, said = COCO(), COCO()
        height, width = truth.masks.shape[1:]
        base = {"images": [{"id": 1, "height": height, "width": width}]}
        base["categories"] = [{"id": k + 1, "name": str(k)} for k in range(5)]
        boxes = [entry(k, *one) for k, one in enumerate(zip(truth.labels, truth.masks, strict=True))]
        true.dataset = {**base, "annotations": boxes}
        listed = zip(found.labels, found.masks, found.scores, strict=True)
        said.dataset = {
            **base,
            "annotations": [
                entry(k, label, mask, score=float(s)) for k, (label, mask, s) in enumerate(listed)
            ],
        }
        true.createIndex()
        said.createIndex()
        run = COCOeval(true, said, "segm")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return float(run.stats[0])


def test_the_boxes_are_bad_and_fifty(made: study.GalleryScene):
    truth = made.comparison.truth
    bad = bad_boxes.bad_boxes(truth, 5, 42)
    assert len(bad.scores) == 50
    assert set(bad.scores) == {0.01}
    for mask, box in zip(bad.masks, bad.boxes, strict=True):
        x0, y0, x1, y1 = box
        assert mask.sum() == (x1 - x0) * (y1 - y0)
        shared, union = (truth.masks & mask).sum((1, 2)), (truth.masks | mask).sum((1, 2))
        assert (shared / union < 0.1).all()
    again = bad_boxes.bad_boxes(truth, 5, 42)
    assert np.array_equal(bad.boxes, again.boxes)
    assert not np.array_equal(bad.boxes, bad_boxes.bad_boxes(truth, 5, 43).boxes)


def test_perfect_detections_keep_an_ap_of_one_and_the_counts_show_the_fifty(made: study.GalleryScene):
    truth = made.comparison.truth
    perfect = bad_boxes.perfect(truth)
    found = bad_boxes.joined(perfect, bad_boxes.bad_boxes(truth, 5, 42))
    assert library_ap(truth, perfect) == library_ap(truth, found) == pytest.approx(1)
    counts = classify_errors(truth, found, score=0.0).counts
    assert sum(wrong for wrong, _ in counts.values()) == 50
    assert counts["background"][0] == 50
    one, two = bad_boxes.judge(made, True)[:2]
    things = len(truth.labels)
    assert (one.ap, one.hits, one.wrong, one.missed, one.until_last) == (1, things, 0, 0, things)
    assert (two.ap, two.hits, two.wrong, two.missed, two.until_last) == (1, things, 50, 0, things)


def test_the_networks_own_ap_does_not_see_them_either(made: study.GalleryScene):
    one, two = bad_boxes.judge(made, True)[2:]
    assert one.ap == two.ap
    assert two.wrong == one.wrong + 50
    assert (one.hits, one.missed, one.until_last) == (two.hits, two.missed, two.until_last)


def test_a_bad_box_above_a_hit_does_cost(made: study.GalleryScene):
    """What makes the difference is the order: the same boxes at a score above all others."""
    truth, classes = made.comparison.truth, made.comparison.classes
    bad = bad_boxes.bad_boxes(truth, len(classes), 42)._replace(scores=np.full(50, 1.1))
    told = bad_boxes.judged("first", truth, bad_boxes.joined(bad_boxes.perfect(truth), bad), classes)
    assert told.ap is not None
    assert told.ap < 0.7
    assert told.until_last == len(truth.labels) + 50


def test_the_table_shows_both_and_says_why():
    without, with_them = (lesson.update(gallery="this", fifty=fifty)["unseen"] for fifty in (False, True))
    assert [row[0] for row in without.rows] == ["perfect", "the network's"]
    rows = with_them.rows
    assert [row[1] for row in rows[:2]] == ["100.0 %"] * 2
    things = int(rows[0][2].split()[0])
    assert [row[2] for row in rows[:2]] == [f"{things} of {things}"] * 2
    assert [row[3] for row in rows[:2]] == ["0", "50"]
    assert rows[1][4] == f"1.00 → {things / (things + 50):.2f}"
    assert f"falls to {things} / {things + 50}." in with_them.caption
    assert "The 50 boxes of score 0.01 come after it" in with_them.caption
    assert "fifty" not in str(without)
    assert lesson.update(picture="sample:chelsea", fifty=True)["unseen"] is None
