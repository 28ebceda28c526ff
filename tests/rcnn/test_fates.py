"""One fate for every anchor, the right one; places and missed things by hand-made cases."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
import torch
from torchvision.ops import box_iou

from lecture_models import zoo
from lecture_models.rcnn.fates import FATES, FatesTrace, trace_fates
from lecture_models.rcnn.record import RCNNRecord, record_rcnn
from lecture_models.rcnn.single_fates import LISTED, fate_of_missed, fates_at, tell_fate
from lecture_models.rcnn.stages import StageSettings, StagesTrace, trace_stages
from lecture_models.scenes import render
from tests.nets.detectors import torchvision_detector

SETTINGS = (
    StageSettings(),
    StageSettings(pre_nms_top_n=15, post_nms_top_n=10),
    StageSettings(pre_nms_top_n=1000, post_nms_top_n=150, rpn_nms_iou=0.9, score_threshold=0.0),
    StageSettings(rpn_nms_iou=0.2, score_threshold=0.9),
)
Run = tuple[RCNNRecord, StagesTrace, FatesTrace]


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
    return [(record, stages, trace_fates(record, stages)) for record, stages in made]


def test_the_counts_add_up_to_the_anchors(runs):
    for record, _, fates in runs:
        assert sum(fates.counts.values()) == len(record.anchors) == len(fates.fate)
    seen = {fate for _, _, fates in runs for fate, count in fates.counts.items() if count}
    assert seen == set(FATES), "every fate occurs in these runs"


def test_the_counts_are_those_of_the_stages(runs):
    for record, stages, fates in runs:
        rpn, counts = stages.rpn, fates.counts
        assert counts["below_top_k"] == len(record.anchors) - len(rpn.top)
        assert counts["too_small"] == int((~rpn.large).sum())
        assert counts["low_objectness"] == int((rpn.large & ~rpn.likely).sum())
        assert counts["suppressed_in_rpn"] == len(rpn.compared) - len(rpn.unsuppressed)
        assert counts["over_proposal_limit"] == len(rpn.unsuppressed) - len(rpn.proposals)
        assert sum(list(counts.values())[5:]) == len(rpn.proposals)
        assert counts["survived"] == len(set(stages.detected_anchors.tolist()))


def test_each_end_has_its_reason(runs):
    for record, stages, fates in runs:
        limits, fate = stages.limits, [FATES[i] for i in fates.fate.tolist()]
        probs, boxes = record.objectness.sigmoid(), record.in_picture(record.clipped)
        for anchor in range(0, len(fate), 7):
            suppressor, iou, score = (
                int(fates.suppressor[anchor]),
                float(fates.iou[anchor]),
                float(fates.score[anchor]),
            )
            if fate[anchor] == "suppressed_in_rpn":
                assert iou > limits.rpn_nms_iou
                assert probs[suppressor] >= probs[anchor]
                assert record.anchor_levels[suppressor] == record.anchor_levels[anchor]
                torch.testing.assert_close(
                    float(box_iou(boxes[[anchor]], boxes[[suppressor]])), iou, atol=2e-3, rtol=0
                )
            elif fate[anchor] == "low_class_score":
                assert score <= limits.score_threshold
            elif fate[anchor] == "low_objectness":
                assert probs[anchor] < limits.objectness
            elif fate[anchor] in ("over_detection_limit", "survived", "suppressed_in_class"):
                assert score > limits.score_threshold


def test_a_candidate_is_suppressed_by_a_better_one_of_its_class(runs):
    for _, stages, fates in runs:
        classes = stages.class_probs.shape[1]
        probs, boxes = stages.class_probs.flatten(), stages.class_boxes.flatten(0, 1)
        for anchor in (fates.fate == FATES.index("suppressed_in_class")).nonzero()[:, 0].tolist():
            mine, suppressor = int(fates.candidate[anchor]), int(fates.suppressor[anchor])
            assert mine % classes == suppressor % classes > 0
            assert probs[suppressor] >= probs[mine]
            assert suppressor in stages.unsuppressed
            assert float(fates.iou[anchor]) > stages.limits.box_nms_iou
            torch.testing.assert_close(fates.boxes[anchor], boxes[mine])


def test_a_survivor_is_its_detection(runs):
    for _, stages, fates in runs:
        for anchor in (fates.detection >= 0).nonzero()[:, 0].tolist():
            detection = int(fates.detection[anchor])
            assert stages.detected_anchors[detection] == anchor
            torch.testing.assert_close(fates.boxes[anchor], stages.boxes[detection])
            torch.testing.assert_close(fates.score[anchor], stages.scores[detection])


def test_a_place_lists_whose_box_is_there(runs):
    for record, stages, fates in runs[:4] + runs[-2:]:
        place = fates_at((100.0, 120.0), record, stages, fates)
        x0, y0, x1, y1 = fates.boxes.T
        here = (x0 <= 100) & (x1 > 100) & (y0 <= 120) & (y1 > 120)
        assert place.total == int(here.sum())
        assert len(place.fates) == sum(min(count, LISTED) for count in place.counts.values())
        order = [(FATES.index(one.kind), one.score) for one in place.fates]
        assert order == sorted(order, reverse=True)
        assert all(one.sentence.endswith(".") for one in place.fates)
    assert fates_at((-5.0, 3000.0), record, stages, fates).total == 0


def test_sentences_say_their_numbers(runs):
    record, stages, fates = runs[0]
    tell = {
        fate: tell_fate(int((fates.fate == i).nonzero()[0, 0]), record, stages, fates)
        for i, fate in enumerate(FATES)
        if fates.counts[fate]
    }
    assert "of 12,288 by objectness" in tell["below_top_k"].sentence
    assert f"IoU {tell['suppressed_in_rpn'].iou:.2f}, above 0.7" in tell["suppressed_in_rpn"].sentence
    assert "only the best 100 became proposals" in tell["over_proposal_limit"].sentence
    assert "not above 0.05" in tell["low_class_score"].sentence
    assert f"A better {tell['suppressed_in_class'].name}" in tell["suppressed_in_class"].sentence
    assert tell["survived"].sentence.startswith("It lives: detection")


def _hand_made(runs, boxes: list[list[float]], died: list[bool]) -> Run:
    """The first run with other last boxes: candidates 0, 1, .. at ``boxes``, dead or alive, and nobody else."""
    record, stages, fates = runs[0]
    count = len(boxes)
    fate = torch.full_like(fates.fate, FATES.index("survived"))
    fate[:count] = torch.tensor([FATES.index("low_class_score" if dead else "survived") for dead in died])
    everybody = torch.full_like(fates.boxes, -50.0)
    everybody[:count] = torch.tensor(boxes)
    candidate = torch.zeros_like(fates.candidate) + 1
    return record, stages, replace(fates, fate=fate, boxes=everybody, candidate=candidate)


THING = [10.0, 10.0, 50.0, 50.0]


@pytest.fixture
def nothing_found(runs):
    """Stages without a detection."""
    stages = runs[0][1]
    return replace(stages, boxes=torch.zeros(0, 4), labels=torch.zeros(0, dtype=torch.int64))


def test_the_best_lost_box_of_a_missed_thing(runs, nothing_found):
    # IoU with the thing: 0.75, 0.5, 0.9 (but alive)
    boxes = [[10.0, 10, 50, 40], [10, 10, 50, 30], [10, 10, 50, 46]]
    record, _, fates = _hand_made(runs, boxes, [True, True, False])
    found = fate_of_missed(record, nothing_found, fates, [THING], [2])
    assert found is not None
    assert (found.fate.anchor, found.thing, round(found.iou, 4)) == (0, 0, 0.75)
    assert found.fate.kind == "low_class_score"


def test_no_box_was_lost_for_a_thing(runs, nothing_found):
    record, stages, fates = _hand_made(runs, [[10.0, 10, 50, 29.9]], [True])
    assert fate_of_missed(record, nothing_found, fates, [THING], [2]) is None, "IoU below 0.5"
    record, stages, fates = _hand_made(runs, [[10.0, 10, 50, 30]], [True])
    assert fate_of_missed(record, nothing_found, fates, [THING], [2]) is not None, "IoU of 0.5"
    assert fate_of_missed(record, nothing_found, fates, [], []) is None, "no things"
    found = replace(stages, boxes=torch.tensor([THING]), labels=torch.tensor([2]))
    assert fate_of_missed(record, found, fates, [THING], [2]) is None, "the thing was found"
    assert fate_of_missed(record, found, fates, [THING], [3]) is not None, "found as something else"


def test_before_the_box_head_the_decoded_box_counts(runs, nothing_found):
    record, _, fates = _hand_made(runs, [[0.0, 0, 5, 5]], [True])
    candidate = fates.candidate.clone()
    candidate[0] = -1
    fate = fates.fate.clone()
    fate[0] = FATES.index("below_top_k")
    decoded = record.decoded.clone()
    decoded[0] = torch.tensor([10.0, 10, 50, 42])
    moved = replace(record, decoded=decoded)
    found = fate_of_missed(moved, nothing_found, replace(fates, candidate=candidate, fate=fate), [THING], [2])
    assert found is not None
    assert found.iou == pytest.approx(0.8, abs=1e-5)
