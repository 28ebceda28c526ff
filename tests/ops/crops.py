"""A feature map and a thousand boxes to crop from it, the awkward ones included."""

from __future__ import annotations

import torch

STRIDE = 16
SIZE = (20, 24)  # rows, columns


def features(channels: int = 6) -> torch.Tensor:
    return torch.randn(channels, *SIZE, generator=torch.Generator().manual_seed(3))


def thousand_boxes() -> torch.Tensor:
    """Anywhere, on exact halves, outside the picture, empty, of one pixel, and reversed; [1000, 4]."""
    generator = torch.Generator().manual_seed(4)

    def some(count: int, low: float, high: float) -> torch.Tensor:
        return torch.rand(count, 2, generator=generator) * (high - low) + low

    corners, sizes = some(600, -60, 380), some(600, 0, 1) ** 2 * 300
    anywhere = torch.cat([corners, corners + sizes], dim=1)
    steps = torch.randint(-6, 52, (200, 4), generator=generator) * (STRIDE / 2)
    halves = torch.cat(
        [torch.minimum(steps[:, :2], steps[:, 2:]), torch.maximum(steps[:, :2], steps[:, 2:])], 1
    )
    outside = torch.cat([some(50, -400, -100), some(50, -99, -1)], dim=1)
    beyond = some(50, 390, 600).repeat(1, 2) + torch.tensor([0.0, 0.0, 40.0, 40.0])
    empty = some(40, 0, 300).repeat(1, 2)
    pixel = some(40, 0, 300).floor().repeat(1, 2) + torch.tensor([0.0, 0.0, 1.0, 1.0])
    backwards = torch.cat([some(20, 150, 300), some(20, 20, 149)], dim=1)
    return torch.cat([anywhere, halves, outside, beyond, empty, pixel, backwards])
