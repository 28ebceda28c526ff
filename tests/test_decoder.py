"""Files that are small and take minutes or gigabytes to decode end in one sentence, in little time and memory."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from lecture_models import decoder
from lecture_models.photographs import read_photograph


def tags_that_name_the_same_bytes(count: int = 400, size: int = 7_000_000) -> bytes:
    """A TIFF of 64 × 64 pixels with many unknown tags, each of all bytes of the file."""
    known = [(256, 64), (257, 64), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 64), (279, 4096)]
    entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in known]
    entries += [struct.pack("<HHII", 40_000 + tag, 7, size, 8) for tag in range(count)]
    head = b"II*\0" + struct.pack("<I", 8 + size)
    return head + b"\0" * size + struct.pack("<H", len(entries)) + b"".join(entries) + b"\0" * 4


def empty_scans(side: int = 3900, scans: int = 20_000) -> bytes:
    """A progressive grey JPEG whose scans of 30 bytes say "nothing here" for all blocks, again and again."""
    frame = struct.pack(">HBHHB", 11, 8, side, side, 1) + b"\1\x11\0"
    made = b"\xff\xd8\xff\xdb\0\x43\0" + bytes([16] * 64) + b"\xff\xc2" + frame
    for table, symbol in ((b"\0", b"\0"), (b"\x10", b"\xe0")):
        made += b"\xff\xc4" + struct.pack(">H", 20) + table + bytes([1] + [0] * 15) + symbol
    blocks = ((side + 7) // 8) ** 2
    made += b"\xff\xda\0\x08\1\1\0\0\0\0" + b"\0" * ((blocks + 7) // 8 + 1)
    bits = "011111111111111" * ((blocks + 32766) // 32767)
    bits += "1" * (-len(bits) % 8)
    data = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    return made + (b"\xff\xda\0\x08\1\1\0\1\x3f\0" + data) * scans + b"\xff\xd9"


def test_a_picture_is_what_it_is_without_a_process_of_its_own(tmp_path: Path):
    path = tmp_path / "noise.png"
    PIL.Image.fromarray(np.random.default_rng(0).integers(0, 255, (80, 60, 3), np.uint8)).save(path)
    assert np.array_equal(decoder.read_apart(path).image, read_photograph(path).image)


def test_its_sentences_are_the_same(tmp_path: Path):
    path = tmp_path / "text.png"
    path.write_text("no picture")
    with pytest.raises(ValueError, match="not a picture that can be read"):
        decoder.read_apart(path)


def test_what_needs_too_much_memory_is_refused(tmp_path: Path):
    path = tmp_path / "tags.tif"
    path.write_bytes(tags_that_name_the_same_bytes())
    with pytest.raises(ValueError, match="too much memory"):
        decoder.read_apart(path)


def test_what_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(decoder, "CPU_SECONDS", 2)
    path = tmp_path / "scans.jpg"
    path.write_bytes(empty_scans())
    with pytest.raises(ValueError, match="too long"):
        decoder.read_apart(path)


def test_the_costliest_honest_file_is_read(tmp_path: Path):
    path = tmp_path / "float.tif"
    PIL.Image.fromarray(np.random.default_rng(0).random((4000, 4000), np.float32)).save(path)
    assert decoder.read_apart(path).image.shape == (512, 512, 3)
