"""The walk through the pyramid: it multiplies back to the network's own maps, and its ledger is the network's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lecture_models.nets.macs import macs_of
from lecture_models.nets.panoptic_fpn import PanopticFPN, panoptic_fpn
from lecture_models.nets.pyramid_walk import LEVELS, WalkTrace, walk, without
from lecture_models.nets.rcnn_trace import as_tensor, trace_rcnn


@pytest.fixture(scope="module")
def network() -> PanopticFPN:
    torch.manual_seed(1)
    return panoptic_fpn().eval()


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (96, 128, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def trace(network: PanopticFPN, image: np.ndarray) -> WalkTrace:
    return walk(network, image)


def test_lateral_plus_above_is_the_sum(trace: WalkTrace):
    for level in range(4):
        above = trace.above(level)
        total = trace.lateral(level) + (above if above is not None else 0)
        assert torch.allclose(total, trace.sums[level], atol=1e-4)
    assert trace.above(3) is None


def test_the_maps_are_those_that_the_network_reads(network: PanopticFPN, image: np.ndarray, trace: WalkTrace):
    own = trace_rcnn(network, image)
    for name, one in zip(LEVELS, trace.maps, strict=True):
        assert torch.allclose(one, own.features[name], atol=1e-5)
    with torch.inference_mode():
        last = network.backbone.fpn.layer_blocks[0](trace.sums[0][None])[0]
    assert torch.allclose(last, trace.maps[0], atol=1e-4)


def test_the_semantic_branchs_sum_gives_its_logits(network: PanopticFPN, image: np.ndarray, trace: WalkTrace):
    branch = network.semantic
    with torch.inference_mode():
        pictures = network.transform([as_tensor(image)])[0].tensors
        fine = torch.nn.functional.interpolate(
            branch.narrow(trace.joined[None]), scale_factor=2, mode="bilinear"
        )
        logits = branch.classify(branch.mix(fine + branch.detail(pictures)))[0]
    own = trace_rcnn(network, image).half_semantic
    assert own is not None
    assert torch.allclose(logits, own, atol=1e-4)
    assert [len(stages) for stages in trace.stages] == [1, 1, 2, 3]
    assert {tuple(stages[-1].shape) for stages in trace.stages} == {tuple(trace.joined.shape)}


def test_the_ledger_holds_every_parameter_and_every_multiply_add(
    network: PanopticFPN, image: np.ndarray, trace: WalkTrace
):
    assert sum(part.parameters for part in trace.parts) == sum(p.numel() for p in network.parameters())
    with torch.inference_mode():
        _, whole = macs_of(network, [as_tensor(image)])
    assert sum(part.macs for part in trace.parts) == whole
    assert {part.branch for part in trace.parts} == {"both", "instance", "semantic"}


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_at_zero_is_zero_and_leaves_the_network_as_it_was(
    network: PanopticFPN, image: np.ndarray, level: str
):
    silent = without(network, image, level)
    assert not silent.features[level].any()
    assert all(silent.features[other].any() for other in LEVELS if other != level)
    assert trace_rcnn(network, image).features[level].any()


def test_a_level_that_is_not_there_is_refused(network: PanopticFPN, image: np.ndarray):
    with pytest.raises(ValueError, match="P2, P3, P4, P5"):
        without(network, image, "P9")
