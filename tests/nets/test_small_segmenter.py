"""The small network of the playground: all designs, by shapes, by hand, and by what a design means."""

from __future__ import annotations

import itertools
import threading

import pytest
import torch
from torch.nn import functional as F

from lecture_models.nets.macs import count_macs
from lecture_models.nets.small_segmenter import (
    DEEPEST,
    SKIPS,
    UPSAMPLERS,
    WIDTHS,
    Design,
    SmallSegmenter,
    small_segmenter,
)

DESIGNS = [Design(*all_) for all_ in itertools.product(range(1, DEEPEST + 1), SKIPS, UPSAMPLERS)]


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_every_design_labels_every_pixel_and_can_learn(design: Design):
    network = small_segmenter(design)
    trace = network.trace(torch.rand(2, 3, 32, 48))
    assert trace.logits.shape == (2, 9, 32, 48)
    joined = 2 if design.skips == "concatenate" else 1
    for level, width in enumerate(WIDTHS[: design.depth]):
        size = (32 >> level, 48 >> level)
        assert trace.encoder[level].shape == trace.upsampled[level].shape == (2, width, *size)
        assert trace.joined[level].shape == (2, joined * width, *size)
        assert trace.decoder[level].shape == (2, width, *size)
    assert trace.encoder[-1].shape[1:] == (WIDTHS[design.depth], 32 >> design.depth, 48 >> design.depth)
    F.cross_entropy(trace.logits, torch.zeros(2, 32, 48).long()).backward()
    assert all(weight.grad is not None for weight in network.parameters())


@pytest.mark.parametrize(
    ("name", "value"), [("depth", 0), ("depth", 5), ("skips", "some"), ("upsampler", "")]
)
def test_there_is_no_other_choice(name: str, value: object):
    with pytest.raises(ValueError, match=f"{name} is one of .*Choose one"):
        Design(**{name: value})  # type: ignore[arg-type]


def test_sides_that_cannot_be_halved_are_refused():
    with pytest.raises(ValueError, match=r"multiples of 8.*got 64 × 60"):
        small_segmenter(Design(3))(torch.zeros(1, 3, 64, 60))


def test_skips_reach_the_decoder_as_they_are_called():
    x = torch.rand(1, 3, 16, 16)
    for skips, expected in {
        "none": lambda trace: trace.upsampled[0],
        "sum": lambda trace: trace.encoder[0] + trace.upsampled[0],
        "concatenate": lambda trace: torch.cat([trace.encoder[0], trace.upsampled[0]], 1),
    }.items():
        trace = small_segmenter(Design(2, skips)).trace(x)  # type: ignore[arg-type]
        assert torch.equal(trace.joined[0], expected(trace))


def test_upsamplers_are_torchs():
    x = torch.rand(1, 3, 16, 16)
    for kind, theirs in {
        "nearest": lambda n, b: F.interpolate(n.up[0](b), scale_factor=2),
        "bilinear": lambda n, b: F.interpolate(n.up[0](b), scale_factor=2, mode="bilinear"),
        "transposed": lambda n, b: F.conv_transpose2d(b, n.up[0].weight, n.up[0].bias, stride=2),
    }.items():
        network = small_segmenter(Design(1, "none", kind))  # type: ignore[arg-type]
        trace = network.trace(x)
        torch.testing.assert_close(trace.upsampled[0], theirs(network, trace.encoder[-1]))


def test_unpooling_puts_each_number_where_the_pooling_found_its_maximum():
    network = small_segmenter(Design(1, "none", "unpooling"))
    trace = network.trace(torch.rand(1, 3, 16, 16))
    numbers = network.up[0](trace.encoder[1])
    found = trace.upsampled[0] != 0
    largest = trace.encoder[0] == F.interpolate(F.max_pool2d(trace.encoder[0], 2), scale_factor=2)
    assert (found <= largest).all()
    assert int(found.sum()) == numbers.numel()
    torch.testing.assert_close(trace.upsampled[0].sum((2, 3)), numbers.sum((2, 3)))


def test_parameters_by_hand():
    # convolutions without bias, each with 2 · C of group normalisation: 3→8, 8→8; 8→16, 16→16; up 16→8; 16→8; 8→9
    encoder = 9 * (3 * 8 + 8 * 8 + 8 * 16 + 16 * 16) + 2 * (8 + 8 + 16 + 16)
    decoder = (16 * 8 + 8) + 9 * 16 * 8 + 2 * 8 + (8 * 9 + 9)
    network = small_segmenter(Design(1, "concatenate"))
    assert sum(weight.numel() for weight in network.parameters()) == encoder + decoder == 5729


def test_multiply_adds_by_hand():
    with torch.device("meta"):
        network = SmallSegmenter(Design(1, "sum", "nearest"))
        found = count_macs(network, torch.zeros(1, 3, 64, 64))
    fine, coarse = 64 * 64, 32 * 32
    assert found == fine * (9 * (3 * 8 + 8 * 8) + 9 * 8 * 8 + 8 * 9) + coarse * (
        9 * (8 * 16 + 16 * 16) + 16 * 8
    )


def test_the_same_seed_gives_the_same_weights_whatever_other_threads_draw():
    busy = threading.Event()

    def draw() -> None:
        while not busy.is_set():
            torch.rand(100)

    other = threading.Thread(target=draw)
    other.start()
    one, two, three = (small_segmenter(Design(), seed) for seed in (3, 3, 4))
    busy.set()
    other.join()
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(one.classify.weight, three.classify.weight)
