"""Embedded profiles of picture files: colours are shown in sRGB."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from lecture_models.photographs import read_photograph
from tests.profiles import P3_PRIMARIES, SRGB_PRIMARIES, grey_profile, ink_profile, rgb_profile, to_xyz


def saved(tmp_path: Path, picture: PIL.Image.Image, name: str = "a.png", **options: object) -> Path:
    path = tmp_path / name
    picture.save(path, **options)
    return path


def plain(mode: str, color: object) -> PIL.Image.Image:
    return PIL.Image.new(mode, (64, 64), color)


def middle(path: Path) -> np.ndarray:
    return read_photograph(path).image[32, 32].astype(int)


WIDE, SHOWN = (199, 100, 59), (214, 93, 46)  # a colour of Display P3, and the same in sRGB


def test_a_wide_colour_in_srgb_by_hand():
    values = np.array(WIDE) / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    light = np.linalg.solve(to_xyz(SRGB_PRIMARIES), to_xyz(P3_PRIMARIES) @ light)
    assert np.abs(255 * (1.055 * light ** (1 / 2.4) - 0.055) - SHOWN).max() < 0.5


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp", "a.jpg"])
def test_a_wide_colour_is_shown_in_srgb(tmp_path: Path, name: str):
    options = {"a.webp": {"lossless": True}, "a.jpg": {"quality": 100}}.get(name, {})
    path = saved(tmp_path, plain("RGB", WIDE), name, icc_profile=rgb_profile(), **options)
    assert np.abs(middle(path) - SHOWN).max() <= (4 if name == "a.jpg" else 1)


def test_a_palette_and_a_transparent_picture_have_profiles_too(tmp_path: Path):
    path = saved(tmp_path, plain("RGB", WIDE).quantize(4), icc_profile=rgb_profile())
    assert np.abs(middle(path) - SHOWN).max() <= 1
    picture = plain("RGBA", (*WIDE, 255))
    picture.paste((*WIDE, 0), (0, 0, 20, 64))
    path = saved(tmp_path, picture, icc_profile=rgb_profile())
    assert np.abs(middle(path) - SHOWN).max() <= 1
    assert (read_photograph(path).image[:, :20] == 255).all()


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grey_follows_its_own_curve(tmp_path: Path, mode: str):
    picture = plain("L", 128).convert(mode)
    light = 255 * (1.055 * (128 / 255) ** (1 / 2.4) - 0.055)
    path = saved(tmp_path, picture, icc_profile=grey_profile(1.0))
    assert np.abs(middle(path) - light).max() <= 1


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_inks_are_what_their_profile_says(tmp_path: Path, name: str):
    y = ((75 + 16) / 116) ** 3
    grey = 255 * (1.055 * y ** (1 / 2.4) - 0.055)
    path = saved(tmp_path, plain("CMYK", (255, 0, 0, 0)), name, icc_profile=ink_profile())
    assert np.abs(middle(path) - grey).max() <= 4


@pytest.mark.parametrize(
    "profile", [b"no profile", rgb_profile()[:200], bytes(200), ink_profile(), grey_profile(1)]
)
def test_a_profile_that_does_not_fit_is_passed_over(tmp_path: Path, profile: bytes):
    for mode, color in (("RGB", WIDE), ("RGBA", (*WIDE, 255))):
        assert middle(saved(tmp_path, plain(mode, color), icc_profile=profile)).tolist() == [*WIDE]
    with pytest.MonkeyPatch.context() as patch:  # a TIFF may say that its profile is a number
        patch.setattr(PIL.Image.Image, "info", {"icc_profile": 7}, raising=False)
        assert middle(saved(tmp_path, plain("RGB", (1, 2, 3)))).tolist() == [1, 2, 3]


def test_grey_with_a_colour_profile_and_inks_without_stay(tmp_path: Path):
    assert middle(saved(tmp_path, plain("L", 128), icc_profile=rgb_profile())).tolist() == [128] * 3
    assert middle(saved(tmp_path, plain("CMYK", (255, 0, 0, 0)), "a.tif")).tolist() == [0, 255, 255]
    path = saved(tmp_path, plain("CMYK", (255, 0, 0, 0)), "a.tif", icc_profile=rgb_profile())
    assert middle(path).tolist() == [0, 255, 255]


def test_sixteen_bits_are_scaled_whatever_their_profile(tmp_path: Path):
    picture = PIL.Image.fromarray(np.full((64, 64), 128 * 257, np.uint16))
    assert middle(saved(tmp_path, picture, icc_profile=grey_profile(1.0))).tolist() == [128] * 3
