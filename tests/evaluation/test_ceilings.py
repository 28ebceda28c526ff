"""Oracle ceilings: against brute force on tiny maps, no change of one cell helps, fitted scores reach what they can."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from lecture_models.evaluation import ceilings
from lecture_models.evaluation.fitted_scores import axis, fitted
from lecture_models.evaluation.one_picture import measure
from lecture_models.scenes import CLASSES, VOID, render


def tiny(seed: int, void: float = 0.1) -> np.ndarray:
    """A truth of 4 × 6 pixels and three classes: six cells of stride 2."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(3, (4, 6), p=[0.6, 0.3, 0.1])
    truth[rng.random(truth.shape) < void] = VOID
    return truth


def spread(labels: tuple[int, ...]) -> np.ndarray:
    return np.array(labels).reshape(2, 3).repeat(2, 0).repeat(2, 1)


def brute(truth: np.ndarray) -> float:
    """The best of all 3⁶ cell-wise predictions."""
    return max(ceilings.miou(spread(labels), truth, 3) for labels in product(range(3), repeat=6))


def test_by_hand():
    # a a b b     cells of 2 × 2: aaaa -> a; bbab -> b
    # a a a b     a: 5 true, 4 said, 4 both: 4/5; b: 3 true, 4 said, 3 both: 3/4
    found = ceilings.ceiling(np.array([[0, 0, 1, 1], [0, 0, 0, 1]]), 2, 2)
    assert found.miou == pytest.approx((4 / 5 + 3 / 4) / 2)
    assert found.changes == 0


@pytest.mark.parametrize("seed", range(25))
def test_it_is_near_the_best_of_all_and_never_above(seed: int):
    truth = tiny(seed)
    found, best = ceilings.ceiling(truth, 2, 3), brute(truth)
    assert found.miou <= best + 1e-12
    assert found.miou >= found.majority_miou
    assert found.miou == pytest.approx(ceilings.miou(found.labels, truth, 3))
    assert found.miou > best - 0.12, "a local maximum, but of a map of six cells no bad one"


def test_mostly_it_is_the_best_of_all():
    pairs = [(ceilings.ceiling(tiny(seed), 2, 3).miou, brute(tiny(seed))) for seed in range(25)]
    assert sum(found == pytest.approx(best) for found, best in pairs) >= 20


@pytest.mark.parametrize("seed", range(8))
def test_no_change_of_one_cell_raises_it(seed: int):
    truth = tiny(seed, void=0.3)
    found = ceilings.ceiling(truth, 2, 3)
    cells = found.labels[::2, ::2].ravel()
    for cell, label in product(range(6), range(3)):
        other = cells.copy()
        other[cell] = label
        assert ceilings.miou(spread(tuple(other)), truth, 3) <= found.miou + 1e-9


def test_the_majority_gives_the_most_right_pixels():
    truth = tiny(3)
    counts = ceilings.cell_counts(truth, 2, 3)
    most = max(int((spread(labels) == truth).sum()) for labels in product(range(3), repeat=6))
    assert counts.max(2).sum() == most


def test_metrics_are_those_of_the_other_rooms():
    truth = render(5).semantic
    said = ceilings.ceiling(truth, 16, len(CLASSES)).labels
    theirs = measure(said, truth, CLASSES)
    counts = ceilings.confusion(said, truth, len(CLASSES))
    assert np.array_equal(counts, theirs.confusion)
    assert ceilings.mean(ceilings.ious(counts)) == pytest.approx(theirs.miou)


@pytest.mark.parametrize("seed", [0, 42])
def test_finer_cells_reach_more_and_one_pixel_reaches_all(seed: int):
    truth = render(seed).semantic
    reached = [ceilings.ceiling(truth, stride, len(CLASSES)).miou for stride in (32, 16, 8, 4, 1)]
    assert reached == sorted(reached)
    assert reached[-1] == 1


def test_a_size_that_is_no_multiple_of_the_stride():
    truth = render(1).semantic[:50, :77]
    found = ceilings.ceiling(truth, 32, len(CLASSES))
    assert found.labels.shape == (50, 77)
    assert len(np.unique(found.labels[32:, 64:])) == 1


def test_all_void_has_no_ceiling():
    found = ceilings.ceiling(np.full((4, 4), VOID), 2, 3)
    assert np.isnan(found.miou)


def test_bad_strides_are_refused():
    with pytest.raises(ValueError, match="at least 1 pixel; got 0"):
        ceilings.ceiling(tiny(0), 0, 3)
    with pytest.raises(ValueError, match="got 2 and 0"):
        fitted(tiny(0), 2, 3, each=0)


def test_the_axis_is_the_networks_own():
    """The networks' last layers read cells with these weights; theirs have more cells, which no pixel reads."""
    import torch

    from lecture_models.nets.fcn import fcn
    from lecture_models.nets.fcn_parts import take_apart

    for stride in (32, 16, 8):
        parts = take_apart(fcn(stride).eval(), torch.zeros(1, 3, 64, 96))  # type: ignore[arg-type]
        read = parts.down[:, parts.down.any(0)]
        mine = axis(64, stride)
        assert read == pytest.approx(mine[:, mine.any(0)], abs=1e-6)


def test_weights_on_a_pixel_add_up_to_one():
    assert axis(50, 16).sum(1) == pytest.approx(1)


def test_a_straight_edge_inside_a_cell_is_no_bound_for_fitted_scores():
    truth = np.zeros((64, 64), int)
    truth[:, 41:] = 1
    assert ceilings.ceiling(truth, 32, 2).miou < 0.8
    assert ceilings.miou(fitted(truth, 32, 2, each=1), truth, 2) > 0.97


@pytest.mark.parametrize("stride", [32, 16])
def test_fitted_scores_reach_more_than_cells(stride: int):
    truth = render(42).semantic
    assert (
        ceilings.miou(fitted(truth, stride, len(CLASSES)), truth, len(CLASSES))
        > ceilings.ceiling(truth, stride, len(CLASSES)).miou
    )
