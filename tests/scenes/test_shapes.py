"""Ray against shape: a case worked by hand, and an invariant that holds for every shape."""

import numpy as np
import pytest

from lecture_models.scenes.shapes import Box, Capsule, Frustum, Sphere

#   The eye at the origin looks along z. Each shape's near surface is worked by hand:
#
#        eye ----------------> [ shape at z = 5 ]
#
SHAPES = {
    "sphere of radius 1": (Sphere((0.0, 0.0, 5.0), 1.0), 4.0),
    "upright capsule of radius 0.5": (Capsule((0.0, -1.0, 5.0), (0.0, 1.0, 5.0), 0.5), 4.5),
    "cylinder of radius 2": (Frustum((0.0, -1.0, 5.0), 2.0, 2.0, 3.0), 3.0),
    # radius 1 at y = -1 and 0 at y = 1: half of that at the height of the eye
    "cone": (Frustum((0.0, -1.0, 5.0), 1.0, 0.0, 2.0), 4.5),
    "box of half depth 1.5": (Box((0.0, 0.0, 5.0), (1.0, 1.0, 1.5), 1.0, 0.0), 3.5),
}


def _hit(shape, direction):
    direction = tuple(np.array([c], np.float32) for c in direction)
    with np.errstate(all="ignore"):
        return shape.hit((0.0, 0.0, 0.0), direction)


@pytest.mark.parametrize(("shape", "expected"), SHAPES.values(), ids=SHAPES)
def test_hit_by_hand(shape, expected):
    assert _hit(shape, (0.0, 0.0, 1.0)) == pytest.approx(expected, abs=1e-5)
    assert np.isinf(_hit(shape, (0.0, 0.0, -1.0)))
    assert np.isinf(_hit(shape, (3.0, 0.0, 1.0)))


@pytest.mark.parametrize(("shape", "_"), SHAPES.values(), ids=SHAPES)
def test_hits_lie_on_the_surface_with_outward_normals(shape, _):
    rng = np.random.default_rng(0)
    spread = rng.uniform(-0.25, 0.25, (2, 2000)).astype(np.float32)
    direction = (spread[0], spread[1], np.ones(2000, np.float32))
    with np.errstate(all="ignore"):
        t = shape.hit((0.0, 0.0, 0.0), direction)
    met = np.isfinite(t)
    assert met.sum() > 100
    point = tuple(c[met] * t[met] for c in direction)
    normal = np.stack(shape.normal(point))
    assert np.allclose(np.linalg.norm(normal, axis=0), 1, atol=1e-4)
    towards = np.stack([c[met] for c in direction])
    assert (normal * towards).sum(0).max() < 1e-3  # the side that the ray comes from
    reach = np.linalg.norm(np.stack(point) - np.array(shape.centre)[:, None], axis=0)
    assert reach.max() <= shape.reach + 1e-3


def test_a_sphere_is_a_capsule_without_length():
    """Two independent formulas, one body."""
    rng = np.random.default_rng(1)
    direction = tuple(rng.uniform(-0.2, 0.2, 500).astype(np.float32) for _ in range(2)) + (
        np.ones(500, np.float32),
    )
    with np.errstate(all="ignore"):
        ball = Sphere((0.1, 0.2, 6.0), 0.9).hit((0.0, 0.0, 0.0), direction)
        rod = Capsule((0.1, 0.2, 6.0), (0.1, 0.2001, 6.0), 0.9).hit((0.0, 0.0, 0.0), direction)
    both = np.isfinite(ball) & np.isfinite(rod)
    assert both.sum() > 50
    assert np.abs(ball[both] - rod[both]).max() < 1e-2
