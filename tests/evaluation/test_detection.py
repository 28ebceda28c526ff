"""AP by hand on drawn pictures, and against an independent implementation on random ones."""

from __future__ import annotations

import numpy as np
import pytest

from lecture_models.evaluation import instances_of
from lecture_models.evaluation.detection import AveragePrecision, Detections, Instances, void_regions
from lecture_models.scenes import THINGS, render

SIZE = 64


def _masks(boxes: np.ndarray) -> np.ndarray:
    masks = np.zeros((len(boxes), SIZE, SIZE), bool)
    for mask, (x0, y0, x1, y1) in zip(masks, boxes.astype(int), strict=True):
        mask[y0:y1, x0:x1] = True
    return masks


def _truth(boxes: list, labels: list | None = None, void: np.ndarray | None = None) -> Instances:
    array = np.array(boxes, float).reshape(-1, 4)
    return Instances(array, np.array(labels or [0] * len(boxes), int), _masks(array), void)


def _found(boxes: list, scores: list, labels: list | None = None) -> Detections:
    array = np.array(boxes, float).reshape(-1, 4)
    return Detections(
        array, np.array(labels or [0] * len(boxes), int), np.array(scores, float), _masks(array)
    )


def _measure(*pictures: tuple[Instances, Detections], classes: tuple[str, ...] = ("ball",)) -> dict:
    metric = AveragePrecision(classes)
    for truth, found in pictures:
        metric.update(truth, found)
    return metric.compute()


A, B, FAR = [0, 0, 8, 8], [20, 20, 30, 40], [50, 50, 60, 60]


def test_perfect_detections():
    result = _measure((_truth([A, B]), _found([B, A], [0.9, 0.8])))
    assert {result[f"{kind}_ap{at}"] for kind in ("box", "mask") for at in ("", "50", "75")} == {1.0}


def test_half_of_the_things_found_without_an_error():
    # Precision is 1 up to recall 0.5, that is at 51 of the 101 recall points 0.00, 0.01 … 1.00.
    assert _measure((_truth([A, B]), _found([A], [0.9])))["box_ap"] == pytest.approx(51 / 101)


def test_a_false_alarm_before_the_hit():
    # The hit comes second: precision is 1/2 at every recall up to 1.
    assert _measure((_truth([A]), _found([FAR, A], [0.9, 0.8])))["mask_ap"] == pytest.approx(0.5)


def test_a_second_detection_of_the_same_thing_is_a_false_alarm():
    # Hit, doublet, hit: precision 1 up to recall 0.5, then 2/3.
    result = _measure((_truth([A, B]), _found([A, A, B], [0.9, 0.8, 0.7])))
    assert result["box_ap"] == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_an_iou_of_exactly_the_threshold_is_a_hit():
    # 8 × 8 against 8 × 6: IoU 0.75, which passes .50 … .75, six of the ten thresholds.
    result = _measure((_truth([A]), _found([[0, 0, 8, 6]], [0.9])))
    assert (result["mask_ap"], result["mask_ap50"], result["mask_ap75"]) == pytest.approx((0.6, 1.0, 1.0))


def test_classes_are_told_apart_and_absent_ones_left_out():
    result = _measure(
        (_truth([A, B], [0, 1]), _found([A, B, FAR], [0.9, 0.8, 0.7], [0, 0, 2])),
        classes=("ball", "cone", "person"),
    )
    # ball: found; cone: its detection says ball, a false alarm after the hit; person: no truth, no number
    assert result["by_class"]["ball"]["box_ap"] == 1.0
    assert result["by_class"]["cone"]["box_ap"] == 0.0
    assert result["by_class"]["person"]["box_ap"] is None
    assert result["box_ap"] == 0.5


def test_sizes_are_judged_by_the_area_of_the_true_mask():
    small, medium, large = [0, 0, 12, 14], [16, 0, 36, 14], [0, 14, 50, 64]
    by_size = _measure((_truth([small, medium, large]), _found([small, large], [0.9, 0.8])))["by_size"]
    assert [by_size[name]["mask_ap"] for name in ("small", "medium", "large")] == [1.0, 0.0, 1.0]


def test_a_detection_on_void_is_neither_right_nor_wrong():
    void = np.zeros((SIZE, SIZE), bool)
    void[52:56, 52:56] = True
    on_void, beside = [51, 51, 56, 56], [40, 52, 44, 56]
    assert _measure((_truth([A], void=void), _found([on_void, A], [0.9, 0.8])))["box_ap"] == 1.0
    assert _measure((_truth([A]), _found([on_void, A], [0.9, 0.8])))["box_ap"] == 0.5
    assert _measure((_truth([A], void=void), _found([beside, A], [0.9, 0.8])))["box_ap"] == 0.5


def test_void_never_takes_a_hit_away():
    void = np.zeros((SIZE, SIZE), bool)
    void[0:8, 8:10] = True  # touches A
    result = _measure((_truth([A], void=void), _found([A], [0.9])))
    assert (result["box_ap"], result["mask_ap"]) == (1.0, 1.0)


def test_void_regions_are_apart():
    void = np.zeros((20, 20), bool)
    void[2, 2] = void[4, 4] = void[15, 15] = True
    assert [int(region.sum()) for region in void_regions(void)] == [41, 25]
    assert void_regions(None) == []
    assert void_regions(void & False) == []


def test_pictures_without_truth_or_detections():
    empty = _measure((_truth([]), _found([], [])))
    assert empty["box_ap"] is None
    assert _measure((_truth([A]), _found([], [])))["box_ap"] == 0.0
    assert _measure((_truth([A]), _found([A], [0.5])), (_truth([]), _found([FAR], [0.9])))["box_ap"] == 0.5


def test_a_scene_against_itself():
    truth = instances_of(render(4, size=128))
    metric = AveragePrecision(THINGS)
    metric.update(truth, Detections(truth.boxes, truth.labels, np.ones(len(truth.boxes)), truth.masks))
    result = metric.compute()
    assert (result["box_ap"], result["mask_ap"]) == (1.0, 1.0)


def test_asking_twice_and_going_on():
    metric = AveragePrecision(["ball"])
    metric.update(_truth([A]), _found([A], [0.9]))
    assert metric.compute() == metric.compute()
    metric.update(_truth([B]), _found([], []))
    assert metric.compute()["mask_ap"] == pytest.approx(51 / 101)


def test_bad_input_is_named():
    metric = AveragePrecision(["ball"])
    with pytest.raises(ValueError, match="as many"):
        metric.update(_truth([A])._replace(labels=np.zeros(2, int)), _found([], []))
    with pytest.raises(ValueError, match=r"0\.\.0"):
        metric.update(_truth([A]), _found([A], [0.5], [3]))


def _iou(a: np.ndarray, b: np.ndarray) -> float:
    width, height = (min(a[i + 2], b[i + 2]) - max(a[i], b[i]) for i in (0, 1))
    inner = max(width, 0) * max(height, 0)
    return inner / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)) - inner)


def _by_hand(pictures: list[tuple[Instances, Detections]], threshold: float) -> float:
    """One class and threshold: by falling score, each detection takes the best free truth; 101-point mean."""
    ranked = [
        (score, k, box)
        for k, (_, f) in enumerate(pictures)
        for box, score in zip(f.boxes, f.scores, strict=True)
    ]
    taken: set[tuple[int, int]] = set()
    hits = []
    for _, k, box in sorted(ranked, key=lambda entry: -entry[0]):
        free = [(j, _iou(box, true)) for j, true in enumerate(pictures[k][0].boxes) if (k, j) not in taken]
        j, best = max(free, key=lambda pair: pair[1], default=(-1, 0.0))
        hits.append(best >= threshold)
        if hits[-1]:
            taken.add((k, j))
    right = np.cumsum(hits)
    precision, recall = right / np.arange(1, len(hits) + 1), right / sum(len(t.boxes) for t, _ in pictures)
    points = [max(precision[recall >= point], default=0.0) for point in np.linspace(0, 1, 101)]
    return float(np.mean(points))


@pytest.mark.parametrize("seed", range(3))
def test_random_pictures_agree_with_an_independent_implementation(seed: int):
    rng = np.random.default_rng(seed)
    pictures = []
    for _ in range(6):
        corner, size = rng.integers(0, 40, (5, 2)), rng.integers(6, 24, (5, 2))
        true = np.concatenate([corner, corner + size], 1)
        near = np.clip(np.concatenate([true, true[:3]]) + rng.integers(-3, 4, (8, 4)), 0, SIZE)
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 1)
        pictures.append((_truth(true.tolist()), _found(near.tolist(), rng.permutation(8) + rng.random())))
    result = _measure(*pictures)
    expected = [_by_hand(pictures, threshold) for threshold in np.linspace(0.5, 0.95, 10)]
    assert 0.05 < np.mean(expected) < 0.95
    assert result["box_ap"] == pytest.approx(np.mean(expected), abs=1e-9)
    assert result["box_ap50"] == pytest.approx(expected[0], abs=1e-9)
    assert result["box_ap75"] == pytest.approx(expected[5], abs=1e-9)
    assert result["mask_ap"] == pytest.approx(result["box_ap"], abs=1e-9)  # the masks fill their boxes


def noisy(rng: np.random.Generator) -> tuple[Instances, Detections]:
    """A picture of up to four squares, each found at random, a pixel or two off."""
    count = int(rng.integers(1, 5))
    true, found, boxes = np.zeros((count, 40, 40), bool), np.zeros((count, 40, 40), bool), []
    for k in range(count):
        x, y = 10 * k, int(rng.integers(20))
        true[k, y : y + 9, x : x + 9] = True
        off = int(rng.integers(6))
        found[k, y + off : y + 9 + off, x : x + 9] = True
        boxes.append([x, y, x + 9, y + 9])
    labels = rng.integers(0, 2, count)
    scores = rng.random(count)
    return Instances(np.array(boxes, float), labels, true), Detections(
        np.array(boxes, float), labels, scores, found
    )


def test_resampling_is_measuring_the_same_pictures_anew():
    rng = np.random.default_rng(0)
    pairs = [noisy(rng) for _ in range(6)]
    metric = AveragePrecision(("a", "b"))
    for pair in pairs:
        metric.update(*pair)
    orders = [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [0, 0, 1, 4, 4, 4], [2] * 6]
    aps = metric.resampled(orders)
    assert aps[0] == metric.compute()["mask_ap"]
    for order, ap in zip(orders, aps, strict=True):
        anew = AveragePrecision(("a", "b"))
        for place in order:
            anew.update(*pairs[place])
        assert ap == anew.compute()["mask_ap"]
    assert len({*aps}) > 2
    with pytest.raises(ValueError, match="as many numbers as there are pictures, 6; got 2"):
        metric.resampled([[0, 1]])
