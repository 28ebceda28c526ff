"""panoptic_fpn against torchvision's network of the same kind, and what keeping a trace costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torchvision.models.detection import maskrcnn_resnet50_fpn

from lecture_models import zoo
from lecture_models.nets.panoptic_fpn import panoptic_fpn
from lecture_models.nets.rcnn_trace import as_tensor, trace_rcnn
from lecture_models.scenes import render
from tests.benchmarks.contest import Contest

SIZE = 256


@pytest.fixture(scope="module")
def image() -> Any:
    return render(42, size=SIZE).image


@pytest.fixture(scope="module")
def ours() -> Any:
    """The trained network; before there is one, its fresh weights take about as long."""
    return zoo.load("panoptic_fpn") if "panoptic_fpn" in zoo.names() else panoptic_fpn().eval()


def _forward(network: Any, pixels: list[torch.Tensor]) -> Callable[[], Any]:
    def run() -> Any:
        with torch.inference_mode():
            return network(pixels)

    return run


def test_at_least_twenty_times_as_fast_as_torchvision(
    benchmark: Any, contest: Contest, say: Callable, image: Any, ours: Any
):
    torch.manual_seed(0)
    theirs = maskrcnn_resnet50_fpn(weights=None, weights_backbone=None, min_size=SIZE, max_size=SIZE).eval()
    theirs.to(next(ours.parameters()).device)
    pixels = [as_tensor(image, next(ours.parameters()).device)]
    seconds = contest(ours=_forward(ours, pixels), torchvision=_forward(theirs, pixels), rounds=5)
    ratio = seconds["torchvision"] / seconds["ours"]
    benchmark.extra_info["ratio"] = ratio
    benchmark.pedantic(_forward(ours, pixels), rounds=10, warmup_rounds=1)
    ours_ms, theirs_ms = seconds["ours"] * 1e3, seconds["torchvision"] * 1e3
    say(
        f"panoptic_fpn {ours_ms:.0f} ms, maskrcnn_resnet50_fpn {theirs_ms:.0f} ms at {SIZE}×{SIZE}, "
        f"{torch.get_num_threads()} threads: {ratio:.1f} times as fast (bar: 20)"
    )
    assert ratio >= 20


def test_a_trace_costs_at_most_a_quarter_more(
    benchmark: Any, contest: Contest, say: Callable, image: Any, ours: Any
):
    pixels = [as_tensor(image, next(ours.parameters()).device)]
    seconds = contest(off=_forward(ours, pixels), on=lambda: trace_rcnn(ours, image), rounds=15)
    ratio = seconds["on"] / seconds["off"]
    benchmark.extra_info["ratio"] = ratio
    benchmark.pedantic(trace_rcnn, args=(ours, image), rounds=10, warmup_rounds=1)
    say(
        f"trace on {seconds['on'] * 1e3:.0f} ms ÷ off {seconds['off'] * 1e3:.0f} ms = {ratio:.2f} (bar: 1.25)"
    )
    assert ratio <= 1.25


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_batches_on_a_gpu(benchmark: Any, say: Callable, image: Any):
    network: Any = zoo.load("panoptic_fpn") if "panoptic_fpn" in zoo.names() else panoptic_fpn().eval()
    network = network.to("cuda")
    pixels = [as_tensor(image, torch.device("cuda"))] * 32

    def run() -> None:
        _forward(network, pixels)()
        torch.cuda.synchronize()

    benchmark.pedantic(run, rounds=10, warmup_rounds=3)
    rate = 32 / benchmark.stats["median"]
    say(f"panoptic_fpn, batch 32 on {torch.cuda.get_device_name()}: {rate:.0f} images/s")
