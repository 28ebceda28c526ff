"""Files of visitors: received under names of ours, checked before anything reads them, and soon gone.

They lie in a folder of the app's own. An upload is deleted as soon as its pixels are in memory; what nobody asks
for again, uploads and saved data alike, is swept after ``KEPT_SECONDS``, also what an earlier process left.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.datastructures import UploadFile
from starlette.requests import Request

from demos.ui.checks import shorten

LARGEST = 8 << 20
"""Largest file that is taken, in bytes."""
KEPT_SECONDS = 300
"""How long a file may lie here, in seconds, and how often the folder is swept."""
DEEPEST = 20
"""Most levels of lists and objects in a value of a call."""
ROOM = 512 << 20
"""Most bytes of all files that lie here at a time."""
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
TOO_LARGE = (
    f"A file may have at most {LARGEST >> 20} MB; this one has more. Choose a smaller one, or reduce it."
)
FULL = "There is no room for files on this server just now. Try again in some minutes."
NOT_UPLOADED = "A file must be uploaded first, through the page or /gradio_api/upload; got {}. Upload it."


def choose_folder() -> str:
    """Make and name the folder of this app's files, readable by its own user alone (GRADIO_TEMP_DIR overrides it)."""
    owner = getattr(os, "getuid", lambda: "user")()
    folder = Path(tempfile.gettempdir()) / f"what-and-where-{owner}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        safe = not folder.is_symlink() and folder.stat().st_uid in (owner, 0)
    except OSError:
        safe = False
    return str(folder) if safe else tempfile.mkdtemp(prefix="what-and-where-")


def folder() -> Path:
    """The folder, resolved."""
    return Path(gr.utils.get_upload_folder()).resolve()


async def receive(request: Request) -> list[str]:
    """Take the one file of a multipart request; returns its path, as gradio's own route does.

    Raises:
        ValueError: there is no file, or it is too large.
        OSError: the disk is full; nothing is left behind then.
    """
    async with request.form(max_files=1, max_fields=8) as form:
        file = form.get("files")
        if not isinstance(file, UploadFile):
            raise ValueError('An upload is one file in the form field "files"; got none. Choose a file.')
        return [_keep(await file.read(), Path(file.filename or "").suffix.lower())]


def _keep(content: bytes, suffix: str) -> str:
    """Write an upload to a place that nobody can guess."""
    if len(content) > LARGEST:
        raise ValueError(TOO_LARGE)
    return str(_write("uploads", f"picture{suffix if suffix in SUFFIXES else ''}", content))


def keep(name: str, content: bytes) -> Path:
    """Write a file that a visitor is about to fetch. Raises ValueError, with a sentence, where the disk is full."""
    try:
        return _write("saved", name, content)
    except OSError:
        raise ValueError(FULL) from None


def _write(room: str, name: str, content: bytes) -> Path:
    """Write a file to a place that nobody can guess; nothing is left behind where there is no room for it."""
    place = folder() / room / secrets.token_hex(16)
    try:
        if taken() + len(content) > ROOM:
            raise OSError(FULL)
        place.mkdir(parents=True)
        (place / name).write_bytes(content)
    except OSError:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return place / name


def taken() -> int:
    """Bytes of all files in the folder."""
    return sum(os.lstat(Path(root) / name).st_size for root, _, files in os.walk(folder()) for name in files)


def is_ours(path: str) -> bool:
    """Whether a path names a regular file in the folder, whatever links and dots it is written with."""
    try:
        real = Path(path).resolve(strict=True)
        return real.is_relative_to(folder()) and real.is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def uploaded(file: Any) -> str:
    """The path in a call's file value. Raises gr.Error unless it is a file that was uploaded and is still there."""
    path = file.get("path") if isinstance(file, dict) else None
    if isinstance(path, str) and is_ours(path):
        return path
    raise gr.Error(NOT_UPLOADED.format(shorten(file)), print_exception=False)


def refuse_files(value: Any, depth: int = 0) -> None:
    """Raise gr.Error for a value in which something looks like a file, or which is nested too deeply to read."""
    if depth > DEEPEST:
        text = (
            f"A value may have at most {DEEPEST} levels of lists and objects; got more. Send a simpler one."
        )
        raise gr.Error(text, print_exception=False)
    if isinstance(value, dict) and {"path", "url"} & set(value):
        raise gr.Error(
            f"No file belongs here; got {shorten(value)}. Send a plain value.", print_exception=False
        )
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        refuse_files(part, depth + 1)


def forget(path: str) -> None:
    """Delete an upload and the folder that it lay in."""
    if is_ours(path):
        place = Path(path).resolve().parent
        Path(path).unlink(missing_ok=True)
        if place != folder() and not any(place.iterdir()):
            place.rmdir()


def sweep(older: float = KEPT_SECONDS) -> None:
    """Delete what has lain in the folder for longer than so many seconds."""
    last = time.time() - older
    for root, folders, files in os.walk(folder(), topdown=False):
        for name in files:
            _remove(Path(root) / name, last)
        for name in folders:
            _remove(Path(root) / name, last)


def _remove(path: Path, last: float) -> None:
    """Delete one file or empty folder that is older than ``last``; what somebody else removes meanwhile is fine."""
    try:
        if path.lstat().st_mtime <= last:
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    except OSError:
        pass
