"""Panoptic quality of one picture: by hand, by what must hold, against torchmetrics, and by definition with void."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torchmetrics.detection import PanopticQuality as Reference

from lecture_models.evaluation.panoptic import PanopticQuality
from lecture_models.ops.panoptic_quality import panoptic_quality, trace_panoptic_quality
from lecture_models.segments import Segments

NAMES = ("road", "grass", "ball", "person")


def _segments(rows, names, stuff=("road", "grass")) -> Segments:
    return Segments(np.array(rows, np.int32), tuple(names), tuple(name not in stuff for name in names))


def test_by_hand():
    #   true         predicted      road: 5 of 6;  ball a: 3 of 5;  ball b: found as a person: FN and FP
    #   1 1 1 2      1 1 1 2
    #   1 1 2 2      1 1 1 2
    #   3 3 2 2      3 3 2 3
    truth = _segments([[1, 1, 1, 2], [1, 1, 2, 2], [3, 3, 2, 2]], ("road", "ball", "ball"))
    said = _segments([[1, 1, 1, 2], [1, 1, 1, 2], [3, 3, 2, 3]], ("road", "ball", "person"))
    trace = trace_panoptic_quality(said, truth)
    assert [(m.predicted, m.true, m.shared, m.union) for m in trace.matches] == [(1, 1, 5, 6), (2, 2, 3, 5)]
    assert (trace.false_positives, trace.false_negatives) == ((3,), (3,))
    ball = trace.by_class["ball"]
    assert (ball.tp, ball.fp, ball.fn) == (1, 0, 1)
    assert (ball.sq, ball.rq, ball.pq) == pytest.approx((3 / 5, 2 / 3, 2 / 5))
    assert trace.pq == pytest.approx((5 / 6 + 2 / 5 + 0) / 3)
    assert trace.mean("pq", things=False) == pytest.approx(5 / 6)
    assert trace.mean("rq", things=True) == pytest.approx((2 / 3 + 0) / 2)


@pytest.mark.parametrize(("width", "matches"), [(6, 0), (5, 1)])
def test_exactly_half_is_no_match_and_one_pixel_flips_it(width: int, matches: int):
    truth = _segments([[1] * 3 + [0] * 0 + [2] * 3], ("ball", "road"))
    said = _segments([[1] * width + [2] * (6 - width)], ("ball", "road"))
    assert len([m for m in trace_panoptic_quality(said, truth).matches if m.predicted == 1]) == matches


def test_below_one_half_a_segment_may_have_two_partners():
    truth = _segments([[1, 1, 1, 2, 2, 2]], ("ball", "ball"))
    said = _segments([[1, 1, 1, 1, 1, 0]], ("ball",))
    trace = trace_panoptic_quality(said, truth)
    ious = [pair.iou for pair in (*trace.matches, *trace.near)]
    assert ious == pytest.approx([3 / 5, 2 / 6])
    assert len(trace_panoptic_quality(said, truth, threshold=0.3).matches) == 1, "each segment once"


def _random(seed: int, void: float = 0.0, crowd: bool = False):
    """A truth, and a prediction that is the truth moved, renamed and split; void in both where asked."""
    rng = np.random.default_rng(seed)
    blocks = np.kron(rng.integers(1, 9, (5, 5)), np.ones((4, 4), int))
    names = tuple(NAMES[k] for k in (0, 1, 2, 2, 2, 3, 3, 3))
    truth, said = blocks.copy(), np.roll(blocks, rng.integers(0, 3), axis=rng.integers(0, 2))
    noise = rng.random(blocks.shape)
    said = np.where(noise < 0.08, rng.integers(1, 9, blocks.shape), said)
    other = list(names)
    other[2 + seed % 6] = "person" if other[2 + seed % 6] == "ball" else "ball"
    if void:
        truth[np.kron(rng.random((5, 5)) < void, np.ones((4, 4), bool))] = 0
        said[rng.random(blocks.shape) < void / 2] = 0
    crowds = (3, 6) if crowd else ()
    return _segments(said, other), _segments(truth, names), crowds


def _as_pairs(one: Segments) -> torch.Tensor:
    """(category, instance) of each pixel, as torchmetrics takes them; void is category 4."""
    labels = np.array([4, *(NAMES.index(name) for name in one.names)])[one.map]
    return torch.from_numpy(np.stack([labels, one.map], -1).astype(np.int64))[None]


@pytest.mark.parametrize("seed", range(10))
def test_without_void_it_is_torchmetrics(seed: int):
    said, truth, _ = _random(seed)
    reference = Reference(things={2, 3}, stuffs={0, 1}, return_sq_and_rq=True, return_per_class=True)
    table = reference(_as_pairs(said), _as_pairs(truth))
    trace = trace_panoptic_quality(said, truth)
    for row, name in enumerate(("ball", "person", "road", "grass")):
        one = trace.by_class[name]
        assert (one.pq, one.sq, one.rq) == pytest.approx(tuple(table[row].tolist()), abs=1e-6)


def _by_definition(said: Segments, truth: Segments, crowds) -> dict[str, tuple[int, int, int, float]]:
    """Section 4 with panopticapi's rules, in masks, one segment at a time."""
    void = truth.map == 0
    result = {}
    for name in NAMES:
        mine = [said.map == k for k, n in enumerate(said.names, 1) if n == name and (said.map == k).any()]
        true = [
            truth.map == k
            for k, n in enumerate(truth.names, 1)
            if n == name and k not in crowds and (truth.map == k).any()
        ]
        crowd = np.isin(truth.map, [k for k in crowds if truth.names[k - 1] == name])
        iou = np.array([[(p & t).sum() / ((p & ~void) | t).sum() for t in true] for p in mine])
        iou = iou.reshape(len(mine), len(true))
        hit = iou > 0.5
        fp = sum(
            (p & (void | crowd)).sum() <= p.sum() / 2
            for p, row in zip(mine, hit, strict=True)
            if not row.any()
        )
        result[name] = (int(hit.sum()), int(fp), int((~hit.any(0)).sum()), float(iou[hit].sum()))
    return result


@pytest.mark.parametrize("crowd", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_with_void_and_crowds_it_is_the_definition(seed: int, crowd: bool):
    said, truth, crowds = _random(seed, void=0.25, crowd=crowd)
    trace, expected = trace_panoptic_quality(said, truth, crowds), _by_definition(said, truth, crowds)
    for name, (tp, fp, fn, iou) in expected.items():
        one = trace.by_class[name]
        assert (one.tp, one.fp, one.fn) == (tp, fp, fn), name
        assert one.iou == pytest.approx(iou)


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_the_evaluation_counts(seed: int):
    said, truth, _ = _random(seed, void=0.2)
    meter = PanopticQuality(NAMES, NAMES[:2])
    maps = [np.array([255, *(NAMES.index(name) for name in one.names)])[one.map] for one in (said, truth)]
    meter.update(maps[0], said.map, maps[1], truth.map)
    found, trace = meter.compute(), trace_panoptic_quality(said, truth)
    for key in ("pq", "sq", "rq"):
        assert trace.mean(key) == pytest.approx(found[key], abs=1e-6)
    assert trace.mean("pq", things=True) == pytest.approx(found["pq_things"], abs=1e-6)


def test_where_the_references_differ():
    # torchmetrics takes pixels that the prediction leaves open out of the union; panopticapi and this do not
    truth = _segments([[1, 1, 1, 1]], ("road",))
    said = _segments([[1, 1, 1, 0]], ("road",))
    assert panoptic_quality(said, truth) == pytest.approx(0.75)
    lenient = Reference(things={2, 3}, stuffs={0, 1}, allow_unknown_preds_category=True)
    assert float(lenient(_as_pairs(said), _as_pairs(truth))) == 1.0


def test_a_crowd_is_neither_found_nor_missed():
    #   true: a crowd of persons, a person alone      predicted: two in the crowd, none else
    truth = _segments([[1, 1, 1, 1, 2, 2]], ("person", "person"))
    said = _segments([[1, 1, 2, 2, 0, 0]], ("person", "person"))
    alone = trace_panoptic_quality(said, truth, crowds=(1,)).by_class["person"]
    assert (alone.tp, alone.fp, alone.fn) == (0, 0, 1)
    counted = trace_panoptic_quality(said, truth).by_class["person"]
    assert (counted.tp, counted.fp, counted.fn) == (0, 2, 2)


def test_perfect_prediction_and_none_at_all():
    _, truth, _ = _random(3)
    trace = trace_panoptic_quality(truth, truth)
    assert trace.pq == 1.0
    assert not trace.false_positives
    assert not trace.false_negatives
    empty = Segments(np.zeros((2, 2), np.int32), (), ())
    assert panoptic_quality(empty, empty) is None


def test_shapes_must_agree():
    one, other = (Segments(np.ones((2, n), np.int32), ("ball",), (True,)) for n in (2, 3))
    with pytest.raises(ValueError, match="one shape"):
        panoptic_quality(one, other)
