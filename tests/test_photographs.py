"""Picture files of every kind that a visitor may send."""

from __future__ import annotations

import resource
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from lecture_models import decoder, photographs
from lecture_models.photographs import MAX_SIDE, ends, to_eight_bits
from tests.png import bomb, png


def read_photograph(path: Path) -> np.ndarray:
    return photographs.read_photograph(path).image


def gradient(height: int = 80, width: int = 120) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([255 * x // width, 255 * y // height, np.full_like(x, 90)], 2).astype(np.uint8)


def saved(tmp_path: Path, picture: PIL.Image.Image, name: str = "a.png", **options: object) -> Path:
    path = tmp_path / name
    picture.save(path, **options)
    return path


def test_plain_picture_is_itself(tmp_path: Path):
    image = gradient()
    assert np.array_equal(read_photograph(saved(tmp_path, PIL.Image.fromarray(image))), image)


def test_large_picture_is_reduced(tmp_path: Path):
    image = read_photograph(saved(tmp_path, PIL.Image.fromarray(gradient(900, 1800))))
    assert image.shape == (256, MAX_SIDE, 3)


@pytest.mark.parametrize("side", [9000, 30_000])
def test_huge_picture_in_a_small_file_costs_nothing(tmp_path: Path, side: int):
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb(side))
    assert path.stat().st_size < 200_000
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    with pytest.raises(ValueError, match="at most 16 million pixels"):
        read_photograph(path)
    assert time.perf_counter() - start < 0.2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 5_000


def test_a_header_that_pillow_itself_refuses_says_how_large_it_is(tmp_path: Path):
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb(60_000))
    with pytest.raises(ValueError, match=r"this one has 3,600 million"):
        read_photograph(path)


def test_sixteen_bits_are_scaled(tmp_path: Path):
    values = np.linspace(0, 65535, 100 * 100).reshape(100, 100).astype(np.uint16)
    image = read_photograph(saved(tmp_path, PIL.Image.fromarray(values)))
    assert image.min() == 0
    assert image.max() == 255
    assert abs(float(image.mean()) - 127.5) < 1.5


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "CMYK", "F", "I"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str):
    name = "a.tif" if mode in ("CMYK", "F", "I") else "a.png"
    picture = PIL.Image.fromarray(gradient())
    picture = picture.convert("L").convert(mode) if mode in ("F", "I", "LA") else picture.convert(mode)
    image = read_photograph(saved(tmp_path, picture, name))
    assert image.shape == (80, 120, 3)
    assert image.dtype == np.uint8
    assert image.std() > 10


def test_transparency_lies_on_white(tmp_path: Path):
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, 32:, 3] = 255
    image = read_photograph(saved(tmp_path, PIL.Image.fromarray(pixels)))
    assert (image[:, :32] == 255).all()
    assert (image[:, 32:] == 0).all()


def test_transparent_colour_of_a_palette(tmp_path: Path):
    picture = PIL.Image.new("P", (64, 64), 0)
    picture.putpalette([10, 20, 30] + [0] * 765)
    image = read_photograph(saved(tmp_path, picture, "a.gif", transparency=0))
    assert (image == 255).all()


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_transparent_grey_of_a_png_of_any_depth(tmp_path: Path, bits: int):
    path = tmp_path / "a.png"
    path.write_bytes(png_of_bits(bits, clear=1))
    image = read_photograph(path)
    assert (image[:, :40] == 0).all(), "a grey of 0 is opaque"
    assert (image[:, 40:] == 255).all(), "a grey of 1 lets the white be seen, whatever it is in 8 bits"


def png_of_bits(bits: int, clear: int) -> bytes:
    """A grey PNG of 80 by 80, its left half 0 and its right half ``clear``, the transparent grey of its tRNS."""
    half = "0" * (40 * bits), f"{clear:0{bits}b}" * 40
    line = b"\0" + int("".join(half), 2).to_bytes(10 * bits, "big")
    return png(80, 80, bits, zlib.compress(line * 80), (b"tRNS", struct.pack(">H", clear)))


def test_first_frame_of_an_animation(tmp_path: Path):
    frames = [PIL.Image.new("RGB", (64, 64), color) for color in ("red", "blue")]
    path = saved(tmp_path, frames[0], "a.gif", save_all=True, append_images=frames[1:])
    assert read_photograph(path)[0, 0].tolist() == [255, 0, 0]


CORNERS = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}
"""Where the upper left corner of a file's rows lies in the upright picture, by EXIF orientation."""
WRITES = {
    "png": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I"),
    "jpg": ("L", "RGB", "CMYK"),
    "tif": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"),
    "webp": ("RGB", "RGBA"),
    "avif": ("RGB", "RGBA"),
}


def marked(mode: str) -> PIL.Image.Image:
    """A white picture of 100 × 60 pixels whose upper left quarter is black."""
    picture = PIL.Image.new("L", (100, 60), 255)
    picture.paste(0, (0, 0, 50, 30))
    if mode in ("I;16", "I"):
        return PIL.Image.fromarray(np.asarray(picture).astype(np.uint16) * 257).convert(mode)
    return picture.convert("RGB").convert(mode) if mode in ("CMYK", "P", "RGBA") else picture.convert(mode)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize(("suffix", "mode"), [(suffix, mode) for suffix in WRITES for mode in WRITES[suffix]])
def test_a_picture_of_any_kind_is_upright(tmp_path: Path, suffix: str, mode: str, turn: int):
    tag = PIL.Image.Exif()
    tag[274] = turn
    options = {"quality": 95} if suffix in ("jpg", "avif") else {"lossless": True} if suffix == "webp" else {}
    image = read_photograph(saved(tmp_path, marked(mode), f"a.{suffix}", exif=tag, **options))
    assert image.shape[:2] == ((60, 100) if turn <= 4 else (100, 60))
    row, column = CORNERS[turn]
    assert image[row, column].max() < 60
    assert image[-1 - row if row else -1, -1 - column if column else -1].min() > 200
    assert (image.max(2) < 128).mean() == pytest.approx(0.25, abs=0.02)


def test_jpeg_in_cmyk(tmp_path: Path):
    image = read_photograph(saved(tmp_path, PIL.Image.fromarray(gradient()).convert("CMYK"), "a.jpg"))
    assert np.abs(image.astype(int) - gradient()).mean() < 30


@pytest.mark.parametrize("size", [(1, 1), (31, 31), (4000, 10), (20, 600)])
def test_too_small_or_too_narrow(tmp_path: Path, size: tuple[int, int]):
    with pytest.raises(ValueError, match="at least 32 pixels"):
        read_photograph(saved(tmp_path, PIL.Image.new("RGB", size)))


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"<svg/>", b"\xff\xd8\xff\xe0"]
)
def test_broken_file(tmp_path: Path, content: bytes):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a picture"):
        read_photograph(path)


def test_cut_off_file(tmp_path: Path):
    path = saved(
        tmp_path, PIL.Image.fromarray(np.random.default_rng(0).integers(0, 255, (99, 99, 3), np.uint8))
    )
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(ValueError, match="not a picture"):
        read_photograph(path)


@pytest.mark.parametrize("name", ["a.heic", "a.jpg"])
def test_a_heic_photograph_is_named_and_the_way_out(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(photographs, "find_spec", lambda _: None)
    path = tmp_path / name
    path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(200))
    with pytest.raises(ValueError, match=r"HEIC photograph.*export it as JPEG"):
        read_photograph(path)


def test_the_first_of_two_frames_of_a_camera_upright(tmp_path: Path):
    tag = PIL.Image.Exif()
    tag[274] = 6
    path = tmp_path / "a.jpg"
    frames = [marked("RGB"), PIL.Image.new("RGB", (100, 60), "red")]
    frames[0].save(path, "MPO", save_all=True, append_images=frames[1:], exif=tag, quality=95)
    image = read_photograph(path)
    assert image.shape == (100, 60, 3)
    assert image[0, -1].max() < 60
    assert image[-1, 0].min() > 200


@pytest.mark.parametrize("size", [(8064, 6048), (16382, 3628)])
def test_a_large_jpeg_of_a_phone_is_read_small(tmp_path: Path, size: tuple[int, int]):
    path = saved(tmp_path, PIL.Image.new("RGB", size, "teal"), "a.jpg", quality=30)
    image = decoder.read_apart(path).image
    assert image.shape[1] == MAX_SIDE
    assert np.abs(image.astype(int) - (0, 128, 128)).max() < 4


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_jpeg_too_large_even_for_that_is_refused(tmp_path: Path):
    path = saved(tmp_path, PIL.Image.new("L", (16000, 6400)), "a.jpg", quality=1)
    with pytest.raises(ValueError, match="as JPEG 100 million"):
        read_photograph(path)


def test_twelve_bits_in_sixteen_are_stretched_and_told(tmp_path: Path):
    ramp = np.linspace(0, 4095, 64 * 100).reshape(64, 100).astype(np.uint16)
    read = photographs.read_photograph(saved(tmp_path, PIL.Image.fromarray(ramp)))
    assert read.image.max() == 255
    assert read.image.mean() == pytest.approx(127.5, abs=2)
    assert read.stretched == pytest.approx((20, 4075), abs=2)


def test_one_hot_pixel_does_not_blacken_the_others(tmp_path: Path):
    values = np.linspace(0, 1, 64 * 100, dtype=np.float32).reshape(64, 100)
    values[3, 3] = 1e9
    image = read_photograph(saved(tmp_path, PIL.Image.fromarray(values), "a.tif"))
    assert image.mean() == pytest.approx(127.5, abs=2)
    whole = (values.clip(0, 1) * 4095).astype(np.uint16)
    whole[3, 3] = 65535
    assert read_photograph(saved(tmp_path, PIL.Image.fromarray(whole))).mean() == pytest.approx(127.5, abs=2)


def test_missing_file(tmp_path: Path):
    with pytest.raises(ValueError, match="no longer here"):
        read_photograph(tmp_path / "none.png")


@pytest.mark.filterwarnings("error")
def test_values_that_are_not_finite_do_not_hide_the_others(tmp_path: Path):
    values = np.linspace(-3, 5, 64 * 64, dtype=np.float32).reshape(64, 64)
    expected = to_eight_bits(values, ends(values))
    values[0, :3], values[-1, -3:] = (np.nan, -np.inf, np.inf), (np.inf, np.nan, 5)
    image = read_photograph(saved(tmp_path, PIL.Image.fromarray(values), "a.tif"))[..., 0]
    assert np.abs(image[1:-1].astype(int) - expected[1:-1]).max() <= 1
    assert image[0, :3].tolist() == [0, 0, 255]
    assert image[-1, -3:].tolist() == [255, 0, 255]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, 7.5])
def test_a_picture_without_two_finite_values_is_black(tmp_path: Path, value: float):
    picture = PIL.Image.fromarray(np.full((64, 64), value, np.float32))
    assert not read_photograph(saved(tmp_path, picture, "a.tif")).any()
