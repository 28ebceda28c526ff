"""Arrays as text for the page: pictures as data URIs, numbers packed without loss.

What is measured travels as PNG or packed numbers, photographs as JPEG. A data URI arrives with the event
itself, so a new picture costs no second request.
"""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import orjson
import PIL.Image

RAW = 1 << 16
"""Bytes up to which an array of floats is not deflated: it hardly gets smaller, and the browser reads it at once."""
JPEG_QUALITY = 92
PNG_OPTIONS = (  # three times as fast as with OpenCV's own filters, and maps of few colours a sixth larger
    cv2.IMWRITE_PNG_COMPRESSION,
    1,
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_RLE,
    cv2.IMWRITE_PNG_FILTER,
    cv2.IMWRITE_PNG_FILTER_UP,
)


def png_uri(image: np.ndarray) -> str:
    """A picture as a PNG data URI, lossless.

    Args:
        image: uint8 grey [H, W], RGB [H, W, 3] or RGBA [H, W, 4].

    Examples:
        >>> png_uri(np.zeros((2, 2, 3), np.uint8))[:22]
        'data:image/png;base64,'
    """
    return _uri(".png", "png", image, PNG_OPTIONS)


def palette_uri(indices: np.ndarray, colors: np.ndarray) -> str:
    """A picture of few colours as a PNG data URI: half as large as :func:`png_uri` makes smooth maps in bands.

    Args:
        indices: uint8 [H, W].
        colors: uint8 RGB [n, 3], n at most 256.

    Examples:
        >>> decode(palette_uri(np.array([[0, 1]], np.uint8), np.array([[1, 2, 3], [4, 5, 6]], np.uint8))).tolist()
        [[[1, 2, 3], [4, 5, 6]]]
    """
    picture = PIL.Image.fromarray(np.ascontiguousarray(indices))
    picture.putpalette(np.ascontiguousarray(colors).tobytes())
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=3)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def jpeg_uri(image: np.ndarray, quality: int = JPEG_QUALITY) -> str:
    """A photograph, uint8 RGB [H, W, 3], as a JPEG data URI; lossy, never for anything measured."""
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]
    return _uri(".jpg", "jpeg", image, options)


def _uri(suffix: str, kind: str, image: np.ndarray, options: Sequence[int]) -> str:
    if image.dtype != np.uint8 or image.ndim not in (2, 3):
        raise ValueError(
            f"A picture is uint8 [H, W] or [H, W, 3 or 4]; got {image.dtype} {list(image.shape)}."
        )
    if image.ndim == 3:
        image = cv2.cvtColor(image, cv2.COLOR_RGBA2BGRA if image.shape[2] == 4 else cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(suffix, np.ascontiguousarray(image), options)
    if not done:
        raise ValueError(f"A picture of {list(image.shape)} could not be written as {kind}.")
    return f"data:image/{kind};base64,{base64.b64encode(data.tobytes()).decode()}"


def decode(uri: str) -> np.ndarray:
    """The picture of a data URI: uint8 RGB [H, W, 3] or RGBA [H, W, 4].

    >>> decode(png_uri(np.full((1, 2, 4), (1, 2, 3, 4), np.uint8)))[0, 0].tolist()
    [1, 2, 3, 4]
    """
    data = np.frombuffer(base64.b64decode(uri.partition(",")[2]), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    assert image is not None, "a data URI of ours holds a picture"
    if image.ndim == 2:
        return cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    return cv2.cvtColor(image, cv2.COLOR_BGRA2RGBA if image.shape[2] == 4 else cv2.COLOR_BGR2RGB)


def pack_indices(indices: np.ndarray) -> dict[str, Any]:
    """Indices [h, w] from 0 to 65535 for the browser's read-out: ``{shape, kind, raw, data}``, base64.

    Examples:
        >>> pack_indices(np.zeros((2, 3), np.int64))["shape"]
        [2, 3]
    """
    if indices.ndim != 2 or indices.min(initial=0) < 0 or indices.max(initial=0) > 65535:
        raise ValueError(f"Indices are [h, w] from 0 to 65535; got {list(indices.shape)}.")
    small = indices.max(initial=0) < 256
    return _pack(indices.astype(np.uint8 if small else "<u2"), "u8" if small else "u16")


def pack_values(values: np.ndarray) -> dict[str, Any]:
    """Numbers [h, w] or [n, h, w] as float32 for the browser, without loss: ``{shape, kind, raw, data}``."""
    return _pack(np.asarray(values, "<f4"), "f32")


def listed(values: Any, digits: int = 1) -> str:
    """Numbers of any shape as one text: a quick answer names it, and so sends it only if it has changed.

    >>> listed([[0.0, 1.25], [2, -3.5]]), listed([1, 2])  # rounded, but for whole numbers
    ('0.0,1.2,2.0,-3.5', '1,2')
    """
    array = np.asarray(values).ravel()
    array = array if array.dtype.kind in "iu" else np.round(array.astype(np.float64), digits)
    return orjson.dumps(array, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].decode()


def _pack(array: np.ndarray, kind: str) -> dict[str, Any]:
    data, raw = np.ascontiguousarray(array).tobytes(), kind == "f32" and array.nbytes <= RAW
    data = data if raw else zlib.compress(data, level=1)
    return {"shape": list(array.shape), "kind": kind, "raw": raw, "data": base64.b64encode(data).decode()}


def unpack(packed: dict[str, Any]) -> np.ndarray:
    """The array of :func:`pack_indices` or :func:`pack_values`, as the browser reads it.

    >>> unpack(pack_values(np.array([[1.5]])))
    array([[1.5]], dtype=float32)
    """
    kind = np.dtype({"u8": "u1", "u16": "<u2", "f32": "<f4"}[packed["kind"]])
    data = base64.b64decode(packed["data"])
    return np.frombuffer(data if packed["raw"] else zlib.decompress(data), kind).reshape(packed["shape"])
