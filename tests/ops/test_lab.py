"""Lab: numbers everybody knows, there and back, scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.color import lab2rgb, rgb2lab

from lecture_models.ops.lab import lab_to_rgb, rgb_to_lab


def _pixels(*colours: tuple[float, float, float]) -> torch.Tensor:
    """Colours as a picture one pixel high: [1, 3, 1, N]."""
    return torch.tensor(colours).T[None, :, None]


def test_by_hand():
    # sRGB 0.5 is 0.214 of full light, Y^(1/3) = 0.598, L = 116 · 0.598 − 16 = 53.4; grey has no colour
    lab = rgb_to_lab(_pixels((0.5, 0.5, 0.5), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0)))[0, :, 0].T
    assert lab[0].tolist() == pytest.approx([53.39, 0, 0], abs=0.01)
    assert lab[1].tolist() == pytest.approx([0, 0, 0], abs=1e-4)
    assert lab[2].tolist() == pytest.approx([53.24, 80.09, 67.20], abs=0.01)  # the published Lab of sRGB red


def test_a_colour_outside_of_srgb_is_clipped():
    rgb = lab_to_rgb(_pixels((50.0, 100.0, 100.0), (5.0, 0.0, 120.0)))
    assert rgb.min() == 0
    assert rgb.max() <= 1


def test_there_and_back():
    rgb = torch.rand(2, 3, 20, 20, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(lab_to_rgb(rgb_to_lab(rgb)), rgb, atol=2e-5, rtol=0)


def test_equals_scikit_image_there_and_back():
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    image[:8] //= 32  # dark, where the cube root is a line
    lab = rgb_to_lab(torch.from_numpy(image).permute(2, 0, 1)[None] / 255)
    assert np.abs(lab[0].permute(1, 2, 0).numpy() - rgb2lab(image)).max() < 1e-3
    moved = lab + torch.tensor([0.0, 12.0, -9.0]).view(1, 3, 1, 1)
    reference = lab2rgb(moved[0].permute(1, 2, 0).double().numpy())
    assert np.abs(lab_to_rgb(moved)[0].permute(1, 2, 0).numpy() - reference).max() < 1e-3


@pytest.mark.parametrize(
    "wrong", [torch.zeros(3, 4, 4), torch.zeros(1, 4, 4, 3), torch.zeros(1, 3, 4, 4, dtype=int)]
)
def test_another_shape_is_refused(wrong):
    for function in (rgb_to_lab, lab_to_rgb):
        with pytest.raises(ValueError, match="channels second"):
            function(wrong)
