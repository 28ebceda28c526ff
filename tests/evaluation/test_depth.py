"""Errors of depth and normals: by hand, torchmetrics and scikit-image, and what the sky and a factor do."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.metrics import mean_squared_error
from torchmetrics.regression import MeanAbsolutePercentageError, MeanSquaredLogError

from lecture_models.evaluation import evaluate
from lecture_models.evaluation.depth import DepthErrors, NormalErrors
from lecture_models.nets.multiscale_depth import multiscale_depth

#   truth        prediction       the sky's prediction is of no account
#   1    2       1.5   2
#   4    sky     3     7
TRUTH = np.array([[1.0, 2.0], [4.0, np.inf]])
PREDICTION = np.array([[1.5, 2.0], [3.0, 7.0]])


def _depth(*pairs: tuple[np.ndarray, np.ndarray]) -> dict:
    errors = DepthErrors()
    for prediction, truth in pairs:
        errors.update(prediction, truth)
    return errors.compute()


def _random(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.exp(rng.normal(2, 1, (20, 30)))
    prediction = truth * np.exp(rng.normal(0, 0.3, truth.shape))
    truth[rng.random(truth.shape) < 0.2] = np.inf
    return prediction, truth


def test_depth_by_hand():
    found = _depth((PREDICTION, TRUTH))
    logs = np.log([1.5, 1.0, 0.75])
    expected = {
        "abs_rel": (0.5 + 0 + 0.25) / 3,
        "sq_rel": (0.25 + 0 + 0.25) / 3,
        "rmse": ((0.25 + 0 + 1) / 3) ** 0.5,
        "rmse_log": np.mean(logs**2) ** 0.5,
        "scale_invariant": np.std(logs),
        "delta_1": 1 / 3,  # ratios 1.5, 1 and 4/3: below 1.25 one, below 1.5625 all
        "delta_2": 1.0,
        "delta_3": 1.0,
    }
    assert found == pytest.approx(expected)


def test_pixels_of_all_pictures_are_pooled_and_each_has_its_own_scale():
    one = (np.full((1, 1), 2.0), np.ones((1, 1)))
    many = (np.full((3, 3), 3.0), np.ones((3, 3)))
    found = _depth(one, many)
    assert found["abs_rel"] == pytest.approx((1 + 9 * 2) / 10)  # the mean of the pictures' own is 1.5
    assert found["scale_invariant"] == pytest.approx(0)
    assert found["rmse_log"] > 0.5


def test_a_factor_changes_all_but_the_scale_invariant_error():
    prediction, truth = _random(0)
    plain, scaled = _depth((prediction, truth)), _depth((2 * prediction, truth))
    assert scaled["scale_invariant"] == pytest.approx(plain["scale_invariant"])
    assert scaled["rmse_log"] > plain["rmse_log"]
    swapped = np.where(np.isfinite(truth), truth, 1.0)
    back = _depth((swapped, np.where(np.isfinite(truth), prediction, np.inf)))
    assert back["delta_1"] == plain["delta_1"]  # the ratio counts either way


@pytest.mark.parametrize("seed", range(3))
def test_depth_agrees_with_libraries(seed):
    prediction, truth = _random(seed)
    known = np.isfinite(truth)
    said, true = prediction[known], truth[known]
    found = _depth((prediction, truth))
    tensors = torch.from_numpy(said), torch.from_numpy(true)
    assert found["abs_rel"] == pytest.approx(float(MeanAbsolutePercentageError()(*tensors)), rel=1e-5)
    assert found["rmse"] == pytest.approx(mean_squared_error(true, said) ** 0.5)
    logs = MeanSquaredLogError()(*(values - 1 for values in tensors))  # it takes the logarithm of 1 + x
    assert found["rmse_log"] == pytest.approx(float(logs) ** 0.5, rel=1e-5)
    difference = np.log(said / true)
    pairs = (difference[:, None] - difference) ** 2  # the second form of Eigen et al. 2014, equation 2
    assert found["scale_invariant"] ** 2 == pytest.approx(pairs.mean() / 2)


def test_normals_by_hand():
    # four pixels at 0°, 10°, 25° and 90° from the truth, and one in the sky
    angles = np.radians([0.0, 10.0, 25.0, 90.0, 50.0])
    said = np.stack([np.sin(angles), np.cos(angles), 0 * angles], -1)[None]
    truth = np.broadcast_to([0.0, 1.0, 0.0], said.shape)
    errors = NormalErrors()
    errors.update(said, truth, np.array([[True, True, True, True, False]]))
    found = errors.compute()
    assert found["normals_mean"] == pytest.approx(125 / 4, abs=1e-4)
    assert found["normals_median"] == pytest.approx(17.5, abs=1e-4)
    assert (found["within_11"], found["within_22"], found["within_30"]) == (0.5, 0.5, 0.75)


def test_normals_agree_with_the_arcus_cosine_over_two_pictures():
    rng = np.random.default_rng(0)
    errors, cosines = NormalErrors(), []
    for shape in ((5, 6, 3), (8, 4, 3)):
        said, truth = (v / np.linalg.norm(v, axis=-1, keepdims=True) for v in rng.normal(size=(2, *shape)))
        known = rng.random(shape[:2]) > 0.3
        errors.update(said, truth, known)
        cosines.append((said * truth).sum(-1)[known])
    angles = np.degrees(np.arccos(np.concatenate(cosines)))
    found = errors.compute()
    assert found["normals_mean"] == pytest.approx(angles.mean(), abs=1e-3)
    assert found["normals_median"] == pytest.approx(np.median(angles), abs=1e-3)
    assert found["within_30"] == pytest.approx((angles < 30).mean())


def test_nothing_but_sky():
    sky = np.full((2, 2), np.inf)
    errors = NormalErrors()
    errors.update(np.zeros((2, 2, 3)), np.zeros((2, 2, 3)), np.zeros((2, 2), bool))
    assert set({**_depth((PREDICTION, sky)), **errors.compute()}.values()) == {None}


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="one shape"):
        _depth((PREDICTION[:1], TRUTH))
    with pytest.raises(ValueError, match="positive and finite"):
        _depth((-PREDICTION, TRUTH))
    with pytest.raises(ValueError, match="same picture"):
        NormalErrors().update(np.zeros((2, 2, 3)), np.zeros((2, 2, 3)), np.zeros((1, 2), bool))


def test_evaluating_a_network_has_every_number():
    torch.manual_seed(0)
    found = evaluate(multiscale_depth().eval(), 0, 2)
    assert set(found) == {
        "abs_rel", "sq_rel", "rmse", "rmse_log", "scale_invariant", "delta_1", "delta_2", "delta_3",
        "normals_mean", "normals_median", "within_11", "within_22", "within_30",
    }  # fmt: skip
    assert 0.3 < found["abs_rel"] < 3  # fresh weights say 8 m everywhere
