"""Mean IoU by hand on a drawn 4 × 4 picture, and against a few lines of NumPy on random ones."""

from __future__ import annotations

import numpy as np
import pytest

from lecture_models.evaluation.segmentation import VOID, MeanIoU

#   truth            prediction       V is void, . is class 0
#   . . 1 1          . . 1 1          class 0: 5 of 8 (truth 7, predicted 6; V's prediction does not count)
#   . . 1 1          . 1 1 1          class 1: 6 of 8 (truth 6, predicted 8)
#   . . 1 V          . . 1 .          class 2: 1 of 2
#   . 2 2 1          1 2 . 1
TRUTH = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, VOID], [0, 2, 2, 1]])
PREDICTION = np.array([[0, 0, 1, 1], [0, 1, 1, 1], [0, 0, 1, 0], [1, 2, 0, 1]])


def _measure(*pairs: tuple[np.ndarray, np.ndarray], classes: int = 3) -> dict:
    metric = MeanIoU([f"class {k}" for k in range(classes)])
    for prediction, truth in pairs:
        metric.update(prediction, truth)
    return metric.compute()


def test_by_hand():
    result = _measure((PREDICTION, TRUTH))
    # class 0: truth 7, predicted 6 outside of void, common 5; class 1: 6, 8, 6; class 2: 2, 1, 1
    expected = [5 / (7 + 6 - 5), 6 / (6 + 8 - 6), 1 / (2 + 1 - 1)]
    assert [result["by_class"][f"class {k}"]["iou"] for k in range(3)] == pytest.approx(expected)
    assert result["miou"] == pytest.approx(np.mean(expected))


def test_perfect_prediction_whatever_stands_on_void():
    prediction = np.where(TRUTH == VOID, 2, TRUTH)
    assert _measure((prediction, TRUTH))["miou"] == 1.0


def test_a_class_that_occurs_nowhere_is_left_out_of_the_mean():
    result = _measure((np.zeros((2, 2), int), np.zeros((2, 2), int)))
    assert result["miou"] == 1.0
    assert result["by_class"]["class 2"]["iou"] is None


def test_a_class_that_is_only_predicted_counts_as_zero():
    assert _measure((np.array([[0, 1]]), np.array([[0, 0]])), classes=2)["miou"] == pytest.approx(0.25)


def test_pixels_of_all_pictures_are_pooled():
    small, large = np.array([[0, 1]]), np.zeros((10, 10), int)
    result = _measure((np.array([[0, 0]]), small), (large, large), classes=2)
    assert result["by_class"]["class 0"]["iou"] == pytest.approx(
        101 / 102
    )  # the mean of the pictures' is 0.75


def test_nothing_but_void():
    assert _measure((np.zeros((2, 2), int), np.full((2, 2), VOID)))["miou"] is None


@pytest.mark.parametrize("seed", range(3))
def test_random_maps_agree_with_an_independent_implementation(seed: int):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 5, (3, 20, 30))
    prediction = np.where(rng.random(truth.shape) < 0.6, truth, rng.integers(0, 5, truth.shape))
    truth[rng.random(truth.shape) < 0.1] = VOID
    known = truth != VOID
    expected = [
        ((prediction == k) & (truth == k)).sum() / (known & ((prediction == k) | (truth == k))).sum()
        for k in range(5)
    ]
    result = _measure(*zip(prediction, truth, strict=True), classes=5)
    assert result["miou"] == pytest.approx(np.mean(expected), abs=1e-6)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="one shape"):
        _measure((np.zeros((2, 2), int), np.zeros((2, 3), int)))
    with pytest.raises(ValueError, match="prediction"):
        _measure((np.full((2, 2), 3), np.zeros((2, 2), int)))
    with pytest.raises(ValueError, match="truth"):
        _measure((np.zeros((2, 2), int), np.full((2, 2), -1)))


def _papers_metrics(n: np.ndarray) -> dict[str, float]:
    """Long et al. 2015, section 5, as it stands: n_ij pixels of class i predicted to be of class j, t_i of class i."""
    t, classes = n.sum(1), range(len(n))
    return {
        "pixel_accuracy": sum(n[i, i] for i in classes) / t.sum(),
        "mean_accuracy": np.mean([n[i, i] / t[i] for i in classes]),
        "miou": np.mean([n[i, i] / (t[i] + n[:, i].sum() - n[i, i]) for i in classes]),
        "frequency_weighted_iou": sum(t[i] * n[i, i] / (t[i] + n[:, i].sum() - n[i, i]) for i in classes)
        / t.sum(),
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_four_metrics_are_the_papers(seed: int):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, (20, 30))
    prediction = np.where(rng.random(truth.shape) < 0.7, truth, rng.integers(0, 4, truth.shape))
    truth[rng.random(truth.shape) < 0.1] = VOID
    pairs = zip(truth[truth != VOID], prediction[truth != VOID], strict=True)
    n = np.zeros((4, 4))
    for i, j in pairs:
        n[i, j] += 1
    metric = MeanIoU("abcd")
    metric.update(prediction, truth)
    found = {**metric.compute(), **metric.accuracies()}
    expected = _papers_metrics(n)
    assert {key: found[key] for key in expected} == pytest.approx(expected)


def test_accuracies_by_hand():
    metric = MeanIoU([f"class {k}" for k in range(4)])
    metric.update(PREDICTION, TRUTH)
    found = metric.accuracies()
    # truth 7, 6, 2 pixels of classes 0, 1, 2; right 5, 6, 1; class 3 does not occur
    assert found["pixel_accuracy"] == pytest.approx(12 / 15)
    assert found["mean_accuracy"] == pytest.approx(np.mean([5 / 7, 1, 1 / 2]))
    assert found["by_class"]["class 3"]["accuracy"] is None
    empty = MeanIoU("ab").accuracies()
    assert {empty[key] for key in ("pixel_accuracy", "mean_accuracy", "frequency_weighted_iou")} == {None}
