"""The boards' JSON says what the ledger says, and nothing below the score."""

import json

import numpy as np
import pytest
import torch

from demos.figures import encode, rcnn_ledgers
from lecture_models.rcnn.ledgers import Ledger
from lecture_models.rcnn.meter import Stage

CLASSES = ("background", "ball", "cone")


def ledger(name="Mask R-CNN", **other):
    values = {
        "source": "region proposal network",
        "proposals": torch.tensor([[0.0, 0, 4.04, 4], [2, 2, 7, 7], [1, 1, 3, 3]]),
        "done": 3,
        "passes": 1,
        "stages": (Stage("backbone", 600, 10.0), Stage("rpn", 200, 4.005)),
        "boxes": torch.tensor([[0.0, 0, 4, 4], [2, 2, 7, 7]]),
        "labels": torch.tensor([1, 2]),
        "scores": torch.tensor([0.9, 0.3]),
        "masks": torch.zeros(2, 8, 8, dtype=torch.bool),
    }
    return Ledger(name=name, **{**values, **other})


def test_a_column_says_what_the_ledger_says():
    truth = [((0.0, 0, 4, 4), True), ((5.0, 5, 8, 8), False)]
    made = rcnn_ledgers.column(ledger(), CLASSES, 0.5, truth)
    assert made["passes"] == 1
    assert made["macs"] == 800
    assert made["ms"] == pytest.approx(14.0, abs=0.01)
    assert [stage["name"] for stage in made["stages"]] == ["backbone", "rpn"]
    assert made["proposals"] == [0, 0, 4, 4, 2, 2, 7, 7, 1, 1, 3, 3]
    assert [box["text"] for box in made["boxes"]] == ["ball 0.90"]  # 0.3 is below the score
    assert made["found"] == [1, 2]
    assert made["missed"] == [[5, 5, 8, 8]]
    json.dumps(made)


def test_the_best_mask_is_on_top():
    found = np.zeros((2, 4, 4), bool)
    found[0, :2], found[1, 1:] = True, True
    uri = rcnn_ledgers.masks(found, ["#ff0000", "#0000ff"])
    assert uri.startswith("data:image/png;base64,")
    import base64

    import cv2

    pixels = cv2.imdecode(np.frombuffer(base64.b64decode(uri.split(",")[1]), np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels[0, 0, 2] == 255  # BGRA: red
    assert pixels[3, 3, 0] == 255
    assert encode.png_uri(pixels)


def test_no_masks_and_no_truth():
    made = rcnn_ledgers.column(ledger("Fast R-CNN", masks=None), CLASSES, 0.0)
    assert made["masks"] is None
    assert made["found"] is None
    assert made["missed"] == []
    assert len(made["boxes"]) == 2


def test_nothing_found_is_drawn_as_nothing():
    empty = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0), "scores": torch.zeros(0)}
    made = rcnn_ledgers.column(ledger(**empty, masks=torch.zeros(0, 8, 8, dtype=torch.bool)), CLASSES, 0.5)
    assert made["boxes"] == []


def test_papers_times_have_a_source():
    for name, paper in rcnn_ledgers.PAPERS.items():
        assert paper["year"]
        assert ("time" in paper) == ("source" in paper), name


def test_a_board_has_a_column_for_each_ledger():
    image = np.zeros((8, 8, 3), np.uint8)
    ledgers = [ledger("Fast R-CNN", masks=None), ledger("Faster R-CNN", masks=None), ledger()]
    made = rcnn_ledgers.board(image, ledgers, CLASSES, "scene 42, Panoptic FPN", 0.5, hint="Press it.")
    assert [column["name"] for column in made["columns"]] == ["Fast R-CNN", "Faster R-CNN", "Mask R-CNN"]
    assert made["size"] == [8, 8]
    assert made["of"] == "scene 42, Panoptic FPN"
    json.dumps(made)


def test_progress_in_words():
    slow = ledger("Slow R-CNN", masks=None, done=2, passes=2, warp=64)
    assert rcnn_ledgers.progress(slow) == "2 of 3 crops of 64 × 64 px"
