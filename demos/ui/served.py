"""Scripts and styles of the page: read once, compressed when first asked for, under an address with the hash of all.

So a browser keeps them for ever and never has a stale one, and modules find each other by relative addresses:
``ww/<hash>/draw/page.js``, ``ww/<hash>/roi_features/board.js``, ``ww/<hash>/vendor/lit-html.js``.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import brotli
from starlette.responses import Response

TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
SENT = TYPES | {".json": "application/json"}
WAYS: dict[str, Callable[[bytes], bytes]] = {  # the first that a browser takes
    "br": lambda content: brotli.compress(content, quality=9),
    "gzip": lambda content: gzip.compress(content, 9, mtime=0),
}
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


class Files:
    """The scripts and styles below some folders, and what was made for them; nothing else.

    Args:
        folders: names at the beginning of addresses, and the folders that they stand for.
        made: names and contents of further files, JSON that scripts fetch.
    """

    def __init__(self, folders: Mapping[str, Path], made: Mapping[str, bytes] | None = None) -> None:
        found = {
            f"{name}{path.relative_to(folder).as_posix()}": path.read_bytes()
            for name, folder in folders.items()
            for path in sorted(folder.rglob("*"))
            if path.suffix in TYPES and path.is_file()
        } | dict(made or {})
        whole = b"\0".join(name.encode() + b"\0" + content for name, content in sorted(found.items()))
        self.hash = hashlib.sha256(whole).hexdigest()[:12]
        self.plain = found
        self.small = cache(lambda name, way: WAYS[way](found[name]))

    def address(self, name: str) -> str:
        """Where the browser finds a file, relative to the page. Raises KeyError if there is none."""
        return f"ww/{self.hash}/{name if name in self.plain else _missing(name)}"

    def answer(self, path: str, encodings: str) -> Response | None:
        """The file of a path ``<hash>/<name>``, compressed if the browser takes that; None if there is none."""
        asked, _, name = path.partition("/")
        if asked != self.hash or name not in self.plain:
            return None
        way = smaller(encodings)
        headers = {**FOREVER, "Content-Encoding": way} if way else FOREVER
        content = self.small(name, way) if way else self.plain[name]
        return Response(content, headers=headers, media_type=SENT[Path(name).suffix])


def smaller(encodings: str) -> str:
    """The first of `WAYS` that a browser takes, by its Accept-Encoding; empty if it takes none.

    >>> smaller("gzip, deflate, BR"), smaller("gzip;q=0.5, br; q=0"), smaller("brotli"), smaller("br;q=low")
    ('br', 'gzip', '', '')
    """
    taken = (one.replace(" ", "").lower().partition(";q=") for one in encodings.split(","))
    wanted = {name for name, _, share in taken if not share or re.fullmatch(r"1(\.0*)?|0\.0*[1-9]\d*", share)}
    return next((one for one in WAYS if one in wanted), "")


def tagged(
    content: bytes, kind: str, asked: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> Response:
    """What is made while the page is up: a browser asks each time whether its own is still the same.

    Args:
        content: of the file.
        kind: its media type.
        asked: headers of the request.
        headers: further ones of the answer.

    >>> tagged(b"x", "text/plain", {"if-none-match": tagged(b"x", "text/plain", {}).headers["etag"]}).status_code
    304
    """
    tag = f'"{hashlib.blake2b(content, digest_size=9).hexdigest()}"'
    told = {"Cache-Control": "no-cache", "ETag": tag, **(headers or {})}
    if asked.get("if-none-match") == tag:
        return Response(status_code=304, headers=told)
    return Response(content, headers=told, media_type=kind)


def _missing(name: str) -> str:
    raise KeyError(f"No script or style is called {name}.")
