"""The boards of the ledgers say what the ledger says, and nothing below the score."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np
import orjson
import pytest
import torch

from demos.rcnn_family import ledgers, lesson
from lecture_models import pictures
from lecture_models.rcnn.ledgers import Ledger
from lecture_models.rcnn.meter import Stage
from lecture_models.studies.rcnn_family import Books

CLASSES = ("background", "ball", "cone")


def ledger(name: str = "Mask R-CNN", **other: Any) -> Ledger:
    values: dict[str, Any] = {
        "source": "region proposal network",
        "proposals": torch.tensor([[0.0, 0, 4.04, 4], [2, 2, 7, 7], [1, 1, 3, 3]]),
        "done": 3,
        "passes": 1,
        "stages": (Stage("backbone", 600, 10.0), Stage("RPN", 200, 4.005)),
        "boxes": torch.tensor([[0.0, 0, 4, 4], [2, 2, 7, 7]]),
        "labels": torch.tensor([1, 2]),
        "scores": torch.tensor([0.9, 0.3]),
        "masks": torch.zeros(2, 8, 8, dtype=torch.bool),
    }
    return Ledger(name=name, **{**values, **other})


def test_a_column_says_what_the_ledger_says():
    truth = [((0.0, 0, 4, 4), True), ((5.0, 5, 8, 8), False)]
    made = ledgers.column(ledger(), CLASSES, 0.5, truth)
    assert made.passes == 1
    assert made.macs == 800
    assert made.ms == pytest.approx(14.0, abs=0.01)
    assert [stage.name for stage in made.stages] == ["backbone", "RPN"]
    assert [float(side) for side in made.proposals.split(",")] == [0, 0, 4, 4, 2, 2, 7, 7, 1, 1, 3, 3]
    assert [box.label for box in made.boxes] == ["ball 0.90"]  # 0.3 is below the score
    assert made.truth == [([0, 0, 4, 4], True), ([5, 5, 8, 8], False)]
    orjson.dumps(made)


def test_the_best_mask_is_on_top():
    found = np.zeros((2, 12, 12), bool)
    found[0, :8], found[1, 4:] = True, True
    uri = ledgers.mask_overlay(found, ["#ff0000", "#0000ff"])
    pixels = cv2.imdecode(np.frombuffer(base64.b64decode(uri.split(",")[1]), np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels[5, 5, 2] == 255  # BGRA: red, in the rows that both cover
    assert pixels[10, 5, 0] == 255


def test_no_masks_and_no_truth():
    made = ledgers.column(ledger("Fast R-CNN", masks=None), CLASSES, 0.0)
    assert made.masks == ""
    assert made.truth is None
    assert len(made.boxes) == 2


def test_nothing_found_is_drawn_as_nothing():
    empty = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0), "scores": torch.zeros(0)}
    made = ledgers.column(ledger(**empty, masks=torch.zeros(0, 8, 8, dtype=torch.bool)), CLASSES, 0.5)
    assert made.boxes == []


def test_papers_times_have_a_source():
    reported = [text for _, text in ledgers.PAPERS.values() if text]
    assert len(reported) == 3
    assert all("Girshick 2015" in text or "Ren et al. 2015" in text for text in reported)


def books(*made: Ledger) -> Books:
    return Books(pictures.resolve("scene:42"), "Panoptic FPN", CLASSES, made, None)


def test_a_board_has_a_column_for_each_ledger():
    made = ledgers.board(
        books(ledger("Fast R-CNN", masks=None), ledger("Faster R-CNN", masks=None), ledger())
    )
    assert [column.name for column in made.columns] == ["Fast R-CNN", "Faster R-CNN", "Mask R-CNN"]
    assert made.size == (256, 256)
    assert made.of == f"{pictures.resolve('scene:42').title}, Panoptic FPN"
    orjson.dumps(made)


def test_a_report_between_leaves_out_what_the_first_one_said():
    made = ledgers.brief(ledgers.board(books(ledger())))
    assert made.picture == ""
    assert made.columns[0].proposals == ""
    assert made.columns[0].boxes


def test_progress_in_words(monkeypatch):
    slow = ledger("Slow R-CNN", masks=None, done=2, passes=2, warp=64)
    monkeypatch.setattr(lesson.family, "slow", lambda *_: iter([books(slow)]))
    (report,) = lesson.slow()
    assert report["progress"].text == "2 of 3 crops of 64 × 64 px"
