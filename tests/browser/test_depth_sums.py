"""The arithmetic of the lesson on depth in Chromium: it is Python's."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from lecture_models.ops.affine_depth import metric_depth, through_two
from lecture_models.ops.normals import angle_between
from lecture_models.ops.normals_from_depth import points_from_depth
from tests.browser.modules import alone


@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    """An empty page with the module of arithmetic and nothing else."""
    tab = alone(browser, url, sums="depth_normals/sums.js")
    yield tab
    tab.close()


def test_small_maps_are_enlarged_as_in_torch(page: Page):
    import torch

    values = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
    found = page.evaluate(
        "(v) => Array.from(sums.enlarged(Float32Array.from(v), [4, 6], [64, 96]))", values.ravel().tolist()
    )
    own = torch.from_numpy(values)[None, None]
    theirs = torch.nn.functional.interpolate(own, size=(64, 96), mode="bilinear", align_corners=False)
    assert np.reshape(found, (64, 96)) == pytest.approx(theirs[0, 0].numpy(), abs=1e-5)


def test_angles_and_normals_are_pythons(page: Page):
    import torch

    rng = np.random.default_rng(1)
    pair = rng.normal(size=(2, 20, 3))
    script = "([a, b]) => a.map((one, i) => sums.angle(one, b[i]))"
    said, true = (torch.from_numpy(one) for one in pair)
    assert page.evaluate(script, pair.tolist()) == pytest.approx(angle_between(said, true).tolist())
    packed = [255, 0, 128, 0, 1, 0]  # (1, 0, −1) and none
    assert page.evaluate("(v) => sums.vectorAt(sums.normalsOf(v), 0)", packed) == pytest.approx([1, 0, -1])
    assert page.evaluate("(v) => sums.vectorAt(sums.normalsOf(v), 1)", packed) is None


def test_points_in_space_are_pythons(page: Page):
    import torch

    depth = np.random.default_rng(2).uniform(2, 9, (3, 4)).astype(np.float32)
    script = (
        """(depth) => depth.flatMap((row, y) => row.map((one, x) => sums.inSpace(x, y, one, 5, [2, 1.5])))"""
    )
    found = np.array(page.evaluate(script, depth.tolist()))
    expected = points_from_depth(torch.from_numpy(depth), 5.0).reshape(3, -1).T
    assert found == pytest.approx(expected.numpy(), abs=1e-5)


def test_turning_is_a_rotation_about_the_vertical(page: Page):
    up = [0.0, 0.8, 0.6]
    script = "([up, yaw, pitch]) => sums.rotation(up, yaw, pitch)"
    turn = np.reshape(page.evaluate(script, [up, 1, 0.4]), (3, 3))
    assert turn @ turn.T == pytest.approx(np.eye(3))
    assert np.linalg.det(turn) == pytest.approx(1)
    level = np.reshape(page.evaluate(script, [up, 2, 0]), (3, 3))
    assert level @ up == pytest.approx(up), "upright stays upright"
    assert np.trace(level) == pytest.approx(1 + 2 * np.cos(2)), "by so many radians"
    assert page.evaluate(script, [up, 0, 0]) == pytest.approx(np.eye(3).ravel())


def test_two_points_and_the_factor_are_pythons(page: Page):
    fit = through_two((0.2, 0.9), (30.0, 3.0))
    found = page.evaluate("sums.through([0.2, 0.9], [30, 3])")
    assert found == pytest.approx([fit.scale, fit.shift])
    assert page.evaluate("sums.through([0.2, 0.2], [30, 3])") is None
    assert page.evaluate("sums.through([0.2, NaN], [30, 3])") is None
    r = [0.0, 0.1, 0.5, 1.0]
    logs = page.evaluate(
        "([r, fit]) => Array.from(sums.metricLogs(Float32Array.from(r), fit), String)", [r, found]
    )
    assert np.exp([float(one.replace("Infinity", "inf")) for one in logs]) == pytest.approx(
        metric_depth(np.array(r), fit), rel=1e-5
    )
    assert page.evaluate("sums.median(Float32Array.from([3, NaN, 1, Infinity, 2]))") == 2.5
    assert page.evaluate("sums.cost(2, -0.1, 0.5)") == pytest.approx(0.5 * (np.log(2) ** 2 - 0.2 * np.log(2)))
