"""Surface normals from a depth map: each pixel is put where it is in space, and two tangents are crossed.

The camera is the scenes' (``scenes/camera.py``): a pinhole with its principal point in the middle of the picture,
depth along the optical axis, axes x to the right, y up, z towards the viewer. So the pixel in row r and column c at
depth Z is the point

    X = (c + ½ − W/2) · Z / f,    Y = −(r + ½ − H/2) · Z / f,    −Z        (f: focal length in pixels)

With another focal length than the picture was taken with, X and Y are stretched against Z: normals tilt towards the
viewer where f is too small, away from the viewer where it is too large.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def points_from_depth(depth: Tensor, focal: float) -> Tensor:
    """Where each pixel is in space.

    Args:
        depth: float [H, W], metres along the optical axis; infinite in the sky.
        focal: focal length in pixels, as ``Camera.focal`` gives it.

    Returns:
        float [3, H, W], metres in camera axes; not finite where the depth is not.

    Raises:
        ValueError: `depth` is not [H, W] of floats, or `focal` is not positive.

    >>> points_from_depth(torch.full((2, 2), 4.0), focal=2.0)[:, 0, 0].tolist()
    [-1.0, 1.0, -4.0]
    """
    _check(depth)
    if not 0 < focal < float("inf"):
        raise ValueError(f"focal must be above 0, in pixels; got {focal}: Camera.focal(size) has it.")
    height, width = depth.shape
    across = torch.arange(width).to(depth) + 0.5 - width / 2
    up = -(torch.arange(height).to(depth) + 0.5 - height / 2)
    return torch.stack([across * depth / focal, up[:, None] * depth / focal, -depth])


def normals_from_depth(depth: Tensor, focal: float) -> Tensor:
    """Unit normals of the surface that a depth map describes.

    A pixel's tangent along an axis leads to the one of its two neighbours whose depth is closer to its own, so that
    it stays on its own surface at an edge. A surface that is one pixel wide has no such neighbour and no true normal.

    Args:
        depth: float [H, W], metres along the optical axis; infinite in the sky.
        focal: focal length in pixels; another than the camera's tilts the normals.

    Returns:
        float [3, H, W] in camera axes, towards the camera; zero in the sky and where no neighbour has a depth.

    Raises:
        ValueError: as :func:`points_from_depth`.

    >>> normals_from_depth(torch.full((3, 3), 4.0), focal=2.0)[:, 1, 1].abs().tolist()  # a wall seen head-on
    [0.0, 0.0, 1.0]
    """
    return _crossed(points_from_depth(depth, focal))


def normals_from_gradient(depth: Tensor) -> Tensor:
    """Unit normals of the depth map's own graph, as if a pixel were a metre wide: what is left without a camera.

    The surface z = −depth over the plane of pixels has the normal (∂Z/∂x, ∂Z/∂y, 1), with y up. It is not that of the
    surface in space: a pixel is as wide as depth over focal length, so far surfaces come out too steep or too flat.

    Args:
        depth: float [H, W], metres along the optical axis; infinite in the sky.

    Returns:
        float [3, H, W], towards the viewer; zero in the sky and where no neighbour has a depth.

    Raises:
        ValueError: `depth` is not [H, W] of floats.

    >>> normals_from_gradient(torch.full((3, 3), 4.0))[:, 1, 1].abs().tolist()
    [0.0, 0.0, 1.0]
    """
    _check(depth)
    height, width = depth.shape
    columns, rows = torch.arange(width).to(depth), -torch.arange(height).to(depth)
    points = torch.stack([columns.expand(height, width), rows[:, None].expand(height, width), -depth])
    return _crossed(points)


def _crossed(points: Tensor) -> Tensor:
    right, down = (_tangent(points, axis) for axis in (2, 1))
    normals = F.normalize(torch.linalg.cross(down, right, dim=0), dim=0)
    return torch.where(torch.isfinite(normals).all(0), normals, 0.0)


def _check(depth: Tensor) -> None:
    if depth.ndim != 2 or not depth.is_floating_point():
        raise ValueError(
            f"depth must be float [H, W]; got {depth.dtype} {list(depth.shape)}: take one picture's."
        )


def _tangent(points: Tensor, axis: int) -> Tensor:
    """From each pixel to the next along an axis, or from the one before where that is closer in depth."""
    step = points.diff(dim=axis)
    gap = torch.full_like(points.narrow(axis, 0, 1), float("nan"))
    after, before = torch.cat([step, gap], axis), torch.cat([gap, step], axis)
    jumps = [torch.nan_to_num(tangent[2].abs(), nan=float("inf")) for tangent in (before, after)]
    return torch.where(jumps[0] < jumps[1], before, after)
