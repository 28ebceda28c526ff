"""The ledger of sizes against the network itself, which runs on the meta device: shapes without values."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from lecture_models.nets import unet
from lecture_models.nets.unet_sizes import ledger, legal, plan

ORIGINAL, OURS = plan("original_unet"), plan("unet")


@pytest.fixture(scope="module")
def network() -> Any:
    """The paper's network without values."""
    with torch.device("meta"):
        return unet.original_unet()


def test_the_paper():
    assert ORIGINAL.parameters == 31_030_658
    assert (ORIGINAL.inputs, ORIGINAL.classes, ORIGINAL.shrink, ORIGINAL.cell) == (1, 2, 4, 16)
    found = ledger(ORIGINAL, 572)
    assert found.encoder == (568, 280, 136, 64, 28)
    assert found.upsampled == (392, 200, 104, 56)
    assert found.output == 388
    assert [found.crop(level) for level in range(4)] == [88, 40, 16, 4]


@pytest.mark.parametrize("side", range(188, 701, 16))
def test_legal_sides_are_what_the_network_makes_of_them(network: Any, side: int):
    found = ledger(ORIGINAL, side)
    with torch.device("meta"):
        trace = network.trace(torch.zeros(1, 1, side, side))
    assert found.encoder == (*(one.shape[-1] for one in trace.encoder), trace.bottom.shape[-1])
    assert found.upsampled == tuple(one.shape[-1] for one in trace.upsampled)
    assert found.decoder == tuple(one.shape[-1] for one in trace.decoder)
    assert found.output == trace.logits.shape[-1] == side - 184


def test_legal_is_twelve_more_than_a_multiple_of_sixteen_and_at_least_188():
    assert [side for side in range(1, 701) if legal(ORIGINAL, side)] == list(range(188, 701, 16))


@pytest.mark.parametrize("side", [187, 189, 172, 300 + 8, 571, 96])
def test_the_network_refuses_what_the_ledger_calls_broken(network: Any, side: int):
    assert ledger(ORIGINAL, side).broken
    with torch.device("meta"), pytest.raises(ValueError, match="12 more than a multiple of 16"):
        network(torch.zeros(1, 1, side, side))


@pytest.mark.parametrize(
    ("side", "said"),
    [
        (571, "Level 1: pooling would halve 567, which is odd."),
        (570, "Level 2: pooling would halve 279, which is odd."),
        (568, "Level 3: pooling would halve 135, which is odd."),
        (580, "Level 4: pooling would halve 65, which is odd."),
        (172, "Level 3: the decoder’s convolutions leave nothing of 4."),
        (44, "Level 4: the convolutions leave nothing."),
        (4, "Level 1: the convolutions leave nothing."),
    ],
)
def test_where_it_breaks(side: int, said: str):
    found = ledger(ORIGINAL, side)
    assert found.broken == said
    assert found.output == 0


@pytest.mark.parametrize("side", [140, 256, 570, 700])
def test_ours_pads_and_takes_any(side: int):
    found = ledger(OURS, side)
    assert found.output == side
    assert found.padded % 16 == 0
    assert found.padded - side < 16
    assert [found.crop(level) for level in range(4)] == [0, 0, 0, 0]
    with torch.no_grad():
        small = unet.unet().eval().trace(torch.zeros(1, 3, 40, 56))
    assert [one.shape[-1] for one in small.encoder] == list(ledger(OURS, 56).encoder[:-1])


def test_another_name_is_refused():
    with pytest.raises(ValueError, match="got 'vgg16'"):
        plan("vgg16")
