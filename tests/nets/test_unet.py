"""U-Net: the paper's counts and sizes, ours at any size, and skips that can be changed on their way."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from lecture_models.nets.unet import WIDTHS, original_unet, unet


def test_the_papers_network_has_the_papers_numbers():
    with torch.device("meta"):
        network = original_unet()
        assert sum(parameter.numel() for parameter in network.parameters()) == 31_030_658
        trace = network.trace(torch.zeros(1, 1, 572, 572))
    # figure 1: the sizes on the way down, and those after each up-convolution
    assert [m.shape[-1] for m in trace.encoder] == [568, 280, 136, 64]
    assert trace.bottom.shape[1:] == (1024, 28, 28)
    assert [m.shape[-1] for m in trace.upsampled] == [392, 200, 104, 56]
    assert [m.shape[1] for m in trace.concatenated] == [128, 256, 512, 1024]
    assert trace.logits.shape == (1, 2, 388, 388)


@pytest.mark.parametrize("size", [(172, 188), (188, 190), (572, 570)])
def test_sizes_that_a_pooling_would_cut_are_refused(size: tuple[int, int]):
    with torch.device("meta"), pytest.raises(ValueError, match=f"got {size[0]} × {size[1]}"):
        original_unet()(torch.zeros(1, 1, *size))


@pytest.mark.parametrize("size", [(32, 48), (33, 47), (17, 16)])
def test_ours_takes_any_size(size: tuple[int, int]):
    with torch.no_grad():
        assert unet().eval()(torch.rand(1, 3, *size)).shape == (1, 9, *size)


def test_its_file_is_small():
    assert 2 * sum(tensor.numel() for tensor in unet().state_dict().values()) < 4.5e6  # bytes, as float16


def test_the_trace_multiplies_back():
    torch.manual_seed(0)
    network = unet().eval()
    images = torch.rand(2, 3, 48, 32)
    with torch.no_grad():
        trace = network.trace(images)
        x = trace.bottom
        for level in (3, 2, 1, 0):
            up = F.conv_transpose2d(x, network.up[level].weight, network.up[level].bias, stride=2)  # type: ignore
            assert torch.allclose(up, trace.upsampled[level], atol=1e-4)
            joined = torch.cat([trace.encoder[level], up], 1)
            assert torch.allclose(joined, trace.concatenated[level], atol=1e-4)
            x = network.decoder[level](joined)
            assert torch.allclose(x, trace.decoder[level], atol=1e-4)
        assert torch.allclose(network.classify(x), network(images), atol=1e-4)
    assert [m.shape[1] for m in trace.decoder] == list(WIDTHS[:-1])


def test_a_skip_can_be_changed_before_it_is_concatenated():
    torch.manual_seed(0)
    network = unet().eval()
    images = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        whole = network.trace(images)
        same = network.trace(images, lambda _, skip: skip)
        without = network.trace(images, lambda level, skip: skip * (level != 1))
    assert torch.equal(whole.logits, same.logits)
    assert torch.equal(without.concatenated[2], whole.concatenated[2])
    assert not without.concatenated[1][:, : WIDTHS[1]].any()
    assert not torch.allclose(without.logits, whole.logits)
    assert torch.equal(without.encoder[1], whole.encoder[1])  # what the encoder said is still known


def test_the_trace_is_the_forward_pass_exactly():
    network = unet().eval()
    images = torch.rand(1, 3, 33, 47)
    with torch.no_grad():
        assert torch.equal(network.trace(images).logits, network(images))


@pytest.mark.parametrize("level", range(4))
def test_the_way_up_may_begin_at_any_level(level: int):
    network = unet().eval()
    with torch.no_grad():
        maps, bottom = network.encode(torch.rand(1, 3, 32, 48))
        steps = network.decode(maps, bottom)
        below = bottom if level == 3 else steps[level + 1].decoder
        again = network.decode(maps[: level + 1], below)
    assert len(again) == level + 1
    assert all(torch.allclose(a.decoder, b.decoder, atol=1e-6) for a, b in zip(again, steps, strict=False))


def test_what_comes_from_below_can_be_changed_too():
    network = unet().eval()
    with torch.no_grad():
        maps, bottom = network.encode(torch.rand(1, 3, 32, 32))
        steps = network.decode(maps, bottom, up=lambda level, below: 0 * network.up[level](below))
    assert not steps[0].upsampled.any()
    assert not steps[0].concatenated[:, WIDTHS[0] :].any()
