"""Photographs from outside: any picture file a visitor may send becomes a small RGB array, or one clear sentence.

The header is read first, so that a small file that claims to be a huge picture costs nothing.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
MAX_PIXELS = 16_000_000
"""Largest picture that is decoded, in pixels; more than a phone's 12 megapixels."""
MAX_JPEG_PIXELS = 100_000_000
"""The same for JPEG, of which only a small version is decoded: a phone's 48 megapixels, and panoramas."""
MAX_SIDE = 512
"""Longest side of what is kept, in pixels."""
WHITE = 65_535  # the largest value of 16 bits
OUTER = 0.5  # percent of the values that may lie beyond either end of what is shown
ORIENTATION = 0x0112  # the EXIF tag
MIN_SIDE = 32
"""Shortest side of what is kept, in pixels: below it there is nothing to detect."""


@dataclass(frozen=True)
class Photograph:
    """A picture file as it is shown.

    Attributes:
        image: uint8 RGB [H, W, 3].
        stretched: the two values of the file that are shown as black and white, where they had to be chosen.
    """

    image: np.ndarray
    stretched: tuple[float, float] | None = None


def read_photograph(path: str | Path) -> Photograph:
    """Read a picture file as the lessons use it.

    Turned upright by its EXIF tag; more than 8 bits scaled to 8; colours converted to sRGB from the embedded profile;
    transparency laid on white; the first frame of an animation; at most ``MAX_SIDE`` pixels on the long side, never
    enlarged.

    Args:
        path: file in one of ``FORMATS``; HEIC too where pillow-heif is installed.

    Raises:
        ValueError: with what must hold, what came and what to do, in one sentence.
    """
    try:
        # a file object: of what is opened by name, Pillow maps some TIFFs into memory and then turns them wrongly
        with Path(path).open("rb") as file, PIL.Image.open(file, formats=_formats(file)) as picture:
            size = picture.size
            picture.draft("RGB", (2 * MAX_SIDE, 2 * MAX_SIDE))
            refuse_size(*size, MAX_JPEG_PIXELS if picture.format in DRAFTED else MAX_PIXELS)
            return shown(picture)
    except PictureError:
        raise
    except FileNotFoundError:
        raise PictureError("That upload is no longer here: it was read already. Send it again.") from None
    except PIL.Image.DecompressionBombError as error:  # which says how many pixels
        pixels = re.search(r"\d+", str(error))
        many = f" (this one has {int(pixels[0]) / 1e6:,.0f} million)" if pixels else ""
        raise PictureError(f"{TOO_LARGE[:-1]}{many}.") from None
    except Exception as error:  # a damaged file may raise nearly anything inside a decoder
        raise PictureError(UNREADABLE) from error


def _formats(file: BinaryIO) -> tuple[str, ...]:
    """Formats that can be read here. Raises PictureError for a HEIC file where nothing reads it."""
    start = file.read(BRANDS)
    file.seek(0)
    if start[4:8] != b"ftyp" or start[8:12] not in HEIC:
        return FORMATS
    if b"avif" in start[12 : int.from_bytes(start[:4], "big")]:  # mif1 and msf1 are of both
        return FORMATS
    if find_spec("pillow_heif") is None:
        raise PictureError(HEIC_WANTED)
    import_module("pillow_heif").register_heif_opener()
    return (*FORMATS, "HEIF")


class PictureError(ValueError):
    """A picture that cannot be used; the text is meant for the visitor."""


DRAFTED = ("JPEG", "MPO")
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
"""What a HEIC file calls itself, whatever its name says."""
BRANDS = 128  # bytes, in which a file says what else it is compatible with
HEIC_WANTED = (
    "This is a HEIC photograph, which cannot be read here, whatever its name: export it as JPEG and send that "
    "(an iPhone takes JPEG with Settings, Camera, Formats, Most Compatible)."
)
UNREADABLE = f"That file is not a picture that can be read here; send one as {', '.join(FORMATS)}."
TOO_LARGE = (
    f"A picture may have at most {MAX_PIXELS // 1_000_000} million pixels, as JPEG {MAX_JPEG_PIXELS // 1_000_000} "
    "million; make it smaller and send it again."
)


FEW_BITS = {"L;2": 85, "L;4": 17}
"""Pillow's names of greys of two and four bits, and what it multiplies them by."""


def refuse_size(width: int, height: int, most: int = MAX_PIXELS) -> None:
    """Raise PictureError for a size that is too large to decode or, once reduced, too small to show."""
    if width * height > most:
        raise PictureError(f"{TOO_LARGE[:-1]} (this one is {width} × {height}).")
    short, long = sorted((width, height))
    if short < MIN_SIDE or short * MAX_SIDE < MIN_SIDE * long:  # whole numbers: 16 to 1 may pass
        raise PictureError(
            f"A picture must be at least {MIN_SIDE} pixels wide and high, also when its long side is reduced to "
            f"{MAX_SIDE}; this one is {width} × {height}. Choose a larger or less narrow one."
        )


def shown(picture: PIL.Image.Image) -> Photograph:
    """An opened picture of any mode upright, in sRGB, at most ``MAX_SIDE`` long."""
    stretched = None
    clear = clear_colour(picture)
    picture.load()  # which turns a TIFF, and takes its tag away
    forget_broken_tags(picture)
    turn = picture.getexif().get(ORIENTATION)
    if picture.mode.startswith(("I", "F")):  # the profile goes: it says nothing of values that are scaled
        values = np.asarray(picture)
        stretched = ends(values)
        picture = PIL.Image.fromarray(to_eight_bits(values, stretched))
        if clear is not None:
            picture.putalpha(PIL.Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8)))
        picture.getexif()[ORIENTATION] = turn if isinstance(turn, int) else 1
    picture = PIL.ImageOps.exif_transpose(picture)
    picture = with_plain_channels(picture)
    picture.thumbnail((MAX_SIDE, MAX_SIDE), PIL.Image.Resampling.LANCZOS)
    picture = to_srgb(picture)
    if has_transparency(picture):
        white = PIL.Image.new("RGBA", picture.size, "white")
        picture = PIL.Image.alpha_composite(white, picture.convert("RGBA"))
    return Photograph(np.array(picture.convert("RGB")), stretched)


def clear_colour(picture: PIL.Image.Image) -> Any:
    """The one colour of a picture that is transparent, from now on in the values that Pillow gives its pixels.

    A PNG tells it in its own bits: 0 to 3 for a grey of two, 0 to 65535 for colours of sixteen.
    """
    clear: Any = picture.info.get("transparency")
    tiles = getattr(picture, "tile", [])  # of pixels that are not decoded yet
    if clear is None or not tiles:
        return clear
    raw = tiles[0].args
    if raw in FEW_BITS:
        clear *= FEW_BITS[raw]
    elif raw == "RGB;16B":
        clear = tuple(value >> 8 for value in clear)
    picture.info["transparency"] = clear
    return clear


def forget_broken_tags(picture: PIL.Image.Image) -> None:
    """Drop EXIF that cannot be read: the picture is there all the same."""
    try:
        picture.getexif()
    except Exception:  # damaged tags may raise nearly anything, even a SyntaxError
        picture.info.pop("exif", None)


def with_plain_channels(picture: PIL.Image.Image) -> PIL.Image.Image:
    """The same colours in the channels that an embedded profile is about: L, LA, RGB, RGBA or CMYK."""
    grey, alpha = picture.mode in ("1", "L", "LA"), has_transparency(picture)
    if picture.mode == "CMYK":
        return picture
    return picture.convert(("L" if grey else "RGB") + ("A" if alpha else ""))


def to_srgb(picture: PIL.Image.Image) -> PIL.Image.Image:
    """A picture with plain channels in sRGB, its alpha kept; what has no profile that fits it is taken for sRGB."""
    profile = picture.info.get("icc_profile")
    if not profile:
        return picture
    try:
        source = PIL.ImageCms.ImageCmsProfile(io.BytesIO(profile))
        colors = picture.convert(picture.mode.removesuffix("A"))
        made = PIL.ImageCms.profileToProfile(
            colors, source, PIL.ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (OSError, TypeError, ValueError, PIL.ImageCms.PyCMSError):
        return picture
    assert made is not None, "a new picture was asked for"
    if picture.mode.endswith("A"):
        made.putalpha(picture.getchannel("A"))
    return made


def has_transparency(picture: PIL.Image.Image) -> bool:
    """Whether a picture has an alpha channel or a transparent palette colour."""
    return picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info


def ends(values: np.ndarray) -> tuple[float, float] | None:
    """The values of a grey picture of more than 8 bits to show as black and white; None where its own range does.

    Cameras and scanners write 12 bits into 16, and one hot pixel may be a million times as bright as all others: the
    ends are those between which all but one in a hundred values lie.

    >>> ends(np.arange(4096, dtype=np.uint16).reshape(64, 64))
    (20.0, 4075.0)
    >>> ends(np.array([[0, 257, 65535]], np.uint16)) is None
    True
    """
    whole = values.dtype.kind in "iu" and values.min() >= 0 and values.max() <= WHITE
    high = np.percentile(values, 100 - OUTER) if whole else 0
    if high >= WHITE // 4 or (whole and values.dtype.itemsize > 2 and values.max() <= 255):
        return None
    finite = values[np.isfinite(values)]
    if not finite.size or finite.min() == finite.max():
        return (float(finite[0]), float(finite[0])) if finite.size else (0.0, 0.0)
    low, high = (float(one) for one in np.percentile(finite, (OUTER, 100 - OUTER), method="nearest"))
    return (low, high) if low < high else (float(finite.min()), float(finite.max()))


def to_eight_bits(values: np.ndarray, between: tuple[float, float] | None) -> np.ndarray:
    """16-bit, 32-bit or float grey values as uint8, those ``between`` two of them from black to white.

    An infinity becomes the end that it lies beyond, NaN the low one. Without ends the values fill 8 or 16 bits.

    >>> to_eight_bits(np.array([0, 257, 65535], np.uint16), None)
    array([  0,   1, 255], dtype=uint8)
    """
    if between is None:
        small = values.dtype.itemsize > 2 and values.max() <= 255
        return (
            values.astype(np.uint8) if small else (values.astype(np.uint32) * 255 // WHITE).astype(np.uint8)
        )
    low, high = between
    values = np.nan_to_num(values.astype(np.float64), nan=low, posinf=high, neginf=low).clip(low, high)
    shares = (values - low) / (high - low) if high > low else np.zeros(values.shape)
    return np.rint(shares * 255).astype(np.uint8)
