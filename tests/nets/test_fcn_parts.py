"""The sum inside an FCN: shares add up to the logits, a weight of 0 leaves the coarser path to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from lecture_models.nets.fcn import FCN, fcn
from lecture_models.nets.fcn_parts import take_apart

STRIDES: list[Any] = [32, 16, 8]


def made(stride: Any) -> FCN:
    """A network whose skips say something, and whose doublings mix classes."""
    torch.manual_seed(0)
    network: Any = fcn(stride).eval()
    for name, parameter in network.named_parameters():
        if name.startswith(("score_pool", "upscore")):
            nn.init.normal_(parameter, 0, 0.1)
    return network


def test_at_zero_exactly_the_coarser_path_is_left():
    network: Any = made(8)
    images = torch.rand(1, 3, 70, 100)
    with torch.no_grad():
        path = network.upscore_pool4(network.upscore2(network.trace(images).score32))
        row, column = network.trace(images).crop
        alone = network.upscore(path)[..., row : row + 70, column : column + 100]
        assert torch.equal(network.trace(images, (0.0, 0.0)).logits, alone)
        assert torch.equal(network.trace(images, (1.0, 1.0)).logits, network(images))
        assert not torch.equal(network(images), alone)


def test_only_pool3_at_zero_leaves_the_sum_at_stride_16():
    network: Any = made(8)
    with torch.no_grad():
        trace = network.trace(torch.rand(1, 3, 64, 64), (1.0, 0.0))
        assert torch.equal(trace.sum8, network.upscore_pool4(trace.sum16))


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("skips", [(1.0, 1.0), (0.3, 1.7), (0.0, 2.0)])
def test_the_shares_add_up_to_the_logits(stride: Any, skips: tuple[float, float]):
    network, images = made(stride), torch.rand(1, 3, 70, 100)
    parts = take_apart(network, images)
    with torch.no_grad():
        logits = network.trace(images, skips).logits[0].numpy()
    assert parts.logits(skips) == pytest.approx(logits, abs=1e-4)
    each = [w * parts.upsampled(one) for w, one in zip(parts.weights(skips), parts.maps, strict=True)]
    assert np.sum(each, 0) == pytest.approx(logits, abs=1e-4)
    by_hand = parts.down @ parts.summed(skips) @ parts.across.T
    assert by_hand == pytest.approx(logits, abs=1e-4)


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("point", [(0, 0), (99, 69), (41, 33)])
def test_a_pixel_is_the_sum_of_its_taps_and_of_its_scales(stride: Any, point: tuple[int, int]):
    parts, (x, y) = take_apart(made(stride), torch.rand(1, 3, 70, 100)), point
    logits, summed = parts.logits((0.5, 2.0))[:, y, x], parts.summed((0.5, 2.0))
    taps = parts.taps(point)
    assert sum(weight for *_, weight in taps) == pytest.approx(1, abs=1e-6)
    assert sum(weight * summed[:, i, j] for i, j, weight in taps) == pytest.approx(logits, abs=1e-4)
    assert np.dot(parts.weights((0.5, 2.0)), parts.at(point)) == pytest.approx(logits, abs=1e-4)


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("point", [(0, 0), (99, 69), (41, 33), (64, 31)])
def test_only_the_framed_cells_reach_a_pixel(stride: Any, point: tuple[int, int]):
    """A score is changed, and the pixel's logits change if, and only if, the cell lies in the frame."""
    network: Any = made(stride)
    parts, (x, y) = take_apart(network, torch.rand(1, 3, 70, 100)), point
    for scale, (side, first) in enumerate(zip(parts.strides, parts.firsts, strict=True)):
        x0, y0, x1, y1 = parts.read(scale, point)
        reach = influence(network, parts, scale, (x, y))
        rows, columns = np.nonzero(reach)
        assert ((rows.min() * side + first, (rows.max() + 1) * side + first)) == (y0, y1)
        assert ((columns.min() * side + first, (columns.max() + 1) * side + first)) == (x0, x1)
        assert reach.sum() == (rows.max() - rows.min() + 1) * (columns.max() - columns.min() + 1)


def influence(network: Any, parts: Any, scale: int, point: tuple[int, int]) -> np.ndarray:
    """Which cells of a scale have a gradient at a pixel, bool [h, w]."""
    score = torch.from_numpy(parts.scores[scale])[None].requires_grad_()
    maps, layers = score, [getattr(network, name, None) for name in ("upscore2", "upscore_pool4")]
    for layer in layers[scale : len(parts.strides) - 1]:
        maps = layer(maps)
    place = network.offset + point[1], network.offset + point[0]
    network.upscore(maps)[0, :, place[0], place[1]].sum().backward()
    return (score.grad[0].abs().sum(0) > 0).numpy()


def test_cells_lie_on_their_pixels():
    """The pixels at the middle of a cell, upsampled from a map that has 1 there and 0 elsewhere, are the largest."""
    parts = take_apart(made(8), torch.rand(1, 3, 64, 96))
    assert parts.firsts == (-32, -48, -56)
    own = parts.own(2)
    assert own.shape == (9, 64, 96)
    assert np.array_equal(own[:, ::8, ::8], parts.scores[2][:, 7:15, 7:19])
    unit = np.zeros((1, *parts.maps.shape[2:]), np.float32)
    unit[0, 9, 11] = 1
    y, x = np.unravel_index(parts.upsampled(unit)[0].argmax(), (64, 96))
    assert ((y - parts.firsts[2]) // 8, (x - parts.firsts[2]) // 8) == (9, 11)


def test_memory_is_counted():
    parts = take_apart(made(8), torch.rand(1, 3, 64, 64))
    assert parts.nbytes >= parts.maps.nbytes + sum(one.nbytes for one in parts.scores)


def test_a_small_picture_is_refused():
    with pytest.raises(ValueError, match="32 × 32"):
        take_apart(made(32), torch.zeros(1, 3, 20, 64))
