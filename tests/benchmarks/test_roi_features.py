"""The operators against torchvision's: one RoI of the lesson, and the batched forms of the training both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchvision.ops

from lecture_models.ops import roi_features as ops
from tests.benchmarks.contest import Contest

STRIDE = 4


def _boxes(count: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    corners = torch.rand(count, 2, generator=generator) * 200
    return torch.cat([corners, corners + 8 + 40 * torch.rand(count, 2, generator=generator)], dim=1)


@pytest.mark.parametrize("name", ["roi_pool", "roi_warp", "roi_align"])
def test_one_box_of_the_lesson(benchmark: Any, contest: Contest, say: Callable, name: str):
    """A release crops one box of 64 channels: it must not be felt."""
    features, boxes = torch.randn(64, 64, 64), _boxes(1, 0)
    ours = getattr(ops, name)
    library = torchvision.ops.roi_pool if name == "roi_pool" else torchvision.ops.roi_align
    rest = (7, 1 / STRIDE) if name != "roi_align" else (7, 1 / STRIDE, 2)
    seconds = contest(
        ours=lambda: ours(features, boxes, *rest), torchvision=lambda: library(features[None], [boxes], *rest)
    )
    benchmark.pedantic(lambda: ours(features, boxes, *rest), rounds=10, warmup_rounds=1)
    say(f"{name}, one box: {1e3 * seconds['ours']:.2f} ms, torchvision {1e3 * seconds['torchvision']:.2f} ms")
    assert seconds["ours"] < 0.02


@pytest.mark.parametrize("form", ["roi_align_separable", "roi_align_batched"])
def test_a_training_step(benchmark: Any, contest: Contest, say: Callable, form: str):
    """Eight pictures with 64 boxes each, forward and backward, on the finest level."""
    features = torch.randn(8, 64, 64, 64).contiguous(memory_format=torch.channels_last).requires_grad_()
    boxes = [_boxes(64, seed) for seed in range(8)]
    upstream = torch.randn(512, 64, 7, 7)

    def step(crop: Callable[..., torch.Tensor]) -> Callable[[], None]:
        def run() -> None:
            features.grad = None
            crop(features, boxes, 7, 1 / STRIDE, 2).backward(upstream)

        return run

    ours = step(getattr(ops, form))
    seconds = contest(ours=ours, torchvision=step(torchvision.ops.roi_align), rounds=5)
    ratio = seconds["torchvision"] / seconds["ours"]
    benchmark.extra_info["ratio"] = ratio
    benchmark.pedantic(ours, rounds=5, warmup_rounds=1)
    say(
        f"{form}: {1e3 * seconds['ours']:.0f} ms a step, {ratio:.1f} times as fast as torchvision's roi_align"
    )
    if form == "roi_align_batched":
        assert ratio >= 1.5
