"""The board of the stages: JSON of a bounded size whose counts, boxes and sentences are the trace's."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import orjson
import pytest

from demos.rcnn_family.stage_list import KINDS, LOOKS, SURE
from demos.rcnn_family.stages import DRAWN, ENDS, FATES, Board, board, drawn_anchors, even_anchors, roi_levels
from lecture_models import pictures
from lecture_models.rcnn.fates import FATES as ALL_FATES
from lecture_models.rcnn.fates import trace_fates
from lecture_models.rcnn.record import record_rcnn
from lecture_models.rcnn.single_fates import fates_at
from lecture_models.rcnn.stages import StageSettings, trace_stages
from lecture_models.scenes import render
from lecture_models.studies import rcnn_family as family
from lecture_models.studies.rcnn_family import Filtered
from tests.nets.detectors import torchvision_detector

TITLES = (
    "Anchors,Objectness,Top-k,Deltas,Clipping,RPN NMS,RoI level,RoI features,Classes,Class NMS,Masks,Pasted"
)
Both = tuple[Filtered, Board]


def boxes(text: str) -> np.ndarray:
    """A text of numbers as boxes [n, 4]."""
    return np.array(text.split(","), float).reshape(-1, 4)


def numbers(text: str) -> list[float]:
    return list(map(float, text.split(",")))


@pytest.fixture(scope="module")
def ours(network: None) -> Both:
    made = family.stages("scene:6", "panoptic_fpn", {}, (120.0, 150.0))
    return made, board(made)


def of(network: Any, image: np.ndarray) -> Both:
    """A network of no card: its stages by its own limits, without a truth."""
    record = record_rcnn(network, image)
    stages = trace_stages(network, record, StageSettings())
    shown = pictures.Picture("scene:5", "a part", image, None)
    made = Filtered(shown, record, stages, trace_fates(record, stages), None, None, None)
    return made, board(made)


def test_it_is_small_json(ours: Both):
    _, made = ours
    assert len(orjson.dumps(made)) < 250_000
    assert set(FATES) == set(ALL_FATES)


def test_twelve_stages_with_the_traces_counts(ours: Both):
    filtered, made = ours
    record, stages = filtered.record, filtered.stages
    assert [stage.title for stage in made.stages] == TITLES.split(",")
    counts = [(stage.before, stage.after) for stage in made.stages]
    assert all(a[1] == b[0] for a, b in pairwise(counts))
    rpn = stages.rpn
    assert counts[0] == (16_320, 16_320)
    assert counts[2] == (16_320, len(rpn.top))
    assert counts[5] == (len(rpn.compared), len(rpn.proposals))
    assert counts[9] == (stages.class_boxes[:, 1:, 0].numel(), len(stages.detections))
    for stage in made.stages:
        assert stage.text.endswith(".")
        assert bool(stage.bars) != bool(stage.cells)
    top = made.stages[2].bars
    assert [name for name, *_ in top] == list(record.levels)
    assert sum(now for *_, now, _ in top) == len(rpn.top)
    assert sum(whole for *_, whole in top) == 16_320


def test_the_fates_add_up(ours: Both):
    _, made = ours
    assert sum(count for *_, count in made.fates) == 16_320


def test_every_fate_comes_at_a_stage_that_there_is():
    assert all(stage in (*KINDS, "end") for _, stage in FATES.values())
    assert ENDS.max() == len(LOOKS)


def test_of_each_fate_the_best_are_drawn(ours: Both):
    filtered, made = ours
    fate, score = filtered.fates.fate.numpy(), filtered.fates.score.numpy()
    chosen = drawn_anchors(fate, score)
    counts = np.bincount(fate)
    assert len(chosen) == made.tracks.followed == np.minimum(counts, DRAWN).sum()
    for one in np.flatnonzero(counts):
        left_out = np.setdiff1d(np.flatnonzero(fate == one), chosen)
        assert score[left_out].max(initial=0) <= score[chosen[fate[chosen] == one]].min()


def test_tracks_end_where_the_anchors_do(ours: Both):
    filtered, made = ours
    record, stages, fates, tracks = filtered.record, filtered.stages, filtered.fates, made.tracks
    many = len(numbers(tracks.ends))
    assert {
        len(numbers(getattr(tracks, key))) for key in ("level", "roi", "objectness", "label", "score")
    } == {many}
    assert {len(boxes(text)) for text in tracks.poses.values()} == {many}
    ends = numbers(tracks.ends)[: tracks.followed + tracks.twins]
    survivors = [i for i, end in enumerate(ends) if end == len(LOOKS)]
    assert len(survivors) == len(stages.detections) > fates.counts["survived"], (
        "twins have tracks of their own"
    )
    labels, refined = numbers(tracks.label), boxes(tracks.poses["refined"])
    drawn = sorted((labels[i], *refined[i]) for i in survivors)
    rows = zip(stages.labels.tolist(), stages.boxes.numpy().astype(float).round(1).tolist(), strict=True)
    np.testing.assert_allclose(drawn, sorted((label, *box) for label, box in rows), atol=0.051)
    chosen = drawn_anchors(fates.fate.numpy(), fates.score.numpy())
    np.testing.assert_allclose(
        boxes(tracks.poses["anchor"])[: len(chosen)], record.anchors[chosen], atol=0.051
    )
    clipped = boxes(tracks.poses["clipped"])
    assert clipped.min() >= 0
    assert clipped.max() <= 256


def test_fates_at_a_place_and_the_missed(ours: Both):
    filtered, made = ours
    here = fates_at((120.0, 150.0), filtered.record, filtered.stages, filtered.fates)
    assert made.place == here
    assert here.total >= len(here.fates) > 0
    assert made.missed.fate.kind in FATES
    assert "IoU" in made.missed.text


def test_without_truth_or_place_it_says_so(ours: Both):
    from dataclasses import replace

    filtered, _ = ours
    bare = board(replace(filtered, things=None, missed=None, place=None))
    assert bare.place is None
    assert "not known" in bare.missed.text
    assert "No box was lost" in board(replace(filtered, things=[], missed=None)).missed.text


def test_nothing_found(network: None):
    settings = {"pre_nms_top_n": 1, "post_nms_top_n": 1, "score_threshold": 1.0}
    filtered = family.stages("scene:6", "panoptic_fpn", settings)
    made = board(filtered)
    assert made.found == len(filtered.stages.detections) == 0
    assert made.pasted == ""
    assert orjson.dumps(made)


def test_a_network_that_resizes_has_five_levels_and_no_masks():
    _, made = of(torchvision_detector(masks=False), render(5).image[:200])
    assert list(made.levels) == ["P2", "P3", "P4", "P5", "P6"]
    assert made.size == (200, 256)
    assert made.classes[5][0] == "class 5"
    assert made.stages[10].text == "This network has no mask head."
    assert boxes(made.tracks.poses["clipped"])[:, 2].max() <= 256
    assert len(orjson.dumps(made)) < 250_000


def test_proposals_have_the_level_that_they_are_cropped_from(ours: Both):
    made, _ = ours
    levels = roi_levels(made.record, made.stages)
    own = made.record.anchor_levels.numpy()
    proposals = made.stages.rpn.proposals.numpy()
    for proposal, number in zip(proposals, made.stages.proposal_levels.tolist(), strict=True):
        assert made.record.levels[levels[proposal]] == made.stages.roi_levels[number]
    assert (levels[proposals] != own[proposals]).any()  # a small box on a coarse anchor comes from a fine map
    others = np.setdiff1d(np.arange(len(own)), proposals)
    assert (levels[others] == own[others]).all()


def test_the_board_sends_the_levels_of_the_rois(ours: Both):
    filtered, made = ours
    fates, names = filtered.fates, filtered.stages.roi_levels
    assert [made.levels[i] for i in made.stages[6].levels] == list(names)
    expected = roi_levels(filtered.record, filtered.stages)[
        drawn_anchors(fates.fate.numpy(), fates.score.numpy())
    ]
    assert numbers(made.tracks.roi)[: made.tracks.followed] == expected.tolist()


def test_all_anchors_of_nine_cells_of_each_level_are_the_sample(ours: Both):
    filtered, made = ours
    record, tracks = filtered.record, made.tracks
    anchors = even_anchors(record.shapes)
    assert np.bincount(record.anchor_levels[anchors]).tolist() == [27, 27, 27, 27]
    centres = ((record.anchors[:, :2] + record.anchors[:, 2:]) / 2).numpy()
    for level in range(4):  # three anchors a cell, three columns and rows, one in each third of the picture
        mine = centres[anchors][record.anchor_levels[anchors].numpy() == level]
        for axis in (0, 1):
            places, counts = np.unique((mine[:, axis] // (256 / 3)).astype(int), return_counts=True)
            assert (places.tolist(), counts.tolist()) == ([0, 1, 2], [9, 9, 9])
    sample = boxes(tracks.poses["anchor"])[tracks.followed + tracks.twins :]
    np.testing.assert_allclose(sample, record.anchors[anchors], atol=0.051)
    assert made.stages[0].note == "Drawn: the 108 anchors of 9 cells of each level."


def test_a_figure_of_some_says_how_many_more(ours: Both):
    filtered, made = ours
    last, masks = made.stages[11], len(filtered.stages.mask_cells)
    assert len(last.bars) == 7 < masks
    assert last.more == f"and {masks - 7} more"
    cells = made.stages[10]
    assert bool(cells.more) == (masks > len(cells.cells))


def test_a_map_smaller_than_the_sample_gives_all_its_cells():
    assert even_anchors([(2, 1, 3)]).tolist() == [0, 1, 2, 3, 4, 5]


def test_the_stages_say_which_detections_the_ledgers_draw(ours: Both):
    filtered, made = ours
    assert SURE == family.SHOWN_SCORE
    sure = sum(float(score) >= 0.5 for score in filtered.stages.scores)
    assert f"{sure} of these {len(filtered.stages.detections)} have score 0.5 or more" in made.stages[9].text
