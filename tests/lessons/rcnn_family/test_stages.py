"""The board's payload: JSON of a bounded size whose counts, boxes and sentences are the trace's."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from demos.figures.rcnn_stages import DRAWN, FATES, drawn_anchors, even_anchors, payload, roi_levels
from lecture_models.rcnn.lives import at_place, wrongly_killed
from lecture_models.rcnn.obituaries import FATES as ALL_FATES
from lecture_models.rcnn.obituaries import obituaries

from lecture_models import family, zoo
from lecture_models.rcnn.record import record_rcnn
from lecture_models.rcnn.stages import StageSettings, trace_stages
from lecture_models.scenes import render
from tests.nets.detectors import torchvision_detector

OWN = StageSettings()
TITLES = (
    "Anchors Objectness Top-k Deltas Clipping RPN_NMS RoI_level RoI_features Classes Class_NMS Masks Pasted"
)


def _payload(network, scene, settings=OWN, image=None):
    record = record_rcnn(network, scene.image if image is None else image)
    stages = trace_stages(network, record, settings)
    ends = obituaries(record, stages)
    boxes = [thing.box for thing in scene.things]
    labels = [
        record.classes.index(thing.name) if thing.name in record.classes else 1 for thing in scene.things
    ]
    wronged = wrongly_killed(record, stages, ends, boxes, labels)
    truth = [(thing.box, thing.name) for thing in scene.things]
    place = at_place((120.0, 150.0), record, stages, ends)
    return record, stages, ends, payload(record, stages, ends, place, wronged, truth)


@pytest.fixture(scope="module")
def ours(network):
    return _payload(zoo.load("panoptic_fpn"), render(6))


def test_it_is_small_json(ours):
    *_, made = ours
    assert len(json.dumps(made)) < 250_000
    assert set(FATES) == set(ALL_FATES)


def test_twelve_stages_with_the_traces_counts(ours):
    record, stages, _, made = ours
    assert [s["title"].replace(" ", "_") for s in made["stages"]] == TITLES.split()
    counts = [(s["before"], s["after"]) for s in made["stages"]]
    assert all(a[1] == b[0] for a, b in pairwise(counts))
    rpn = stages.rpn
    assert counts[0] == (16_320, 16_320)
    assert counts[2] == (16_320, len(rpn.top))
    assert counts[5] == (len(rpn.compared), len(rpn.proposals))
    assert counts[9] == (stages.class_boxes[:, 1:, 0].numel(), len(stages.detections))
    for stage in made["stages"]:
        assert stage["text"].endswith(".")
        assert ("bars" in stage["figure"]) != ("cells" in stage["figure"])
    top = made["stages"][2]["figure"]["bars"]
    assert [row[0] for row in top] == list(record.levels)
    assert sum(row[2] for row in top) == len(rpn.top)
    assert sum(row[3] for row in top) == 16_320


def test_the_fates_add_up(ours):
    *_, made = ours
    assert sum(number for *_, number in made["fates"]) == made["total"] == 16_320


def test_of_each_fate_the_best_are_drawn(ours):
    _, _, ends, made = ours
    fate, score = ends.fate.numpy(), ends.score.numpy()
    chosen = drawn_anchors(fate, score)
    counts = np.bincount(fate)
    assert len(chosen) == made["tracks"]["drawn"] == np.minimum(counts, DRAWN).sum()
    for one in np.flatnonzero(counts):
        left_out = np.setdiff1d(np.flatnonzero(fate == one), chosen)
        assert score[left_out].max(initial=0) <= score[chosen[fate[chosen] == one]].min()


def test_tracks_end_where_the_anchors_do(ours):
    record, stages, ends, made = ours
    tracks = made["tracks"]
    assert len({len(values) for key, values in tracks.items() if key != "drawn"}) == 1
    survivors = [i for i, dies in enumerate(tracks["dies"]) if dies == 12]
    assert len(survivors) == len(stages.detections) > ends.counts["survived"], (
        "twins have tracks of their own"
    )
    drawn = sorted((tracks["label"][i], *tracks["refined"][i]) for i in survivors)
    rows = zip(stages.labels.tolist(), stages.boxes.numpy().astype(float).round(1).tolist(), strict=True)
    np.testing.assert_allclose(drawn, sorted((label, *box) for label, box in rows), atol=0.051)
    chosen = drawn_anchors(ends.fate.numpy(), ends.score.numpy())
    np.testing.assert_allclose(tracks["anchor"][: len(chosen)], record.anchors[chosen], atol=0.051)
    clipped = np.array(tracks["clipped"])
    assert clipped.min() >= 0
    assert clipped.max() <= 256


def test_lives_and_the_wronged(ours):
    *_, made = ours
    place = made["place"]
    assert sum(place["counts"]) == place["total"] >= len(place["lives"])
    assert {"sentence", "anchor", "box", "killer", "fate", "level"} <= set(place["lives"][0])
    assert made["wronged"]["life"]["fate"] in FATES
    assert "IoU" in made["wronged"]["text"]


def test_without_truth_or_place_it_says_so(ours):
    record, stages, ends, _ = ours
    made = payload(record, stages, ends)
    assert made["place"] is None
    assert "not known" in made["wronged"]["text"]
    assert "Nobody was wronged" in payload(record, stages, ends, truth=[])["wronged"]["text"]


def test_nothing_found(network):
    settings = StageSettings(pre_nms_top_n=1, post_nms_top_n=1, score_threshold=1.0)
    _, stages, _, made = _payload(zoo.load("panoptic_fpn"), render(6), settings)
    assert len(stages.detections) == 0
    assert made["pasted"] == ""
    assert json.dumps(made)


def test_a_network_that_resizes_has_five_levels_and_no_masks():
    scene = render(5)
    *_, made = _payload(torchvision_detector(masks=False), scene, image=scene.image[:200])
    assert made["levels"] == ["P2", "P3", "P4", "P5", "P6"]
    assert made["size"] == [200, 256]
    assert made["classes"][5][0] == "class 5"
    assert made["stages"][10]["text"] == "This network has no mask head."
    assert np.array(made["tracks"]["clipped"])[:, 2].max() <= 256
    assert len(json.dumps(made)) < 250_000


def test_proposals_have_the_level_that_they_are_cropped_from(network: None):
    made = family.stages("scene:6", "panoptic_fpn", {})
    levels = roi_levels(made.record, made.stages)
    own = made.record.anchor_levels.numpy()
    proposals = made.stages.rpn.proposals.numpy()
    for proposal, number in zip(proposals, made.stages.proposal_levels.tolist(), strict=True):
        assert made.record.levels[levels[proposal]] == made.stages.roi_levels[number]
    assert (levels[proposals] != own[proposals]).any()  # a small box on a coarse anchor comes from a fine map
    others = np.setdiff1d(np.arange(len(own)), proposals)
    assert (levels[others] == own[others]).all()


def test_the_board_sends_the_levels_of_the_rois(ours):
    record, stages, _, made = ours
    assert [made["levels"][i] for i in made["roi_levels"]] == list(stages.roi_levels)
    tracks = made["tracks"]
    expected = roi_levels(record, stages)[drawn_anchors(ours[2].fate.numpy(), ours[2].score.numpy())]
    assert tracks["roi"][: tracks["drawn"]] == expected.tolist()


def test_all_anchors_of_nine_cells_of_each_level_are_the_sample(ours):
    record, *_, made = ours
    anchors = even_anchors(record.shapes)
    assert np.bincount(record.anchor_levels[anchors]).tolist() == [27, 27, 27, 27]
    centres = ((record.anchors[:, :2] + record.anchors[:, 2:]) / 2).numpy()
    for level in range(4):  # three anchors a cell, three columns and rows, one in each third of the picture
        mine = centres[anchors][record.anchor_levels[anchors].numpy() == level]
        for axis in (0, 1):
            places, counts = np.unique((mine[:, axis] // (256 / 3)).astype(int), return_counts=True)
            assert (places.tolist(), counts.tolist()) == ([0, 1, 2], [9, 9, 9])
    assert len(made["sample"]["anchor"]) == 108
    assert made["sample"]["cells"] == "9"
    np.testing.assert_allclose(made["sample"]["anchor"], record.anchors[anchors], atol=0.051)


def test_a_figure_of_some_says_how_many_more(ours):
    _, stages, _, made = ours
    figure = made["stages"][11]["figure"]
    assert len(figure["bars"]) == 7 < len(stages.mask_cells)
    assert figure["more"] == f"and {len(stages.mask_cells) - 7} more"
    cells = made["stages"][10]["figure"]
    assert ("more" in cells) == (len(stages.mask_cells) > len(cells["cells"]))


def test_a_map_smaller_than_the_sample_gives_all_its_cells():
    assert even_anchors([(2, 1, 3)]).tolist() == [0, 1, 2, 3, 4, 5]
