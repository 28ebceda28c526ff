"""A stack's arithmetic is that of the module it stands for; by hand, against `analyze`, against gradients."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lecture_models.ops.receptive_field import analyze
from lecture_models.ops.receptive_stack import (
    as_module,
    depth_for,
    grow,
    hourglass,
    parse_stack,
    paths,
    stack_text,
)

STACKS = [
    "c3x5",
    "c3-c3-p2-c3s2-c5d2",
    "c3d2x3",
    "c1-c3-c5-c7",
    "c3-p2-c3-u2-c3",
    "c3x2-p2-c3x2-p2-c3-u2-u2-c3",
    "c4-p3",
]


# pixels 0 … 15     c3 reads 3; p2 two of them, so 4 pixels, 2 apart; c3 three of these: 4 + 2·2 = 8
def test_growth_by_hand():
    first, pool, last = grow(parse_stack("c3-p2-c3"), 16, 8)
    assert [(one.field, one.jump, one.side) for one in (first, pool, last)] == [
        (3, 1, 16),
        (4, 2, 8),
        (8, 2, 8),
    ]
    assert [one.macs for one in (first, pool, last)] == [9 * 64 * 256, 0, 9 * 64 * 64]
    assert pool.bytes == 4 * 8 * 64


def test_112_layers_for_224_pixels_and_the_cost_of_one():
    grown = grow(parse_stack("c3x112"), 224, 64)
    assert depth_for(224) == 112
    assert (grown[-1].field, grown[-2].field) == (225, 223)
    assert round(grown[0].macs / 1e9, 3) == 1.850
    assert grown[0].bytes / 2**20 == 12.25


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("text", STACKS)
def test_it_is_what_analyze_says_of_the_module(text: str, padded: bool):
    steps = parse_stack(text)
    layers = analyze(as_module(steps, 6, padded), (6, 64, 64))
    for one, layer in zip(grow(steps, 64, 6, padded), layers, strict=True):
        assert (one.field, one.jump, one.macs, one.bytes) == (
            layer.receptive_field[0], layer.jump[0], layer.macs, layer.activation_bytes
        )  # fmt: skip
        assert one.side == layer.output_shape[2]


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("text", STACKS)
def test_paths_are_the_gradient_of_equal_weights(text: str, padded: bool):
    steps = parse_stack(text)
    network = as_module(steps, 1, padded).double()
    for weight in network.parameters():
        nn.init.constant_(weight, 1 / weight.numel())
    averaged = nn.Sequential(
        *(nn.AvgPool2d(m.kernel_size) if isinstance(m, nn.MaxPool2d) else m for m in network)
    )
    picture = torch.zeros(1, 1, 56, 56, dtype=torch.float64, requires_grad=True)
    out = averaged(picture)
    for row, column in ((0, out.shape[3] - 1), (out.shape[2] // 2, out.shape[3] // 3)):
        (gradient,) = torch.autograd.grad(out[0, 0, row, column], picture, retain_graph=True)
        down, across = (
            torch.tensor(paths(steps, unit, 56, padded), dtype=torch.float64) for unit in (row, column)
        )
        torch.testing.assert_close(gradient[0, 0], down[:, None] * across[None], atol=1e-9, rtol=0)


@pytest.mark.parametrize("field", [1, 3, 5, 6, 40, 100, 224, 512])
def test_an_hourglass_sees_enough_with_few_levels_and_keeps_the_size(field: int):
    grown = grow(hourglass(field), 256, 4)
    assert grown[-1].field >= field
    assert grown[-1].side == 256
    assert len(grown) <= max(depth_for(field), 20)


def test_texts_and_back():
    for text in STACKS:
        assert stack_text(parse_stack(text)) == stack_text(parse_stack(stack_text(parse_stack(text))))
    assert stack_text(parse_stack("c3-c3-c3s1-p2")) == "c3x3-p2"


@pytest.mark.parametrize(
    "text", ["", "c3-", "x3", "c0", "c3s9", "p1", "u3", "c3d17", "<b>", "c3x129", "c3x0", "c3 c3"]
)
def test_other_texts_get_a_sentence(text: str):
    with pytest.raises(ValueError, match="A stack"):
        parse_stack(text)


@pytest.mark.parametrize("text", ["c9s4x128", "p4x9", "u2x100"])
def test_maps_and_steps_beyond_all_pictures_get_a_sentence(text: str):
    with pytest.raises(ValueError, match=r"at most 65,536 cells along a side.* layer \d+ goes beyond"):
        grow(parse_stack(text), 224, 64)
