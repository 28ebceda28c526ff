"""Photographs from outside: any picture file a visitor may send becomes a small RGB array, or one clear sentence.

The header is read first, so that a small file that claims to be a huge picture costs nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
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

    Turned upright by its EXIF tag; 16 bits scaled to 8; transparency laid on white; the first frame of an
    animation; at most ``MAX_SIDE`` pixels on the long side, never enlarged.

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
    except PIL.Image.DecompressionBombError:
        raise PictureError(TOO_LARGE) from None
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
            f"A picture must be at least {MIN_SIDE} pixels wide and high at {MAX_SIDE} on its long side; "
            f"this one is {width} × {height}. Choose a larger or less narrow one."
        )


def to_rgb(picture: PIL.Image.Image) -> np.ndarray:
    """An opened picture of any mode as upright uint8 RGB [H, W, 3], at most ``MAX_SIDE`` long."""
    if picture.mode.startswith(("I", "F")):
        picture = PIL.Image.fromarray(to_eight_bits(np.asarray(picture)))
    if has_transparency(picture):
        picture = picture.convert("RGBA")
        white = PIL.Image.new("RGBA", picture.size, "white")
        upright = PIL.ImageOps.exif_transpose(picture)
        white = white if upright.size == white.size else white.resize(upright.size)
        picture = PIL.Image.alpha_composite(white, upright)
    else:
        picture = PIL.ImageOps.exif_transpose(picture)
    picture = picture.convert("RGB")
    picture.thumbnail((MAX_SIDE, MAX_SIDE), PIL.Image.Resampling.LANCZOS)
    return np.array(picture)


def has_transparency(picture: PIL.Image.Image) -> bool:
    """Whether a picture has an alpha channel or a transparent palette colour."""
    return picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info


def to_eight_bits(values: np.ndarray) -> np.ndarray:
    """16-bit, 32-bit or float grey values as uint8, scaled and never clipped.

    >>> to_eight_bits(np.array([0, 257, 65535], np.uint16))
    array([  0,   1, 255], dtype=uint8)
    """
    if values.dtype.kind in "iu" and values.dtype.itemsize > 2 and values.min() >= 0 and values.max() <= 255:
        return values.astype(np.uint8)
    if values.dtype.kind in "iu" and values.min() >= 0 and values.max() <= 65535:
        return (values.astype(np.uint32) * 255 // 65535).astype(np.uint8)
    values = np.nan_to_num(values.astype(np.float64))
    low, high = values.min(), values.max()
    return ((values - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)
