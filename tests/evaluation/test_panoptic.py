"""Panoptic quality by hand on drawn pictures, and against the paper's rules in a few lines of NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from lecture_models.evaluation.panoptic import VOID, PanopticQuality

CLASSES = ("road", "grass", "ball", "person")
STUFF = CLASSES[:2]
Maps = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _measure(*pictures: Maps) -> dict:
    metric = PanopticQuality(CLASSES, STUFF)
    for maps in pictures:
        metric.update(*maps)
    return metric.compute()


def _maps(labels: list, segments: list, true_labels: list, true_segments: list) -> Maps:
    labels_, segments_, true, true_segments_ = (
        np.array(part) for part in (labels, segments, true_labels, true_segments)
    )
    return labels_, segments_, true, true_segments_


def test_by_hand():
    #   true                      predicted                 road: IoU 5/6; ball 1: IoU 3/4
    #   0   0   0   2a            0   0   0   2a            ball b: found as person, so FN and FP
    #   0   0   2a  2a            0   0   0   2a
    #   2b  2b  2a  2a            3c  3c  2a  2a
    maps = _maps(
        [[0, 0, 0, 2], [0, 0, 0, 2], [3, 3, 2, 2]],
        [[0, 0, 0, 1], [0, 0, 0, 1], [7, 7, 1, 1]],
        [[0, 0, 0, 2], [0, 0, 2, 2], [2, 2, 2, 2]],
        [[0, 0, 0, 1], [0, 0, 1, 1], [2, 2, 1, 1]],
    )
    result = _measure(maps)
    road, ball, person = (result["by_class"][name] for name in ("road", "ball", "person"))
    assert (road["pq"], road["tp"], road["fp"], road["fn"]) == pytest.approx((5 / 6, 1, 0, 0))
    assert (ball["sq"], ball["rq"], ball["pq"]) == pytest.approx((4 / 5, 2 / 3, 4 / 5 * 2 / 3))
    assert (person["pq"], person["fp"]) == (0.0, 1)
    assert result["by_class"]["grass"]["pq"] is None
    assert result["pq"] == pytest.approx((5 / 6 + 8 / 15 + 0) / 3)
    assert result["pq_stuff"] == pytest.approx(5 / 6)
    assert result["pq_things"] == pytest.approx(4 / 15)


@pytest.mark.parametrize(("width", "hits"), [(6, 0), (5, 1)])
def test_a_match_needs_more_than_half(width: int, hits: int):
    true = np.zeros((1, 6), int)
    true[0, :3] = 2
    predicted = np.zeros((1, 6), int)
    predicted[0, :width] = 2  # IoU 3/6 or 3/5
    result = _measure((predicted, (predicted == 2).astype(int), true, (true == 2).astype(int)))
    assert result["by_class"]["ball"]["tp"] == hits


def test_void_of_the_truth_is_taken_out_of_the_union():
    true = _maps([[2, 2, 2, 2]], [[1, 1, 1, 1]], [[2, 2, VOID, VOID]], [[1, 1, 0, 0]])
    assert _measure(true)["pq"] == 1.0


@pytest.mark.parametrize(("in_void", "errors"), [(2, 1), (3, 0)])
def test_a_segment_mostly_in_void_is_no_error(in_void: int, errors: int):
    true_labels = [0] * 4 + [VOID] * in_void + [0] * (4 - in_void)
    labels = [0] * 4 + [2] * 4
    result = _measure(_maps([labels], [[0] * 4 + [1] * 4], [true_labels], [[0] * 8]))
    assert result["by_class"]["ball"]["fp"] == errors


def test_pixels_that_the_prediction_leaves_open_cost():
    half_open = _maps([[0, 0, 0, VOID]], [[0] * 4], [[0] * 4], [[0] * 4])
    assert _measure(half_open)["pq"] == pytest.approx(0.75)
    all_open = _maps([[VOID] * 4], [[0] * 4], [[0] * 4], [[0] * 4])
    result = _measure(all_open)
    assert result["pq"] == 0.0
    assert result["by_class"]["road"]["fn"] == 1


def test_perfect_prediction():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, (6, 6))
    segments = np.where(labels > 1, rng.integers(1, 3, (6, 6)), 0)
    result = _measure((labels, segments + 5, labels, segments))
    assert all(result[key] == 1.0 for key in ("pq", "sq", "rq", "pq_things", "pq_stuff"))


def test_numbers_of_stuff_segments_do_not_matter():
    labels = np.array([[0, 0, 1, 1]])
    assert _measure((labels, np.array([[4, 5, 6, 7]]), labels, np.zeros((1, 4), int)))["pq"] == 1.0


def test_before_the_first_picture_there_is_no_number():
    assert _measure()["pq"] is None


def _by_hand(pictures: list[Maps]) -> dict[str, tuple[float, float, float]]:
    """Section 4 of the paper, segment by segment, as panopticapi applies it."""
    result = {}
    for label, name in enumerate(CLASSES):
        ious, fp, fn = [], 0, 0
        for labels, segments, true_labels, true_segments in pictures:
            flat = 0 if name in STUFF else 1
            void = true_labels == VOID
            found = [
                (labels == label) & (segments * flat == s)
                for s in np.unique(segments[labels == label] * flat)
            ]
            true = [
                (true_labels == label) & (true_segments * flat == s)
                for s in np.unique(true_segments[true_labels == label] * flat)
            ]
            table = np.array([[(p & t).sum() / ((p & ~void) | t).sum() for t in true] for p in found])
            table = table.reshape(len(found), len(true))
            ious += table[table > 0.5].tolist()
            fn += int((~(table > 0.5).any(0)).sum())
            fp += sum(
                (p & void).sum() <= p.sum() / 2
                for p, row in zip(found, table, strict=True)
                if not (row > 0.5).any()
            )
        if ious or fp or fn:
            sq, rq = (np.mean(ious) if ious else 0.0), len(ious) / (len(ious) + fp / 2 + fn / 2)
            result[name] = (sq * rq, sq, rq)
    return result


@pytest.mark.parametrize("seed", range(6))
def test_random_maps_agree_with_an_independent_implementation(seed: int):
    rng = np.random.default_rng(seed)
    pictures = []
    for _ in range(4):
        coarse = rng.integers(0, 4, (5, 5)), rng.integers(1, 4, (5, 5))
        true, number = (np.kron(part, np.ones((4, 4), int)) for part in coarse)
        labels, segments = np.roll(true, 1, axis=1), np.roll(number, 1, axis=1)
        noise = rng.random(true.shape)
        labels = np.where(noise < 0.05, rng.integers(0, 4, true.shape), labels)
        labels[noise > 0.9] = VOID
        true[rng.random(true.shape) < 0.15] = VOID
        pictures.append((labels, segments, true, number))
    result, expected = _measure(*pictures), _by_hand(pictures)
    for name, values in expected.items():
        row = result["by_class"][name]
        assert (row["pq"], row["sq"], row["rq"]) == pytest.approx(values, abs=1e-6)
    for column, key in enumerate(("pq", "sq", "rq")):
        assert result[key] == pytest.approx(
            np.mean([values[column] for values in expected.values()]), abs=1e-6
        )


def test_bad_input_is_named():
    ones = np.ones((2, 2), int)
    with pytest.raises(ValueError, match="one shape"):
        _measure((ones, ones, ones, np.ones((2, 3), int)))
    with pytest.raises(ValueError, match=r"0\.\.3"):
        _measure((ones * 4, ones, ones, ones))
