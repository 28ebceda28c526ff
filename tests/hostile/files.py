"""Files that somebody may upload as a picture; name, content, and whether it is one that the app takes."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import PIL.Image

from tests.png import bomb


def picture(
    size: tuple[int, int] = (96, 64), mode: str = "RGB", form: str = "PNG", **options: object
) -> bytes:
    """An ordinary picture file."""
    stream = io.BytesIO()
    PIL.Image.new(mode, size).save(stream, form, **options)
    return stream.getvalue()


def files() -> Iterator[tuple[str, bytes, bool]]:
    """All of them."""
    whole = picture()
    yield "whole.png", whole, True
    yield "cut.png", whole[: len(whole) // 2], False
    yield "garbled.png", whole[:40] + b"\xff" * 40 + whole[80:], False
    yield "empty.png", b"", False
    yield "text.png", b"no picture", False
    yield "script.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", False
    yield "bomb.png", bomb(9000), False
    yield "larger.png", bomb(20000), False
    yield "one.png", picture((1, 1)), False
    yield "line.png", picture((4000, 2)), False
    yield "../../../name.png", whole, True
    yield "\u202egnp.exe", whole, True
    yield "x" * 300 + ".png", whole, True
    for mode in ("L", "LA", "P", "RGBA", "1", "I;16"):
        yield f"{mode}.png", picture(mode=mode), True
    yield "cmyk.jpg", picture(mode="CMYK", form="JPEG"), True
    yield (
        "moving.gif",
        picture(form="GIF", save_all=True, append_images=[PIL.Image.new("RGB", (96, 64))] * 3),
        True,
    )
    yield (
        "turned.jpg",
        picture(form="JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"),
        True,
    )
    stream = io.BytesIO()
    PIL.Image.fromarray(np.full((64, 64), np.inf, np.float32)).save(stream, "TIFF")
    yield "infinite.tif", stream.getvalue(), True
