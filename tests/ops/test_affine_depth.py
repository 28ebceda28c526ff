"""Relative depth made metric: by hand, invariants, SciPy's regression."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import linregress

from lecture_models.ops.affine_depth import Affine, best_fit, metric_depth, through_two


def test_two_points_by_hand():
    # r      1      3            1/Z = s r + t:  ½ = s + t,  2 = 3 s + t
    # Z      2 m    ½ m          so s = ¾, t = −¼
    # r = 2 lies between both:  1/Z = 1½ − ¼ = 5/4,  Z = 0.8 m;  r = 0: 1/Z < 0, nowhere
    fit = through_two((1.0, 3.0), (2.0, 0.5))
    assert fit == Affine(0.75, -0.25)
    assert metric_depth(np.array([1.0, 3.0, 2.0, 0.0]), fit).tolist() == [2.0, 0.5, 0.8, math.inf]


def test_scale_and_shift_of_the_map_do_not_matter():
    rng = np.random.default_rng(3)
    depth = rng.uniform(1, 50, (8, 9))
    for scale, shift in ((1.0, 0.0), (0.03, 2.0), (-7.0, 100.0)):
        relative = scale / depth + shift
        two = through_two((relative[0, 0], relative[5, 5]), (depth[0, 0], depth[5, 5]))
        for fit in (two, best_fit(relative, depth)):
            assert metric_depth(relative, fit) == pytest.approx(depth)


def test_the_best_fit_is_scipys_regression():
    rng = np.random.default_rng(4)
    relative, depth = rng.uniform(0, 1, 200), rng.uniform(2, 30, 200)
    depth[:20] = np.inf
    fit, found = best_fit(relative, depth), linregress(relative[20:], 1 / depth[20:])
    assert (fit.scale, fit.shift) == pytest.approx((found.slope, found.intercept))


@pytest.mark.parametrize(
    ("relative", "depth"), [((1.0, 1.0), (2.0, 3.0)), ((1.0, 2.0), (math.inf, 3.0)), ((1.0, 2.0), (0.0, 3.0))]
)
def test_points_that_fix_nothing_are_refused(relative, depth):
    with pytest.raises(ValueError, match="choose"):
        through_two(relative, depth)


def test_a_fit_needs_two_different_values():
    with pytest.raises(ValueError, match="two pixels"):
        best_fit(np.ones(4), np.ones(4))
    with pytest.raises(ValueError, match="shape"):
        best_fit(np.ones(4), np.ones(3))
