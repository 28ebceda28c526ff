"""Picture files and keys that are a little wrong: what can be shown is shown, all else gets a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from lecture_models import photographs, pictures
from lecture_models.photographs import ends, refuse_size, to_eight_bits


@pytest.mark.parametrize("form", ["PNG", "WEBP", "JPEG"])
def test_tags_that_cannot_be_read_are_left(tmp_path: Path, form: str):
    path = tmp_path / "junk"
    PIL.Image.new("RGB", (64, 48), (9, 99, 200)).save(path, form, exif=b"Exif\0\0" + b"junk" * 4)
    assert photographs.read_photograph(path).image.shape == (48, 64, 3)


@pytest.mark.parametrize("brand", [b"mif1", b"msf1"])
def test_an_avif_under_a_brand_that_heic_has_too_is_read(tmp_path: Path, brand: bytes):
    path = tmp_path / "shared.avif"
    PIL.Image.new("RGB", (64, 64), (200, 10, 10)).save(path, "AVIF")
    content = path.read_bytes()
    path.write_bytes(content[:8] + brand + content[12:])
    assert photographs.read_photograph(path).image.shape == (64, 64, 3)


@pytest.mark.parametrize("scale", [1e-300, 1e-13, 1e30])
def test_a_small_range_of_values_fills_black_to_white(tmp_path: Path, scale: float):
    values = np.linspace(0, scale, 4096, dtype=np.float64).reshape(64, 64)
    assert to_eight_bits(values, ends(values)).max() == 255


def test_sixteen_to_one_is_narrow_enough(tmp_path: Path):
    refuse_size(784, 49)
    with pytest.raises(ValueError, match="at least 32 pixels"):
        refuse_size(785, 49)


def test_a_key_says_of_an_upload_what_is_true(tmp_path: Path):
    path = tmp_path / "a.png"
    PIL.Image.new("RGB", (64, 64)).save(path)
    key = pictures.admit(path)
    assert pictures.resolve(key).key == key
    for more in ("?values=-12,4095", "?<b>x</b>"):
        with pytest.raises(ValueError, match="with nothing else"):
            pictures.resolve(key + more)


@pytest.mark.parametrize("number", ["1_0", "9" * 250])
def test_a_number_of_a_key_is_short_and_plain(number: str):
    with pytest.raises(ValueError, match="things must be a number") as told:
        pictures.resolve(f"scene:42?things={number}")
    assert len(str(told.value)) < 200
