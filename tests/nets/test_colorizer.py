"""The colorizers: shapes, lightness that stays, sizes that are no multiple of 32, and how an answer is read."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.color import lab2rgb, rgb2lab

from lecture_models.nets.colorizer import colorizer, colourise, predicted_ab
from lecture_models.ops.colour_bins import annealed_mean, gamut_bins

OUTPUTS = ("regression", "classes")


@pytest.fixture(scope="module")
def networks():
    torch.manual_seed(0)
    return {output: colorizer(output).eval() for output in OUTPUTS}


def _image(height: int = 64, width: int = 96) -> np.ndarray:
    return np.random.default_rng(0).integers(60, 200, (height, width, 3)).astype(np.uint8)


@pytest.mark.parametrize(("output", "channels"), [("regression", 2), ("classes", 261)])
@torch.no_grad()
def test_shapes(networks, output, channels):
    assert tuple(networks[output](torch.rand(2, 1, 64, 96) * 100).shape) == (2, channels, 16, 24)
    assert tuple(networks[output](torch.rand(1, 1, 45, 33) * 100).shape) == (1, channels, 12, 9)


def test_the_two_outputs_share_all_but_the_last_layer(networks):
    shapes = [{n: tuple(p.shape) for n, p in network.named_parameters()} for network in networks.values()]
    assert {n for n in shapes[0] if shapes[0][n] != shapes[1][n]} == {"answer.weight", "answer.bias"}
    assert all(sum(p.numel() for p in network.parameters()) <= 2_000_000 for network in networks.values())


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_picture_keeps_its_lightness(networks, output):
    image = _image()
    grey = colourise(networks[output], image)
    np.testing.assert_allclose(grey.lightness, rgb2lab(image)[..., 0], atol=1e-3)
    together = lab2rgb(np.dstack([grey.lightness, grey.ab]).astype(np.float64))
    assert np.abs(together * 255 - grey.image).max() <= 0.51
    assert (grey.image.dtype, grey.ab.shape) == (np.uint8, (64, 96, 2))


@pytest.mark.parametrize("output", OUTPUTS)
def test_only_the_lightness_is_seen(networks, output):
    """Two pictures of other colours and, within a rounding, of the same lightness are coloured the same."""
    colourful, grey = np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64, 3), np.uint8)
    colourful[:], grey[:] = (180, 100, 60), (121, 121, 121)
    assert abs(rgb2lab(colourful)[0, 0, 0] - rgb2lab(grey)[0, 0, 0]) < 0.1
    one, other = (colourise(networks[output], image) for image in (colourful, grey))
    np.testing.assert_allclose(one.ab, other.ab, atol=1.5)


def test_another_size_is_a_part_of_the_padded_picture(networks):
    image = _image(45, 33)
    padded = np.pad(image, ((0, 19), (0, 31), (0, 0)), mode="edge")
    found = colourise(networks["regression"], image)
    assert found.image.shape == image.shape
    whole = colourise(networks["regression"], padded).ab
    np.testing.assert_allclose(found.ab[:40, :28], whole[:40, :28], atol=1e-3)


@torch.no_grad()
def test_how_an_answer_is_read(networks):
    lightness = torch.rand(1, 1, 32, 32) * 100
    answer = networks["classes"](lightness)
    for temperature in (0.0, 0.38, 1.0):
        expected = annealed_mean(answer, gamut_bins(), temperature)
        torch.testing.assert_close(predicted_ab(networks["classes"], answer, temperature), expected)
    answer = networks["regression"](lightness)
    assert predicted_ab(networks["regression"], answer) is answer
    assert colourise(networks["regression"], _image()).logits is None
    assert colourise(networks["classes"], _image()).logits.shape == (261, 16, 24)


def test_bad_arguments_are_named(networks):
    with pytest.raises(ValueError, match="choose one"):
        colorizer("mean")
    with pytest.raises(ValueError, match="first channel of rgb_to_lab"):
        networks["classes"](torch.zeros(1, 3, 32, 32))
    with pytest.raises(ValueError, match="convert it to RGB"):
        colourise(networks["classes"], np.zeros((8, 8)))
    with pytest.raises(ValueError, match="temperature"):
        colourise(networks["classes"], _image(), -1.0)
