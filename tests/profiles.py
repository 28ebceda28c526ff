"""Small ICC profiles, written byte by byte: an RGB one from its primaries, a grey one, one of four inks."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence

import numpy as np

D65 = (0.3127, 0.3290)
P3_PRIMARIES = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
SRGB_PRIMARIES = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
PCS_WHITE = np.array([0.9642, 1.0, 0.8249])  # D50, to which all profiles adapt
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def rgb_profile(primaries: Sequence[tuple[float, float]] = P3_PRIMARIES) -> bytes:
    """Three primaries (chromaticities), white D65, sRGB's tone curve: Display P3 if nothing else is said."""
    columns = to_xyz(primaries).T
    tags = {name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)}
    curve = b"para" + struct.pack(">IHH", 0, 3, 0) + b"".join(map(_fixed, SRGB_CURVE))
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def grey_profile(gamma: float) -> bytes:
    """Grey values that mean light to the power of `gamma`."""
    curve = b"curv" + struct.pack(">IIH", 0, 1, round(gamma * 256))
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": curve + b"\0\0"})


def ink_profile() -> bytes:
    """Four inks that are all the same grey: L* is 100 less 25 for each full ink."""
    ramp = bytes(range(256))
    grid = [round(255 * (1 - sum(inks) / 4)) for inks in itertools.product((0, 1), repeat=4)]
    table = b"".join(bytes((lightness, 128, 128)) for lightness in grid)  # L*, a* = b* = 0
    identity = b"".join(map(_fixed, np.eye(3).ravel()))
    head = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + identity
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": head + ramp * 4 + table + ramp * 3})


def to_xyz(primaries: Sequence[tuple[float, float]]) -> np.ndarray:
    """Linear RGB of some primaries and white D65 -> XYZ under D50: float [3, 3]."""
    columns = np.array([_of_chromaticity(*one) for one in primaries]).T
    white = _of_chromaticity(*D65)
    scaled = columns * np.linalg.solve(columns, white)
    gain = np.diag((BRADFORD @ PCS_WHITE) / (BRADFORD @ white))
    return np.linalg.inv(BRADFORD) @ gain @ BRADFORD @ scaled


def _of_chromaticity(x: float, y: float) -> np.ndarray:
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, values))


def _profile(kind: bytes, colors: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {**tags, b"wtpt": _xyz(PCS_WHITE)}
    place, index, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        index += name + struct.pack(">II", place + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = struct.pack(">I", place + len(body))
    head = size + bytes(4) + b"\x02\x40\0\0" + kind + colors + connection + bytes(12) + b"acsp"
    head += bytes(28) + b"".join(map(_fixed, PCS_WHITE))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + index + body
