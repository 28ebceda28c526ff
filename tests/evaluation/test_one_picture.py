"""All metrics of one picture: by hand, against torchmetrics and the FCN paper's definitions, by three conventions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torchmetrics.classification import MulticlassJaccardIndex
from torchmetrics.segmentation import MeanIoU as MeanOverPictures

from lecture_models.evaluation.one_picture import mean_iou, measure
from lecture_models.scenes import VOID

NAMES = tuple("abcd")

#   truth      said       V is void
#   a a b b    a a b b    a: 3 true, 3 said, 2 both -> 2 / 4
#   a b b V    b a b b    b: 4 true, 4 said, 3 both -> 3 / 5        c, d: absent
TRUTH = np.array([[0, 0, 1, 1], [0, 1, 1, VOID]])
SAID = np.array([[0, 0, 1, 1], [1, 0, 1, 1]])


def random_maps(seed: int, void: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, (20, 30))
    said = np.where(rng.random(truth.shape) < 0.7, truth, rng.integers(0, 4, truth.shape))
    truth[rng.random(truth.shape) < void] = VOID
    return said, truth


def test_by_hand():
    found = measure(SAID, TRUTH, NAMES)
    assert found.confusion[:2, :2].tolist() == [[2, 1], [1, 3]]
    assert found.areas(0) == (3, 3, 2)
    assert found.iou == pytest.approx((2 / 4, 3 / 5, None, None))
    assert found.dice(0) == pytest.approx(2 * 2 / 6)
    assert found.dice(3) is None
    assert found.pixel_accuracy == pytest.approx(5 / 7)
    assert found.miou == pytest.approx(0.55)
    assert found.nbytes == 16 * 8


@pytest.mark.parametrize("seed", range(3))
def test_equal_to_torchmetrics_pooled(seed: int):
    said, truth = random_maps(seed)
    theirs = MulticlassJaccardIndex(4, ignore_index=VOID)(torch.from_numpy(said), torch.from_numpy(truth))
    assert measure(said, truth, NAMES).miou == pytest.approx(float(theirs), abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_equal_to_the_papers_four_metrics(seed: int):
    """Long et al. 2015, section 5, by the confusion matrix n_ij as it stands there."""
    found = measure(*random_maps(seed), NAMES)
    n = found.confusion
    t, diagonal = n.sum(1), np.diag(n)
    union = t + n.sum(0) - diagonal
    assert found.pixel_accuracy == pytest.approx(diagonal.sum() / t.sum())
    assert found.mean_accuracy == pytest.approx(np.mean(diagonal / t))
    assert found.miou == pytest.approx(np.mean(diagonal / union))
    assert found.frequency_weighted_iou == pytest.approx((t * diagonal / union).sum() / t.sum())


def test_an_absent_class_under_three_conventions():
    iou = measure(SAID, TRUTH, NAMES).iou
    assert mean_iou(iou) == pytest.approx(1.1 / 2)
    assert mean_iou(iou, 0) == pytest.approx(1.1 / 4)
    assert mean_iou(iou, 1) == pytest.approx(3.1 / 4)
    assert mean_iou([None]) is None


def test_the_other_metric_of_torchmetrics_is_another_number():
    """segmentation.MeanIoU takes the mean over pictures and gives -1 for an absent class, as the theory says."""
    pictures = [
        (np.array([[0, 0, 1, 1]]), np.array([[0, 0, 1, 1]])),
        (np.array([[0, 0, 0, 0]]), np.array([[0, 0, 0, 1]])),
    ]
    said, truth = (torch.from_numpy(np.stack(maps)) for maps in zip(*pictures, strict=True))
    theirs = MeanOverPictures(2, input_format="index", per_class=True)(said, truth)
    over_pictures = [np.mean([measure(*pair, "ab").iou[k] for pair in pictures]) for k in range(2)]
    assert theirs.tolist() == pytest.approx(over_pictures)
    pooled = measure(
        np.concatenate([one for one, _ in pictures]), np.concatenate([one for _, one in pictures]), "ab"
    )
    assert pooled.iou == pytest.approx((5 / 6, 2 / 3))
    assert pooled.iou != pytest.approx(over_pictures)
    absent = MeanOverPictures(3, input_format="index", per_class=True)(said, truth)
    assert absent[2] == -1


@pytest.mark.parametrize("seed", range(3))
def test_dice_rises_with_iou(seed: int):
    found = measure(*random_maps(seed, 0), NAMES)
    for label, iou in enumerate(found.iou):
        assert iou is not None
        assert found.dice(label) == pytest.approx(2 * iou / (1 + iou))


def test_the_background_everywhere():
    """Why accuracy is 95 % and mean IoU 47 %."""
    truth = np.zeros((10, 10), int)
    truth[0, :5] = 1
    found = measure(np.zeros_like(truth), truth, "ab")
    assert found.pixel_accuracy == pytest.approx(0.95)
    assert found.miou == pytest.approx(0.475)
