"""Sliding window and one pass: equal but for zeros in the layers, on one grid, with multiply-adds as counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from lecture_models import pictures, zoo
from lecture_models.nets import sliding_window as sliding
from lecture_models.nets.macs import count_macs
from lecture_models.nets.patch_classifier import cut_patches

SAME = 1e-5


@pytest.fixture(scope="module")
def network() -> Any:
    return zoo.load("patch_classifier")


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return pictures.resolve("scene:42").image


@pytest.mark.parametrize(
    ("padding", "window", "stride"), [("none", 0.75, 32), ("picture", 1, 32), ("picture", 1.5, 16)]
)
def test_without_zero_padding_they_are_equal(
    network: Any, image: np.ndarray, padding: Any, window: float, stride: int
):
    track = sliding.prepare(np.ascontiguousarray(image[100:228, 30:190]), padding, window, stride)
    with torch.inference_mode():
        once = sliding.one_pass(network, track)
    *_, slid = sliding.slide(network, track)
    assert once.done == slid.done == track.total
    assert (once.logits - slid.logits).abs().max() < SAME
    assert once.logits.std() > 1, "a trained network's logits"


def test_zeros_in_the_layers_change_the_scores_from_the_windows_border_inwards(
    network: Any, image: np.ndarray
):
    track = sliding.prepare(np.ascontiguousarray(image[:192, :192]), "layers", 1, 32)
    with torch.inference_mode():
        once = sliding.one_pass(network, track)
        *_, slid = sliding.slide(network, track)
        rims = sliding.rims(network, track)
        exact = sliding.rims(network, sliding.prepare(image, "none", 1, 32))
    assert (once.logits - slid.logits).abs().amax(1).min() > 0.01, "at every place"
    assert [rim.shape[-1] for rim in rims] == [48, 24, 12, 6, 3]
    assert all(rim.max() > 0.1 for rim in rims)
    middles = [rim[n // 2, n // 2] for rim, n in zip(rims, (48, 24, 12, 6, 3), strict=True)]
    assert max(middles) < SAME, "the middle cell of each map sees no border"
    assert (rims[0] > SAME).float().mean() < (rims[-1] > SAME).float().mean()
    assert all(rim.max() < SAME for rim in exact)


def test_a_window_as_large_as_the_picture_has_no_border_inside(network: Any, image: np.ndarray):
    track = sliding.prepare(np.ascontiguousarray(image[:96, :96]), "layers", 1, 32)
    with torch.inference_mode():
        once = sliding.one_pass(network, track)
    *_, slid = sliding.slide(network, track)
    assert track.shape == (1, 1)
    assert (once.logits - slid.logits).abs().max() < SAME


def test_windows_are_the_patches_that_the_classifier_was_trained_on(network: Any, image: np.ndarray):
    """Padding around the picture: window (i, j) is the patch around pixel (32 j + 16, 32 i + 16)."""
    track = sliding.prepare(image, "picture", 1, 32)
    assert track.shape == (8, 8)
    x0, y0, x1, y1 = track.window(2, 5)
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == (5 * 32 + 16, 2 * 32 + 16)
    x = torch.from_numpy(image.copy()).permute(2, 0, 1)[None].float() / 255
    points = torch.tensor([[int(x0 + x1) // 2, int(y0 + y1) // 2]])
    with torch.inference_mode():
        expected = network(cut_patches(x, torch.tensor([0]), points))
        found = sliding.one_pass(network, track).logits[2 * 8 + 5]
    assert (found - expected[0]).abs().max() < SAME


def test_it_stops_when_its_time_is_over_and_counts_what_it_did(network: Any, image: np.ndarray):
    track = sliding.prepare(image, "picture", 1, 32)
    first, *rest = sliding.slide(network, track, ms=1e-3)
    assert rest == []
    assert first.done == sliding.FIRST_CHUNK
    assert first.macs == first.done * sliding.macs_of_window("picture")


def test_multiply_adds_are_those_that_run(network: Any, image: np.ndarray):
    track = sliding.prepare(image, "none", 1, 16)
    form = sliding.rarefy(sliding.convolutionalize(network), 16)
    assert sliding.macs_of_pass("none", 16, tuple(track.image.shape)) == count_macs(form, track.image)
    assert sliding.macs_of_window("none") == count_macs(network, torch.zeros(1, 3, 158, 158)) == 310_312_704


@pytest.mark.parametrize("size", [(256, 256), (200, 331)])
@pytest.mark.parametrize("padding", ["none", "picture", "layers"])
@pytest.mark.parametrize("stride", [32, 8])
def test_the_plan_is_the_shape_that_comes_out(size: tuple[int, int], padding: Any, stride: int):
    planned = sliding.plan(size, padding, 1.0, stride)
    track = sliding.prepare(np.zeros((*size, 3), np.uint8), padding, 1.0, stride)
    assert tuple(track.image.shape[-2:]) == planned.padded
    with torch.device("meta"):
        network = sliding.padded_as(sliding.PatchClassifier(), padding)
        form = sliding.rarefy(sliding.convolutionalize(network), stride).eval()
        assert tuple(form(torch.zeros(1, 3, *planned.padded)).shape[-2:]) == planned.shape == track.shape
    if padding == "picture":
        assert planned.shape == (-(-size[0] // stride), -(-size[1] // stride)), "scores tile the picture"


@pytest.mark.parametrize(
    ("size", "padding", "window", "said"),
    [((100, 300), "none", 1.0, "must fit"), ((512, 512), "picture", 0.5, "500,000 pixels")],
)
def test_what_does_not_fit_gets_a_sentence(size: tuple[int, int], padding: Any, window: float, said: str):
    with pytest.raises(ValueError, match=said):
        sliding.plan(size, padding, window, 32)
