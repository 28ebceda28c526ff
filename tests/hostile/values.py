"""Values that somebody may send where another is meant: seeded draws over all kinds and sizes."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TEXTS = (
    "",
    " ",
    "null",
    "<img src=x onerror=alert(1)>",
    "${7*7}{{7*7}}`",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "/etc/passwd",
    "file:///etc/passwd",
    "scene:42",
    "scene:42?things=999",
    "scene:-1",
    "scene:1?" + "&".join(f"things={n}" for n in range(40)),
    "sample:../secret",
    "upload:0000000000000000",
    "1,2",
    "1e999,2",
    "0,0,0,0",
    "-5,-5,9999,9999",
    "١٢٣",
    "a\0b",
    "\ud83d",
    "\u202e\u0000\uffff",
    "%s%n%x",
    "'; DROP TABLE lessons; --",
    "x" * 299,
    "x" * 301,
    "x" * 50_000,
    "9" * 5000,
)
NUMBERS = (0, -1, 1, 0.5, 2**31, 2**63, 2**64, 10**400, -(10**30), 1e308, float("nan"), float("inf"), -0.0)
NAMES = ("path", "url", "meta", "data", "__type__", "value", "_type", "size", "", "a")


@dataclass(frozen=True)
class Canaries:
    """What must never be opened: files and folders outside of the uploads, a pipe, an address."""

    picture: str
    pipe: str
    folder: str
    uploads: str
    address: str

    def paths(self) -> tuple[str, ...]:
        """Ways to name them."""
        deep = "../" * 12
        return (
            self.picture,
            f"/proc/self/root{self.picture}",
            f"{self.uploads}/{deep}{self.picture.lstrip('/')}",
            self.pipe,
            "/proc/self/fd/1",
            "/proc/self/fd/0",
            "/proc/self/environ",
            "/dev/zero",
            "/dev/stdin",
            self.folder,
            self.uploads,
            f"{self.uploads}/uploads",
            "/",
            ".",
            "app.py",
            "assets/weights/panoptic_fpn.safetensors",
            f"{self.address}/picture.png",
            "http://169.254.169.254/latest/meta-data",
            f"file://{self.picture}",
            "data:image/png;base64,AAAA",
            "\0",
            "x" * 5000,
        )


def anything(draw: random.Random, canaries: Canaries, depth: int = 0) -> Any:
    """Any JSON value, a file by hand among them."""
    makers: tuple[Callable[[], Any], ...] = (
        lambda: draw.choice((None, True, False)),
        lambda: draw.choice(NUMBERS),
        lambda: draw.choice(TEXTS),
        lambda: "".join(draw.choices(string.printable, k=draw.randrange(400))),
        lambda: file(draw, canaries),
        lambda: [anything(draw, canaries, depth + 1) for _ in range(draw.randrange(4))] if depth < 4 else [],
        lambda: {draw.choice(NAMES): anything(draw, canaries, depth + 1)} if depth < 4 else {},
        lambda: nested(draw.choice((15, 30, 300))),
    )
    return draw.choice(makers)()


def nested(levels: int) -> Any:
    """Lists in lists."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def file(draw: random.Random, canaries: Canaries) -> dict[str, Any]:
    """A file that was never uploaded, as gradio writes one, or nearly so."""
    path = draw.choice(canaries.paths())
    made: dict[str, Any] = {draw.choice(("path", "path", "path", "url")): path}
    if draw.random() < 0.5:
        made["meta"] = draw.choice(({"_type": "gradio.FileData"}, {"_type": "x"}, None, 5))
    if draw.random() < 0.3:
        made |= {
            "url": draw.choice(canaries.paths()),
            "orig_name": draw.choice(TEXTS),
            "size": draw.choice(NUMBERS),
        }
    if draw.random() < 0.2:
        made |= {"is_stream": True, "mime_type": draw.choice(TEXTS)}
    return made
