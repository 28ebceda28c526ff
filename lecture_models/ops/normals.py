"""Surface normals compared: the cosine loss, and angles in degrees.

Eigen & Fergus, ICCV 2015, section 4.2, equation 2: the loss is minus the mean of N · N*. One is added here, which
changes no gradient, so that a perfect prediction costs 0.
"""

from __future__ import annotations

import torch
from torch import Tensor


def cosine_loss(normals: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """1 − cos of the angle, averaged over the pixels of a picture that have a normal, then over the pictures.

    Args:
        normals: float [N, 3, H, W], unit vectors.
        truth: float [N, 3, H, W], unit vectors; any finite value where `mask` is False.
        mask: bool [N, H, W], pixels that count (not the sky).

    Returns:
        float in 0..2, a scalar; a picture without any normal costs 0.

    Raises:
        ValueError: Shapes do not fit.

    >>> up = torch.tensor([0.0, 1.0, 0.0]).view(1, 3, 1, 1)
    >>> float(cosine_loss(up, -up, torch.ones(1, 1, 1, dtype=torch.bool)))
    2.0
    """
    if normals.shape != truth.shape or normals.shape[1:2] != (3,) or mask.shape != normals[:, 0].shape:
        shapes = f"{list(normals.shape)}, {list(truth.shape)} and {list(mask.shape)}"
        raise ValueError(
            f"normals and truth must be [N, 3, H, W] and mask [N, H, W]; got {shapes}: put xyz second."
        )
    cosine = (normals * truth).sum(1)
    return ((1 - cosine) * mask).sum((1, 2)).div(mask.sum((1, 2)).clamp_min(1)).mean()


def angle_between(normals: Tensor, truth: Tensor) -> Tensor:
    """Angle between vectors of any length, in degrees.

    By the arcus tangens of |a × b| over a · b, which is exact for small angles, where the arcus cosine is not.

    Args:
        normals: float [..., 3].
        truth: float [..., 3].

    Returns:
        float [...] in 0..180; 0 where one of the two is the zero vector.

    Raises:
        ValueError: Shapes differ, or the last dimension is not xyz.

    >>> float(angle_between(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 2.0, 0.0])))
    90.0
    """
    if normals.shape != truth.shape or normals.shape[-1:] != (3,):
        raise ValueError(
            f"Both must have one shape [..., 3]; got {list(normals.shape)} and {list(truth.shape)}: put xyz last."
        )
    crossed = torch.linalg.cross(normals, truth).norm(dim=-1)
    return torch.rad2deg(torch.atan2(crossed, (normals * truth).sum(-1)))
