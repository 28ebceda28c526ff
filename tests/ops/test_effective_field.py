"""The effective field: shares and fits by hand, and the gradient against PyTorch's own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from lecture_models.ops import effective_field as effective
from lecture_models.ops.receptive_field import analyzed
from lecture_models.ops.receptive_stack import parse_stack, paths


# 1 1 2      the box from (0, 0) to (2, 1.5) holds 1 + 1 of the first row, half of 1 + 0 of the second: 2.5 of 8
# 1 0 1
# 0 1 1
def test_the_share_inside_a_box_by_hand():
    heat = np.array([[1, 1, 2], [1, 0, 1], [0, 1, 1]])
    assert effective.share_inside(heat, (0, 0, 2, 1.5)) == pytest.approx(2.5 / 8)
    assert effective.share_inside(heat, (-9, -9, 9, 9)) == 1
    assert effective.share_inside(np.zeros((2, 2)), (0, 0, 1, 1)) == 0


def test_the_curve_grows_and_half_is_found_on_it():
    heat = np.random.default_rng(0).random((31, 31)) ** 3
    box = (3.0, 5.0, 26.0, 28.0)
    curve = effective.share_curve(heat, box, np.linspace(0, 1, 11))
    assert np.all(np.diff(curve) >= 0)
    half = effective.scale_holding(heat, box, 0.5)
    inside = effective.share_inside(heat, effective.scaled(box, half))
    assert inside == pytest.approx(curve[-1] / 2, abs=1e-4)


def test_a_gaussian_is_fitted_by_its_moments():
    places = np.arange(101) + 0.5
    one = np.exp(-((places - 40) ** 2) / (2 * 6.0**2))
    other = np.exp(-((places - 60) ** 2) / (2 * 9.0**2))
    fit = effective.fit_gaussian(np.outer(other, one))
    assert fit is not None
    assert fit.centre == pytest.approx((40, 60), abs=1e-3)
    assert fit.sigma == pytest.approx((6, 9), abs=1e-3)
    assert effective.fit_gaussian(np.zeros((3, 3))) is None


@pytest.mark.parametrize("depth", [2, 8, 32])
def test_a_linear_stack_looks_at_a_gaussian_whose_width_grows_with_the_root(depth: int):
    """Luo et al. 2016, section 2: each 3 × 3 layer of equal weights adds a variance of 2/3."""
    line = np.array(paths(parse_stack(f"c3x{depth}"), 100, 201))
    fit = effective.fit_gaussian(np.outer(line, line))
    assert fit is not None
    assert fit.sigma[0] == pytest.approx((2 * depth / 3) ** 0.5, rel=1e-6)


def test_the_gradient_is_autograds_and_the_map_the_networks():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(5, 4, 3))
    picture = torch.rand(1, 3, 16, 16)
    found = analyzed(network, (3, 16, 16))
    units, heat = effective.unit_gradient(found, network, "3", picture, (2, 1))
    asked = picture.clone().requires_grad_(True)
    out = network(asked)
    out[0, :, 2, 1].mean().backward()
    np.testing.assert_allclose(units, out[0].mean(0).detach(), atol=1e-6)
    np.testing.assert_allclose(heat, asked.grad[0].abs().mean(0), atol=1e-7)
    x0, y0, x1, y1 = found.box("3", 2, 1) or ()
    outside = heat.copy()
    outside[y0:y1, x0:x1] = 0
    assert not outside.any()


def test_a_run_stops_at_the_layer():
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Conv2d(2, 2, 1))
    found, picture = analyzed(network, (1, 8, 8)), torch.rand(1, 1, 8, 8)
    network[2].forward = lambda _: pytest.fail("a later layer ran")  # type: ignore[method-assign]
    torch.testing.assert_close(effective.run_to(found, network, "1", picture), network[:2](picture))
    with pytest.raises(ValueError, match="such as 0"):
        effective.run_to(found, network, "9", picture)
