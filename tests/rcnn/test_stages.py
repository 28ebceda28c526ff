"""The stages with default settings are the network; with others, each does what its name says."""

from __future__ import annotations

import itertools

import pytest
import torch
from torchvision.ops import box_iou

from lecture_models import zoo
from lecture_models.nets.rcnn_trace import as_tensor
from lecture_models.rcnn.record import limits_of, record_rcnn
from lecture_models.rcnn.stages import MASKED, StageSettings, StagesTrace, filter_anchors, trace_stages
from lecture_models.scenes import render
from tests.nets.detectors import torchvision_detector

SCENES = (42, 7, 1003, 8)
SETTINGS = (
    StageSettings(),
    StageSettings(pre_nms_top_n=20, post_nms_top_n=10),
    StageSettings(pre_nms_top_n=1000, post_nms_top_n=300, rpn_nms_iou=0.9, score_threshold=0.01),
    StageSettings(rpn_nms_iou=0.2, score_threshold=0.7),
)


@pytest.fixture(scope="module")
def ours(network):
    return zoo.load("panoptic_fpn")


@pytest.fixture(scope="module")
def theirs():
    return torchvision_detector(masks=True)


@pytest.fixture(scope="module")
def runs(ours, theirs) -> list:
    """(network, record, stages) of both networks, on scenes and settings."""
    records = [record_rcnn(ours, render(seed).image) for seed in SCENES[:2]]
    runs = [
        (ours, r, trace_stages(ours, r, settings)) for r, settings in itertools.product(records, SETTINGS)
    ]
    record = record_rcnn(theirs, render(5).image[:200])
    return runs + [(theirs, record, trace_stages(theirs, record, settings)) for settings in SETTINGS[:2]]


@torch.inference_mode()
def _check_against(network, image) -> StagesTrace:
    record = record_rcnn(network, image)
    stages, result = trace_stages(network, record), network([as_tensor(image)])[0]
    assert torch.equal(stages.labels, result["labels"])
    torch.testing.assert_close(stages.boxes, result["boxes"], atol=1e-3, rtol=0)
    torch.testing.assert_close(stages.scores, result["scores"], atol=1e-4, rtol=0)
    if "masks" in result:
        masks = stages.masks(record.size)
        torch.testing.assert_close(masks, result["masks"][:MASKED, 0], atol=1e-3, rtol=0)
    return stages


@pytest.mark.parametrize("seed", SCENES)
def test_with_default_settings_it_is_our_network(ours, seed):
    stages = _check_against(ours, render(seed).image)
    assert len(stages.boxes) > 0


def test_with_default_settings_it_is_torchvisions_network(theirs):
    image = render(5).image[:200]  # made 156 × 200: each axis has its own ratio
    stages = _check_against(theirs, image)
    assert len(stages.boxes) > 10
    assert stages.roi_levels == ("P2", "P3", "P4", "P5")


def test_a_network_without_masks():
    network = torchvision_detector(masks=False)
    stages = _check_against(network, render(2).image)
    assert len(stages.boxes) > 10
    assert stages.mask_cells.shape == (0, 28, 28)
    assert stages.masks((256, 256)).shape == (0, 256, 256)


def test_the_record_reads_the_networks_own_limits(ours, theirs):
    assert limits_of(theirs).pre_nms_top_n == theirs.rpn._pre_nms_top_n["testing"] == 1000
    assert limits_of(ours).detections == ours.roi_heads.detections_per_img
    record = record_rcnn(ours, render(42).image)
    assert len(record.anchors) == 16_320 == len(record.objectness) == len(record.deltas)
    assert record.nbytes > sum(m.nbytes for m in record.maps.values())


def test_the_zoo_caches_records_by_content(network):
    image = render(42).image
    assert zoo.record("panoptic_fpn", image) is zoo.record("panoptic_fpn", image.copy())
    assert zoo.record("panoptic_fpn", image[:128]).size == (128, 256)
    with pytest.raises(ValueError, match="uint8"):
        zoo.record("panoptic_fpn", image.astype(float))


def test_counts_never_grow_until_the_classes_split(runs):
    for _, record, stages in runs:
        rpn, limits = stages.rpn, stages.limits
        funnel = [
            len(record.anchors),
            len(rpn.top),
            len(rpn.compared),
            len(rpn.unsuppressed),
            len(rpn.proposals),
        ]
        assert funnel == sorted(funnel, reverse=True)
        pairs = stages.class_boxes[:, 1:].shape[:2].numel()
        funnel = [
            pairs,
            *map(len, (stages.scored, stages.candidates, stages.unsuppressed, stages.detections)),
        ]
        assert funnel == sorted(funnel, reverse=True)
        assert len(rpn.proposals) <= limits.post_nms_top_n
        assert len(stages.detections) <= limits.detections
        per_level = record.anchor_levels[rpn.top].bincount(minlength=len(record.levels))
        assert torch.equal(per_level, record.anchor_levels.bincount().clamp(max=limits.pre_nms_top_n))


def test_no_two_proposals_of_a_level_overlap_too_much(runs):
    for _, record, stages in runs:
        alive = stages.rpn.unsuppressed
        overlaps = box_iou(record.clipped[alive], record.clipped[alive]).fill_diagonal_(0)
        same = record.anchor_levels[alive][:, None] == record.anchor_levels[alive]
        assert (overlaps * same).max() <= stages.limits.rpn_nms_iou + 1e-4
        detected = box_iou(stages.boxes, stages.boxes).fill_diagonal_(0)
        same = stages.labels[:, None] == stages.labels
        assert (detected * same).amax() <= stages.limits.box_nms_iou + 1e-4 if len(stages.boxes) else True


def test_the_top_k_are_the_best_of_their_level(runs):
    for _, record, stages in runs:
        gone = torch.ones(len(record.anchors), dtype=torch.bool)
        gone[stages.rpn.top] = False
        for level in range(len(record.levels)):
            mine = record.anchor_levels == level
            if (mine & gone).any():
                assert record.objectness[mine & gone].max() <= record.objectness[mine & ~gone].min()


def test_more_is_kept_for_larger_limits(ours):
    record = record_rcnn(ours, render(7).image)
    limits = [StageSettings(n).limits(record.limits) for n in (5, 50, 500, 20_000)]
    tops = [set(filter_anchors(record, limit).top.tolist()) for limit in limits]
    assert all(a < b for a, b in itertools.pairwise(tops))
    assert len(tops[-1]) == 16_320
    several = [StageSettings(post_nms_top_n=n) for n in (1, 20, 90)]
    firsts = [trace_stages(ours, record, s).rpn.proposals.tolist() for s in several]
    assert [len(f) for f in firsts] == [1, 20, 90]
    assert firsts[2][:20] == firsts[1]


def test_levels_are_those_that_the_crops_come_from(runs):
    for network, record, stages in runs:
        pool = network.roi_heads.box_roi_pool
        maps = {name: torch.full_like(m, float(i)) for i, (name, m) in enumerate(record.maps.items())}
        boxes = record.clipped[stages.rpn.proposals]
        inside = (boxes[:, :2] > 0).all(1) & (boxes[:, 2:] < 150).all(
            1
        )  # RoIAlign reads zeros outside of a map
        crops = pool(maps, [boxes], [record.network_size])
        assert torch.equal(crops.amax((1, 2, 3)).round().long()[inside], stages.proposal_levels[inside])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (StageSettings(pre_nms_top_n=0), "at least 1; got 0"),
        (StageSettings(post_nms_top_n=2.5), "whole number"),
        (StageSettings(rpn_nms_iou=1.2), "between 0 and 1; got 1.2"),
        (StageSettings(score_threshold=float("nan")), "between 0 and 1; got nan"),
    ],
)
def test_settings_out_of_range(ours, settings, said):
    with pytest.raises(ValueError, match=said):
        settings.limits(limits_of(ours))
