"""Matching and errors on random pictures: the counts add up, and they are pycocotools' own."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pytest
from pycocotools.cocoeval import COCOeval

from lecture_models.evaluation.detection import AREAS, AveragePrecision, Detections, Instances
from lecture_models.evaluation.errors import RULES, Error, Errors, classify_errors
from lecture_models.evaluation.matching import match_masks
from lecture_models.scenes import tight_box


def boxes_of(masks: np.ndarray) -> np.ndarray:
    return np.array([tight_box(mask) if mask.any() else (0, 0, 1, 1) for mask in masks], float).reshape(-1, 4)


def random_picture(seed: int) -> tuple[Instances, Detections]:
    """Up to 8 true rectangles in front of each other, some without a visible pixel; detections near them and not."""
    rng = np.random.default_rng(seed)
    size, instance = 48, np.zeros((48, 48), int)
    count = int(rng.integers(0, 9))
    for k in range(count):
        x, y, w, h = rng.integers((0, 0, 3, 3), (40, 40, 24, 24))
        instance[y : y + h, x : x + w] = k + 1
    true = instance == np.arange(1, count + 1)[:, None, None]
    void = np.zeros((size, size), bool)
    if rng.random() < 0.5:
        x, y = rng.integers(0, 40, 2)
        void[y : y + 6, x : x + 6] = instance[y : y + 6, x : x + 6] == 0
    masks = []
    for _ in range(int(rng.integers(0, 14))):
        mask = np.zeros((size, size), bool)
        if count and rng.random() < 0.8:
            mask |= np.roll(true[rng.integers(count)], rng.integers(-3, 4, 2), (0, 1))
            if rng.random() < 0.3:
                mask |= true[rng.integers(count)]
            if rng.random() < 0.4:
                mask[:, : rng.integers(size)] = False
        else:
            x, y, w, h = rng.integers((0, 0, 2, 2), (40, 40, 20, 20))
            mask[y : y + h, x : x + w] = True
        masks.append(mask)
    said = np.array(masks, bool).reshape(-1, size, size)
    labels = (rng.integers(0, 3, count), rng.integers(0, 3, len(said)))
    scores = rng.integers(1, 20, len(said)) / 20  # with equal ones
    return Instances(boxes_of(true), labels[0], true, void), Detections(
        boxes_of(said), labels[1], scores, said
    )


def in_pycocotools(truth: Instances, found: Detections, score: float = 0.0) -> list[dict[str, Any]]:
    """pycocotools' own tables at mask IoU 0.5, one for each class that occurs."""
    kept = found.scores >= score
    metric = AveragePrecision(["a", "b", "c"])
    metric.update(truth, Detections(*(part[kept] for part in found)))
    with contextlib.redirect_stdout(io.StringIO()):
        run = COCOeval(metric._coco(metric._truth, "mask"), metric._coco(metric._found, "mask"), "segm")
        run.params.areaRng, run.params.areaRngLbl = [list(AREAS["all"])], ["all"]
        run.params.iouThrs, run.params.maxDets = np.array([0.5]), [100]
        run.evaluate()
    return [table for table in run.evalImgs if table]


def by_pycocotools(truth: Instances, found: Detections, score: float) -> tuple[int, int, int]:
    """True positives, false positives and missed instances."""
    tables = in_pycocotools(truth, found, score)
    said = [(table["dtMatches"][0] > 0)[~table["dtIgnore"][0].astype(bool)] for table in tables]
    gone = [(table["gtMatches"][0] == 0)[~table["gtIgnore"].astype(bool)] for table in tables]
    hits = sum(int(one.sum()) for one in said)
    return hits, sum(map(len, said)) - hits, sum(int(one.sum()) for one in gone)


def check_sums(truth: Instances, errors: Errors) -> None:
    """What holds for all pictures."""
    wrong, gone = (sum(pair[side] for pair in errors.counts.values()) for side in (0, 1))
    made = errors.matching
    assert wrong == int((made.truth == -1).sum())
    assert gone == len(truth.labels) - errors.true_positives == len(made.missed)
    assert wrong + gone == len(errors.items) == sum(len(group) for group in errors.incidents)
    assert {id(one) for group in errors.incidents for one in group} == {id(one) for one in errors.items}
    severities = [group[0].severity for group in errors.incidents]
    assert severities == sorted(severities, reverse=True)
    for one in errors.items:
        check_error(one, errors)


def check_error(one: Error, errors: Errors) -> None:
    """What the rules promise of each class."""
    assert one.kind in RULES
    assert 0 <= one.severity <= 1
    if one.kind == "missed":
        assert not one.false_positive
        assert one.detections == ()
    if one.kind in ("duplicate", "background"):
        assert one.false_positive
    if one.kind == "merged" and one.false_positive:
        assert len(one.truths) > 1
    if one.kind == "split" and one.false_positive:
        assert len(one.detections) > 1
    if one.kind in ("poor box", "poor mask"):
        assert one.mask_iou < 0.5
    if one.kind == "poor mask" and one.false_positive:
        assert one.box_iou >= 0.5
    if one.kind == "poor box" and one.false_positive:
        assert one.mask_iou >= 0.1 > one.box_iou - 0.4


@pytest.mark.parametrize("score", [0.0, 0.5])
def test_counts_add_up_and_are_pycocotools(score: float):
    kinds: set[str] = set()
    for seed in range(150):
        truth, found = random_picture(seed)
        errors = classify_errors(truth, found, score=score)
        check_sums(truth, errors)
        kinds |= {one.kind for one in errors.items}
        counted = errors.true_positives, *np.sum(list(errors.counts.values()), 0).tolist()
        assert counted == by_pycocotools(truth, found, score), seed
    assert kinds == set(RULES)


def test_the_matching_is_pycocotools_pair_by_pair():
    for seed in range(60):
        truth, found = random_picture(1000 + seed)
        made = match_masks(truth, found)
        pairs = {
            (int(detection) - 1, int(match) - 1)
            for table in in_pycocotools(truth, found)
            for detection, match, ignored in zip(
                table["dtIds"], table["dtMatches"][0], table["dtIgnore"][0], strict=True
            )
            if match and not ignored
        }
        ours = {(int(k), int(t)) for k, t in zip(made.kept, made.truth, strict=True) if t >= 0}
        assert ours == pairs, seed
