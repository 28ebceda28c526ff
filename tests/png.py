"""PNG files by hand: of any depth, and larger than they look."""

from __future__ import annotations

import struct
import zlib


def png(width: int, height: int, bits: int, rows: bytes, *others: tuple[bytes, bytes]) -> bytes:
    """A grey PNG from its compressed rows; ``others`` are chunks (name, content) before them."""
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(*one) for one in ((b"IHDR", header), *others, (b"IDAT", rows), (b"IEND", b""))
    )


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of the file with its length and checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb(side: int) -> bytes:
    """A PNG of side × side black pixels in a few kilobytes."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    return png(side, side, 1, b"".join(packer.compress(row) for _ in range(side)) + packer.flush())
