"""Normals from depth: planes by hand, a wrong focal length, and the exact normals of a rendered scene."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import ndimage

from lecture_models.ops.normals import angle_between
from lecture_models.ops.normals_from_depth import (
    normals_from_depth,
    normals_from_gradient,
    points_from_depth,
)
from lecture_models.scenes import render

FOCAL = 8.0


def _plane(normal: tuple[float, float, float], distance: float, size: int = 6) -> torch.Tensor:
    """Depth of the plane n · X = −distance: with the ray (x, y, −1) · Z it is Z = −distance / (n · ray)."""
    middle = torch.arange(size, dtype=torch.float64) + 0.5 - size / 2
    x, y = middle[None] / FOCAL, -middle[:, None] / FOCAL
    return -distance / (normal[0] * x + normal[1] * y - normal[2])


def test_points_by_hand():
    # two columns, focal length 2: the middles of the pixels look ½/2 = ¼ m aside for each metre of depth
    points = points_from_depth(torch.tensor([[4.0, 8.0]]), 2.0)
    assert points[:, 0, 0].tolist() == [-1.0, 0.0, -4.0]
    assert points[:, 0, 1].tolist() == [2.0, 0.0, -8.0]


@pytest.mark.parametrize("normal", [(0.0, 0.0, 1.0), (0.6, 0.0, 0.8), (0.0, 0.8, 0.6), (-0.48, 0.64, 0.6)])
def test_a_plane_has_its_normal_in_every_pixel(normal):
    found = normals_from_depth(_plane(normal, 5.0), FOCAL)
    expected = torch.tensor(normal, dtype=torch.float64)[:, None, None].expand_as(found)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_wrong_focal_length_tilts_the_normal(factor):
    # X and Y are divided by the factor, so the normal's x and y are multiplied by it, before it is scaled to 1
    found = normals_from_depth(_plane((0.0, 0.8, 0.6), 5.0), FOCAL * factor)[:, 2, 2]
    slope = factor * 0.8 / 0.6
    assert float(found[1] / found[2]) == pytest.approx(slope)
    assert (math.degrees(math.atan(slope)) > 53.13) == (factor > 1)


def test_no_normal_in_the_sky_and_none_across_its_edge():
    depth = _plane((0.0, 0.0, 1.0), 5.0)
    depth[:2] = float("inf")
    found = normals_from_depth(depth, FOCAL)
    assert found[:, :2].abs().max() == 0
    assert found[2, 2:].min() == pytest.approx(1)
    alone = torch.full((3, 3), float("inf"))
    alone[1, 1] = 2.0
    assert normals_from_depth(alone, FOCAL).abs().max() == 0


@pytest.mark.parametrize("seed", [3, 7])
def test_a_rendered_scene_gives_its_own_normals_away_from_edges(seed):
    scene = render(seed, size=128)
    found = normals_from_depth(torch.from_numpy(scene.depth), scene.camera.focal(128)).permute(1, 2, 0)
    angle = angle_between(found, torch.from_numpy(scene.normals)).numpy()
    ground = np.isfinite(scene.depth) & (scene.normals[..., 1] == scene.normals[-1, -1, 1])
    inside = np.isfinite(scene.depth) & ndimage.binary_erosion(scene.instance == 0, iterations=2)
    assert np.median(angle[inside]) < 0.5
    assert np.median(angle[ndimage.binary_erosion(ground, iterations=2)]) < 0.1
    assert np.median(angle[scene.instance > 0]) < 10  # curved, and small
    wrong = normals_from_depth(torch.from_numpy(scene.depth), scene.camera.focal(128) / 2).permute(1, 2, 0)
    assert np.median(angle_between(wrong, torch.from_numpy(scene.normals)).numpy()[inside]) > 2


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="take one picture's"):
        normals_from_depth(torch.ones(1, 4, 4), FOCAL)
    with pytest.raises(ValueError, match="focal must be"):
        normals_from_depth(torch.ones(4, 4), 0.0)


def test_without_a_camera_a_pixel_is_a_metre_wide():
    # depth falls by 2 m from row to row and rises by 1 m from column to column: n = (1, 2, 1) / √6
    #     7 8 9
    #     5 6 7
    #     3 4 5
    depth = torch.tensor([[7.0, 8, 9], [5, 6, 7], [3, 4, 5]])
    expected = torch.tensor([1.0, 2.0, 1.0]) / math.sqrt(6)
    torch.testing.assert_close(normals_from_gradient(depth), expected[:, None, None].expand(3, 3, 3))


def test_without_a_camera_more_depth_changes_nothing_and_with_one_it_does():
    depth = _plane((0.0, 0.8, 0.6), 5.0)
    torch.testing.assert_close(normals_from_gradient(depth + 7), normals_from_gradient(depth))
    assert (normals_from_depth(depth + 7, FOCAL) - normals_from_depth(depth, FOCAL)).abs().max() > 0.1


def test_the_graphs_normals_are_numpys_gradient():
    rng = np.random.default_rng(0)
    depth = ndimage.gaussian_filter(
        rng.uniform(5, 6, (30, 40)), 8
    )  # smooth: one-sided steps are nearly central
    down, across = np.gradient(depth)
    expected = torch.from_numpy(np.stack([across, -down, np.ones_like(depth)]))
    found = normals_from_gradient(torch.from_numpy(depth))
    angles = angle_between(found.permute(1, 2, 0), expected.permute(1, 2, 0))
    assert float(angles[1:-1, 1:-1].max()) < 1


def test_the_gradient_wants_one_picture_of_floats():
    with pytest.raises(ValueError, match=r"\[H, W\]"):
        normals_from_gradient(torch.ones(1, 3, 3))
