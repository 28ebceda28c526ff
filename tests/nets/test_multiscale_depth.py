"""The three scales: shapes, what each sees, sizes that are no multiple of 32, and the file's size."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lecture_models.nets.multiscale_depth import multiscale_depth, trace_geometry


@pytest.fixture(scope="module")
def network():
    """Weights drawn anew, with answers that depend on the features: fresh ones are constant."""
    torch.manual_seed(0)
    network = multiscale_depth().eval()
    for layer in (network.coarse.answer, network.middle.correct, network.fine.correct):
        torch.nn.init.normal_(layer.weight, std=0.02)
    return network


@torch.no_grad()
def test_shapes_and_unit_normals(network):
    trace = network(torch.rand(2, 3, 128, 96))
    for scale, size in ((trace.coarse, (8, 6)), (trace.middle, (32, 24)), (trace.fine, (128, 96))):
        assert tuple(scale.log_depth.shape) == (2, 1, *size)
        assert tuple(scale.normals.shape) == (2, 3, *size)
        torch.testing.assert_close(scale.normals.norm(dim=1), torch.ones(2, *size))


@torch.no_grad()
def test_fresh_weights_say_eight_metres_at_every_scale():
    trace = multiscale_depth().eval()(torch.rand(1, 3, 64, 64))
    for scale in (trace.coarse, trace.middle, trace.fine):
        assert scale.log_depth.flatten().tolist() == pytest.approx([2.1] * scale.log_depth.numel())


@torch.no_grad()
def test_another_size_is_padded_and_cropped(network):
    pictures = torch.rand(1, 3, 70, 33)
    trace = network(pictures)
    assert tuple(trace.fine.log_depth.shape) == (1, 1, 70, 33)
    assert tuple(trace.middle.log_depth.shape) == (1, 1, 18, 9)
    padded = torch.nn.functional.pad(pictures, (0, 31, 0, 26), mode="replicate")
    torch.testing.assert_close(trace.fine.log_depth, network(padded).fine.log_depth[..., :70, :33])


def test_scale_one_sees_all_of_the_picture_and_the_global_view_alone_can(network):
    view = network.coarse.global_view
    cells = torch.rand(1, 160, 8, 8, requires_grad=True)
    view(cells)[0, :, 0, 0].sum().backward()
    assert cells.grad[0].abs().sum(0).min() > 0
    assert tuple(view(torch.rand(1, 160, 3, 5)).shape) == (1, 16, 3, 5)


@torch.no_grad()
def test_each_scale_corrects_the_one_before(network):
    pictures = torch.rand(1, 3, 64, 64)
    seen = network(pictures)
    kept = network.fine.correct.weight.clone()
    network.fine.correct.weight.zero_()
    uncorrected = network(pictures)
    network.fine.correct.weight.copy_(kept)
    upsampled = torch.nn.functional.interpolate(seen.middle.log_depth, size=(32, 32), mode="bilinear")
    upsampled = torch.nn.functional.interpolate(upsampled, size=(64, 64), mode="bilinear")
    torch.testing.assert_close(uncorrected.fine.log_depth, upsampled)
    assert not torch.allclose(seen.fine.log_depth, upsampled)


def test_the_maps_of_a_picture_are_metres_and_axes_last(network):
    image = np.random.default_rng(0).integers(0, 256, (64, 96, 3)).astype(np.uint8)
    maps = trace_geometry(network, image)
    with torch.no_grad():
        trace = network(torch.from_numpy(image).permute(2, 0, 1)[None] / 255)
    np.testing.assert_allclose(maps.depth, trace.fine.log_depth[0, 0].exp().numpy(), rtol=1e-5)
    np.testing.assert_allclose(
        maps.middle_normals, trace.middle.normals[0].permute(1, 2, 0).numpy(), atol=1e-5
    )
    assert (maps.coarse_depth.shape, maps.normals.shape) == ((4, 6), (64, 96, 3))
    assert maps.depth.dtype == np.float32


def test_it_is_small_enough_for_its_file(network):
    assert sum(p.numel() for p in network.parameters()) <= 2_200_000


def test_other_inputs_are_refused(network):
    with pytest.raises(ValueError, match="divide uint8 by 255"):
        network(torch.zeros(1, 64, 64, 3))
    with pytest.raises(ValueError, match="convert it to RGB"):
        trace_geometry(network, np.zeros((4, 4), np.uint8))
