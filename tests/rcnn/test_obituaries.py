"""One fate for every anchor, the right one; places and the wrongly killed by hand-made cases."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
import torch
from torchvision.ops import box_iou

from lecture_models import zoo
from lecture_models.rcnn.lives import LISTED, at_place, life, wrongly_killed
from lecture_models.rcnn.obituaries import FATES, Obituaries, obituaries
from lecture_models.rcnn.record import RCNNRecord, record_rcnn
from lecture_models.rcnn.stages import StageSettings, StagesTrace, trace_stages
from lecture_models.scenes import render
from tests.nets.detectors import torchvision_detector

SETTINGS = (
    StageSettings(),
    StageSettings(pre_nms_top_n=15, post_nms_top_n=10),
    StageSettings(pre_nms_top_n=1000, post_nms_top_n=150, rpn_nms_iou=0.9, score_threshold=0.0),
    StageSettings(rpn_nms_iou=0.2, score_threshold=0.9),
)
Run = tuple[RCNNRecord, StagesTrace, Obituaries]


@pytest.fixture(scope="module")
def runs(network) -> list[Run]:
    """Our network on scenes and settings, and torchvision's with filters that ours does not have."""
    ours = zoo.load("panoptic_fpn")
    records = [record_rcnn(ours, render(seed).image) for seed in (42, 7, 1003, 8, 15)]
    made = [(r, trace_stages(ours, r, settings)) for r, settings in itertools.product(records, SETTINGS)]
    theirs = torchvision_detector(masks=False)
    record = record_rcnn(theirs, render(5).image[:200])
    strict = replace(record, limits=replace(record.limits, objectness=0.6, rpn_min_size=12, box_min_size=15))
    made += [(r, trace_stages(theirs, r)) for r in (record, strict)]
    return [(record, stages, obituaries(record, stages)) for record, stages in made]


def test_the_counts_add_up_to_the_anchors(runs):
    for record, _, ends in runs:
        assert sum(ends.counts.values()) == len(record.anchors) == len(ends.fate)
    seen = {fate for _, _, ends in runs for fate, count in ends.counts.items() if count}
    assert seen == set(FATES), "every fate occurs in these runs"


def test_the_counts_are_those_of_the_stages(runs):
    for record, stages, ends in runs:
        rpn, counts = stages.rpn, ends.counts
        assert counts["below_top_k"] == len(record.anchors) - len(rpn.top)
        assert counts["too_small"] == int((~rpn.large).sum())
        assert counts["low_objectness"] == int((rpn.large & ~rpn.likely).sum())
        assert counts["suppressed_in_rpn"] == len(rpn.compared) - len(rpn.unsuppressed)
        assert counts["over_proposal_limit"] == len(rpn.unsuppressed) - len(rpn.proposals)
        assert sum(list(counts.values())[5:]) == len(rpn.proposals)
        assert counts["survived"] == len(set(stages.detected_anchors.tolist()))


def test_each_death_has_its_reason(runs):
    for record, stages, ends in runs:
        limits, fate = stages.limits, [FATES[i] for i in ends.fate.tolist()]
        probs, boxes = record.objectness.sigmoid(), record.in_picture(record.clipped)
        for anchor in range(0, len(fate), 7):
            killer, iou, score = int(ends.killer[anchor]), float(ends.iou[anchor]), float(ends.score[anchor])
            if fate[anchor] == "suppressed_in_rpn":
                assert iou > limits.rpn_nms_iou
                assert probs[killer] >= probs[anchor]
                assert record.anchor_levels[killer] == record.anchor_levels[anchor]
                torch.testing.assert_close(
                    float(box_iou(boxes[[anchor]], boxes[[killer]])), iou, atol=2e-3, rtol=0
                )
            elif fate[anchor] == "low_class_score":
                assert score <= limits.score_threshold
            elif fate[anchor] == "low_objectness":
                assert probs[anchor] < limits.objectness
            elif fate[anchor] in ("over_detection_limit", "survived", "suppressed_in_class"):
                assert score > limits.score_threshold


def test_a_candidate_is_suppressed_by_a_better_one_of_its_class(runs):
    for _, stages, ends in runs:
        classes = stages.class_probs.shape[1]
        probs, boxes = stages.class_probs.flatten(), stages.class_boxes.flatten(0, 1)
        for anchor in (ends.fate == FATES.index("suppressed_in_class")).nonzero()[:, 0].tolist():
            mine, killer = int(ends.candidate[anchor]), int(ends.killer[anchor])
            assert mine % classes == killer % classes > 0
            assert probs[killer] >= probs[mine]
            assert killer in stages.unsuppressed
            assert float(ends.iou[anchor]) > stages.limits.box_nms_iou
            torch.testing.assert_close(ends.boxes[anchor], boxes[mine])


def test_a_survivor_is_its_detection(runs):
    for _, stages, ends in runs:
        for anchor in (ends.detection >= 0).nonzero()[:, 0].tolist():
            detection = int(ends.detection[anchor])
            assert stages.detected_anchors[detection] == anchor
            torch.testing.assert_close(ends.boxes[anchor], stages.boxes[detection])
            torch.testing.assert_close(ends.score[anchor], stages.scores[detection])


def test_a_place_lists_whose_box_is_there(runs):
    for record, stages, ends in runs[:4] + runs[-2:]:
        place = at_place((100.0, 120.0), record, stages, ends)
        x0, y0, x1, y1 = ends.boxes.T
        here = (x0 <= 100) & (x1 > 100) & (y0 <= 120) & (y1 > 120)
        assert place.total == int(here.sum())
        assert len(place.lives) == sum(min(count, LISTED) for count in place.counts.values())
        order = [(FATES.index(one.fate), one.score) for one in place.lives]
        assert order == sorted(order, reverse=True)
        assert all(one.sentence.endswith(".") for one in place.lives)
    assert at_place((-5.0, 3000.0), record, stages, ends).total == 0


def test_sentences_say_their_numbers(runs):
    record, stages, ends = runs[0]
    tell = {
        fate: life(int((ends.fate == i).nonzero()[0, 0]), record, stages, ends)
        for i, fate in enumerate(FATES)
        if ends.counts[fate]
    }
    assert "of 12,288 by objectness" in tell["below_top_k"].sentence
    assert f"IoU {tell['suppressed_in_rpn'].iou:.2f}, above 0.7" in tell["suppressed_in_rpn"].sentence
    assert "only the best 100 became proposals" in tell["over_proposal_limit"].sentence
    assert "not above 0.05" in tell["low_class_score"].sentence
    assert f"A better {tell['suppressed_in_class'].name}" in tell["suppressed_in_class"].sentence
    assert tell["survived"].sentence.startswith("It lives: detection")


def _hand_made(runs, boxes: list[list[float]], died: list[bool]) -> Run:
    """The first run with other last boxes: candidates 0, 1, .. at ``boxes``, dead or alive, and nobody else."""
    record, stages, ends = runs[0]
    count = len(boxes)
    fate = torch.full_like(ends.fate, FATES.index("survived"))
    fate[:count] = torch.tensor([FATES.index("low_class_score" if dead else "survived") for dead in died])
    everybody = torch.full_like(ends.boxes, -50.0)
    everybody[:count] = torch.tensor(boxes)
    candidate = torch.zeros_like(ends.candidate) + 1
    return record, stages, replace(ends, fate=fate, boxes=everybody, candidate=candidate)


THING = [10.0, 10.0, 50.0, 50.0]


@pytest.fixture
def nothing_found(runs):
    """Stages without a detection."""
    stages = runs[0][1]
    return replace(stages, boxes=torch.zeros(0, 4), labels=torch.zeros(0, dtype=torch.int64))


def test_the_best_dead_box_of_a_missed_thing(runs, nothing_found):
    # IoU with the thing: 0.75, 0.5, 0.9 (but alive)
    boxes = [[10.0, 10, 50, 40], [10, 10, 50, 30], [10, 10, 50, 46]]
    record, _, ends = _hand_made(runs, boxes, [True, True, False])
    found = wrongly_killed(record, nothing_found, ends, [THING], [2])
    assert found is not None
    dead, thing, iou = found
    assert (dead.anchor, thing, round(iou, 4)) == (0, 0, 0.75)
    assert dead.fate == "low_class_score"


def test_nobody_was_wronged(runs, nothing_found):
    record, stages, ends = _hand_made(runs, [[10.0, 10, 50, 29.9]], [True])
    assert wrongly_killed(record, nothing_found, ends, [THING], [2]) is None, "IoU below 0.5"
    record, stages, ends = _hand_made(runs, [[10.0, 10, 50, 30]], [True])
    assert wrongly_killed(record, nothing_found, ends, [THING], [2]) is not None, "IoU of 0.5"
    assert wrongly_killed(record, nothing_found, ends, [], []) is None, "no things"
    found = replace(stages, boxes=torch.tensor([THING]), labels=torch.tensor([2]))
    assert wrongly_killed(record, found, ends, [THING], [2]) is None, "the thing was found"
    assert wrongly_killed(record, found, ends, [THING], [3]) is not None, "found as something else"


def test_before_the_box_head_the_decoded_box_counts(runs, nothing_found):
    record, _, ends = _hand_made(runs, [[0.0, 0, 5, 5]], [True])
    candidate = ends.candidate.clone()
    candidate[0] = -1
    fate = ends.fate.clone()
    fate[0] = FATES.index("below_top_k")
    decoded = record.decoded.clone()
    decoded[0] = torch.tensor([10.0, 10, 50, 42])
    moved = replace(record, decoded=decoded)
    found = wrongly_killed(moved, nothing_found, replace(ends, candidate=candidate, fate=fate), [THING], [2])
    assert found is not None
    assert found[2] == pytest.approx(0.8, abs=1e-5)
