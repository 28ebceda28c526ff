"""Photographs from outside: any picture file a visitor may send becomes a small RGB array, or one clear sentence.

The header is read first, so that a small file that claims to be a huge picture costs nothing.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_PIXELS = 16_000_000
"""Largest picture that is decoded, in pixels; more than a phone's 12 megapixels."""
MAX_SIDE = 512
"""Longest side of what is kept, in pixels."""
MIN_SIDE = 32
"""Shortest side of what is kept, in pixels: below it there is nothing to detect."""


def read_photograph(path: str | Path) -> np.ndarray:
    """Read a picture file as the lessons use it.

    Turned upright by its EXIF tag; 16 bits scaled to 8; colours converted to sRGB from the embedded profile;
    transparency laid on white; the first frame of an animation; at most ``MAX_SIDE`` pixels on the long side, never
    enlarged.

    Args:
        path: file in one of ``FORMATS``.

    Returns:
        uint8 RGB [H, W, 3].

    Raises:
        ValueError: with what must hold, what came and what to do, in one sentence.
    """
    try:
        with PIL.Image.open(path, formats=FORMATS) as picture:
            refuse_size(*picture.size)
            picture.draft("RGB", (2 * MAX_SIDE, 2 * MAX_SIDE))
            return to_rgb(picture)
    except PictureError:
        raise
    except PIL.Image.DecompressionBombError as error:  # which says how many pixels
        pixels = re.search(r"\d+", str(error))
        many = f" (this one has {int(pixels[0]) / 1e6:,.0f} million)" if pixels else ""
        raise PictureError(f"{TOO_LARGE[:-1]}{many}.") from None
    except Exception as error:  # a damaged file may raise nearly anything inside a decoder
        raise PictureError(UNREADABLE) from error


class PictureError(ValueError):
    """A picture that cannot be used; the text is meant for the visitor."""


UNREADABLE = f"That file is not a picture that can be read here; send one as {', '.join(FORMATS)}."
TOO_LARGE = (
    f"A picture may have at most {MAX_PIXELS // 1_000_000} million pixels; make it smaller and send it again."
)


def refuse_size(width: int, height: int) -> None:
    """Raise PictureError for a size that is too large to decode or, once reduced, too small to show."""
    if width * height > MAX_PIXELS:
        raise PictureError(f"{TOO_LARGE[:-1]} (this one is {width} × {height}).")
    scale = min(1.0, MAX_SIDE / max(width, height))
    if min(width, height) * scale < MIN_SIDE:
        raise PictureError(
            f"A picture must be at least {MIN_SIDE} pixels wide and high, also when its long side is reduced to "
            f"{MAX_SIDE}; this one is {width} × {height}. Choose a larger or less narrow one."
        )


def to_rgb(picture: PIL.Image.Image) -> np.ndarray:
    """An opened picture of any mode as upright uint8 sRGB [H, W, 3], at most ``MAX_SIDE`` long."""
    picture = PIL.ImageOps.exif_transpose(picture)
    if picture.mode.startswith(("I", "F")):  # the profile goes: it says nothing of values that are scaled
        picture = PIL.Image.fromarray(to_eight_bits(np.asarray(picture)))
    picture = with_plain_channels(picture)
    picture.thumbnail((MAX_SIDE, MAX_SIDE), PIL.Image.Resampling.LANCZOS)
    picture = to_srgb(picture)
    if has_transparency(picture):
        white = PIL.Image.new("RGBA", picture.size, "white")
        picture = PIL.Image.alpha_composite(white, picture.convert("RGBA"))
    return np.array(picture.convert("RGB"))


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


def to_eight_bits(values: np.ndarray) -> np.ndarray:
    """16-bit, 32-bit or float grey values as uint8, scaled by the finite ones and never clipped.

    An infinity becomes the end that it lies beyond, NaN the low one; without a finite value all is black.

    >>> to_eight_bits(np.array([0, 257, 65535], np.uint16))
    array([  0,   1, 255], dtype=uint8)
    """
    if values.dtype.kind in "iu" and values.dtype.itemsize > 2 and values.min() >= 0 and values.max() <= 255:
        return values.astype(np.uint8)
    if values.dtype.kind in "iu" and values.min() >= 0 and values.max() <= 65535:
        return (values.astype(np.uint32) * 255 // 65535).astype(np.uint8)
    values = values.astype(np.float64)
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    return ((values - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)
