"""Distributions over colours: read at T, offered by their modes, and shown as far as sRGB reaches."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage.color import lab2rgb, rgb2lab

from lecture_models.studies import colorization as study
from lecture_models.studies import colorization_views as looks
from lecture_models.studies import colour_plane as colours

SCENE = "scene:42"


def spread(*parts: tuple[tuple[int, int], float]) -> np.ndarray:
    """A distribution over the bins with the given shares, the rest evenly everywhere."""
    probs = np.zeros(len(colours.bins()))
    for (a, b), share in parts:
        probs[(colours.bins() == (a, b)).all(1).argmax()] = share
    return probs + (1 - probs.sum()) / len(probs)


@pytest.fixture(scope="module")
def made() -> study.Coloured:
    return study.coloured(SCENE, "rebalanced")


@pytest.mark.parametrize("loss", study.LOSSES)
def test_colours_are_those_of_the_networks_own_function(loss: str):
    from lecture_models import pictures, zoo
    from lecture_models.nets.colorizer import colourise

    with zoo.using(f"colorizer_{loss}") as network:
        whole = colourise(network, pictures.resolve(SCENE).image)  # type: ignore[arg-type]
    said = study.ab_of(study.coloured(SCENE, loss), 0.38)
    assert np.abs(said - whole.ab).mean() < 0.05, "half precision alone"


def test_at_one_it_is_the_mean_and_at_zero_the_mode(made: study.Coloured):
    for x, y in ((40, 190), (216, 232), (5, 5)):
        mean, mode = study.at_pixel(made, x, y, 1.0), study.at_pixel(made, x, y, 0.0)
        assert mean is not None
        assert mode is not None
        np.testing.assert_allclose(mean.read, mean.mean, atol=1e-4)
        np.testing.assert_allclose(mode.read, mode.mode, atol=1e-4)
        near = study.at_pixel(made, x, y, 0.01)
        assert near is not None
        gap = np.sort(mean.probs)[-2:]
        if gap[1] / gap[0] > 1.1:  # 1.1 to the power of 100 leaves the other nothing
            np.testing.assert_allclose(near.read, mode.mode, atol=0.1)


def test_the_mean_is_never_stronger_than_the_mean_of_the_chromas(made: study.Coloured):
    """The triangle inequality, which is why a mean turns grey."""
    at = study.at_pixel(made, 40, 190, 1.0)
    assert at is not None
    assert np.hypot(*at.mean) <= at.probs @ np.hypot(*colours.bins().T) + 1e-4


def test_chroma_falls_as_t_rises(made: study.Coloured):
    strengths = [study.chroma(study.ab_of(made, t)).mean() for t in (0.0, 0.38, 1.0)]
    assert strengths == sorted(strengths, reverse=True)


def test_modes_by_hand():
    """Two hills: (0, 0) with 0.5 and its neighbour (10, 0) with 0.1; (60, 40) with 0.3."""
    found = study.modes(spread(((0, 0), 0.5), ((10, 0), 0.1), ((60, 40), 0.3)))
    assert [tuple(colours.bins()[one.bin]) for one in found[:2]] == [(0, 0), (60, 40)]
    assert found[0].probability > 0.6
    assert sum(one.probability for one in found) <= 1 + 1e-9
    shares = [
        study.share_near(spread(((0, 0), 0.6), ((60, 40), 0.4)), found[:2], np.array(ab))
        for ab in ((0, 0), (60, 40))
    ]
    assert shares == pytest.approx([0.6, 0.4])


def test_the_histogram_counts_all_pixels():
    ab = np.zeros((2, 2, 2), np.float32)
    ab[0, 0] = 3, 4  # chroma 5: the second bar
    ab[0, 1] = 300, 0  # beyond the last
    bars = study.histogram(ab)
    assert bars.sum() == pytest.approx(1)
    assert bars[[0, 1, 19]].tolist() == [0.5, 0.25, 0.25]


def test_bins_of_the_gamut_lie_in_its_outlines():
    """At L = 60 by the outlines, two units off at most; at L = 0 there is black alone."""
    lines = [line.astype(np.float32) for line in colours.gamut(60)]
    for (a, b), inside in zip(colours.bins().tolist(), colours.in_gamut(60), strict=True):
        apart = max(cv2.pointPolygonTest(line, (a, b), True) for line in lines)
        assert inside == (apart >= 0) or abs(apart) <= 2
    assert colours.bins()[colours.in_gamut(0)].tolist() == [[0, 0]]


@pytest.mark.parametrize("lightness", [20, 46, 92])
def test_the_gamut_is_that_of_skimage(lightness: int):
    """Inside of the outline a colour survives the way through sRGB; outside it does not."""
    import cv2

    lines = [line.astype(np.float32) for line in colours.gamut(lightness)]
    a, b = np.meshgrid(np.arange(-100, 101, 10.0), np.arange(-100, 101, 10.0))
    lab = np.stack([np.full_like(a, lightness), a, b], -1)
    rgb = lab2rgb(lab).clip(0, 1)
    survives = np.abs(rgb2lab(rgb) - lab).max(-1)
    for x, y, moved in zip(a.ravel(), b.ravel(), survives.ravel(), strict=True):
        inside = max(cv2.pointPolygonTest(line[:, None], (float(x), float(y)), True) for line in lines)
        if abs(inside) > 3 and not 0.1 < moved < 2:  # away from the outline, which is drawn to two units
            assert (inside > 0) == (moved < 1), (x, y)


def test_grey_is_that_of_skimage():
    levels = np.linspace(0, 100, 41, dtype=np.float32)[None]
    grey = colours.grey_of(levels)
    lab = np.stack([levels[0], np.zeros(41), np.zeros(41)], -1)[None]
    assert np.abs(grey[0].astype(int) - np.rint(lab2rgb(lab)[0] * 255)).max() <= 1


def test_a_chosen_colour_keeps_lightness_and_all_else(made: study.Coloured):
    seen = looks.pixel(made, 0.38, (40, 190))
    found = looks.chosen(seen, (50, 40))
    mask, name = study.region(made, 40, 190)
    assert name == found.name == "ball"
    np.testing.assert_array_equal(found.image[~mask], seen.image[~mask])
    lab = rgb2lab(found.image)
    shown = np.abs(lab[mask][:, 1:] - (50, 40)).max(1) < 3  # but where sRGB clips it
    assert shown.mean() > 0.2
    assert np.abs(lab[mask][shown, 0] - made.lightness[mask][shown]).max() < 2


def test_a_photographs_patch_is_of_like_lightness():
    made = study.coloured("sample:astronaut", "rebalanced")
    mask, name = study.region(made, 128, 60)
    assert mask[60, 128]
    assert name == "patch of like lightness"
    assert 0 < mask.mean() < 1


def test_weights_have_mean_one_and_the_encoding_sums_to_one():
    for uniform_share in (0.01, 0.5, 1.0):
        shares, weights = colours.prior(uniform_share)
        assert shares @ weights == pytest.approx(1)
    assert weights.min() == pytest.approx(weights.max()), "λ = 1 weighs all alike"
    found = colours.encoding((23.0, 34.0))
    assert sum(share for _, _, share in found) == pytest.approx(1, abs=1e-5)
    assert [tuple(bin_) for bin_, _, _ in found[:1]] == [(20, 30)]
    assert found[0][1] == pytest.approx(5)  # √(3² + 4²)


def test_a_colour_may_turn_greyer_on_the_way_from_mean_to_mode():
    """As the theory says, at this pixel: its likeliest bins lie on opposite sides of grey."""
    made = study.coloured("scene:8", "rebalanced")
    mean, between, mode = (
        np.hypot(*at.read) for t in (1.0, 0.38, 0.0) if (at := study.at_pixel(made, 107, 117, t))
    )
    assert between < mean < mode
