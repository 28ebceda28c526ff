"""Normals compared: right angles by hand, invariants, and the arcus cosine in double precision."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from lecture_models.ops.normals import angle_between, cosine_loss


def _directions(n: int, seed: int) -> torch.Tensor:
    return F.normalize(torch.randn(n, 3, generator=torch.Generator().manual_seed(seed)), dim=1)


def test_loss_by_hand():
    # two pixels, truth straight up; the prediction is up and 60° from up: (1 − 1 + 1 − ½) / 2
    truth = torch.tensor([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]).view(1, 3, 1, 2)
    found = torch.tensor([[0.0, 0.75**0.5], [1.0, 0.5], [0.0, 0.0]]).view(1, 3, 1, 2)
    mask = torch.ones(1, 1, 2, dtype=torch.bool)
    assert float(cosine_loss(found, truth, mask)) == pytest.approx(0.25)
    assert float(cosine_loss(found, truth, mask & (found[:, 1] > 0.9))) == pytest.approx(0)


def test_pictures_count_alike_and_only_sky_costs_nothing():
    truth = torch.tensor([0.0, 1.0, 0.0]).view(1, 3, 1, 1).expand(2, 3, 4, 4)
    mask = torch.zeros(2, 4, 4, dtype=torch.bool)
    mask[0, 0, 0] = True  # one pixel wrong by 2 in the first picture, nothing but sky in the second
    assert float(cosine_loss(-truth, truth, mask)) == pytest.approx(1.0)


def test_angles_by_hand():
    one = torch.tensor([[1.0, 0, 0], [1, 0, 0], [1, 0, 0], [0, 0, 0]])
    other = torch.tensor([[1.0, 0, 0], [-2, 0, 0], [1, 1, 0], [1, 0, 0]])
    assert angle_between(one, other).tolist() == pytest.approx([0, 180, 45, 0])


def test_angles_equal_the_arcus_cosine_and_are_exact_where_they_are_small():
    one, other = _directions(500, 0), _directions(500, 1)
    reference = torch.rad2deg(torch.acos((one.double() * other.double()).sum(1)))
    torch.testing.assert_close(angle_between(one, other).double(), reference, atol=1e-3, rtol=0)
    torch.testing.assert_close(angle_between(one, other), angle_between(other, 3 * one))
    near = F.normalize(torch.tensor([[1.0, 1e-5, 0.0]]), dim=1)
    assert float(angle_between(near, torch.tensor([[1.0, 0.0, 0.0]]))) == pytest.approx(5.7296e-4, rel=1e-3)


def test_bad_shapes_are_named():
    with pytest.raises(ValueError, match="xyz last"):
        angle_between(torch.zeros(3, 4), torch.zeros(3, 4))
    with pytest.raises(ValueError, match="xyz second"):
        cosine_loss(torch.zeros(1, 4, 4, 3), torch.zeros(1, 4, 4, 3), torch.ones(1, 4, 4, dtype=torch.bool))
