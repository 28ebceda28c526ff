"""Panoptic folders as zip files in memory: a good one made by our own export, and ways to spoil it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from lecture_models.scenes.export import export

Files = dict[str, bytes]
JSON = "panoptic.json"
PNG = "panoptic/000042.png"


def exported(folder: Path, first: int = 42, scenes: int = 2, size: int = 64) -> Files:
    """The files of ``python -m lecture_models.scenes export``."""
    export(folder, first, scenes, size=size)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def zipped(files: Mapping[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Files as one zip file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", way) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def told_otherwise(files: Files, change: Callable[[Any], None]) -> Files:
    """The same files with another JSON: ``change`` gets its content and alters it."""
    content = json.loads(files[JSON])
    change(content)
    return {**files, JSON: json.dumps(content).encode()}


def painted(files: Files, change: Callable[[np.ndarray], None]) -> Files:
    """The same files with another PNG: ``change`` gets its pixels, uint8 [H, W, 3], and alters them."""
    pixels = np.array(PIL.Image.open(io.BytesIO(files[PNG])))
    change(pixels)
    stream = io.BytesIO()
    PIL.Image.fromarray(pixels).save(stream, "PNG")
    return {**files, PNG: stream.getvalue()}
