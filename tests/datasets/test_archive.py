"""Zip files of strangers: bombs, names that lead elsewhere, links, passwords; read apart, and gone after an hour."""

from __future__ import annotations

import io
import stat
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lecture_models.datasets import DataSetError, archive, kept, reader
from lecture_models.pictures import Uploads
from tests.datasets.folders import Files, exported, zipped
from tests.png import bomb


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return exported(tmp_path_factory.mktemp("export"))


def names(*several: str) -> bytes:
    return zipped(dict.fromkeys(several, b"x"))


def linked() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        info = zipfile.ZipInfo("panoptic.json")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    return stream.getvalue()


def locked() -> bytes:
    content = bytearray(names("a.json"))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1
    return bytes(content)


def lying() -> bytes:
    """The archive says that two megabytes of zeros are ten bytes."""
    content = bytearray(zipped({"a.json": bytes(2 << 20)}))
    at = content.index(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, 10)
    return bytes(content)


def other_way() -> bytes:
    return zipped({"a.json": b"x" * 100}, zipfile.ZIP_LZMA)


def twice() -> bytes:
    return zipped({"a/b.json": b"x", "a/./b.json": b"y"})


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "no zip": (lambda: b"no zip", "no zip archive"),
    "empty": (lambda: b"", "no zip archive"),
    "cut": (lambda: names("a.json")[:-9], "no zip archive"),
    "upwards": (lambda: names("a.json", "../../b.png"), r"\.\./\.\./b\.png leads out of the folder"),
    "a folder upwards": (lambda: names("a/../../b/"), "leads out of the folder"),
    "absolute": (lambda: names("/etc/passwd"), "/etc/passwd leads out of the folder"),
    "a drive": (lambda: names("c:\\windows\\x"), "leads out of the folder"),
    "a long name": (lambda: names("x" * 300), "leads out of the folder"),
    "a link": (linked, "panoptic.json is a link"),
    "a password": (locked, "a.json is encrypted"),
    "another way": (other_way, "a.json is packed in a way that is not read"),
    "twice": (twice, "a/b.json is in the archive twice"),
    "many": (lambda: names(*(f"{k}.png" for k in range(600))), "at most 500 files; this one has 600"),
    "a bomb": (lambda: zipped({"a.json": bytes(32 << 20)}), "more than 200 times its packed size"),
    "a lie": (lying, "a.json cannot be unpacked"),
    "much": (
        lambda: zipped({f"{k}.png": bytes(1 << 20) for k in range(120)}),
        "may unpack to at most 96 MB; this one says 120 MB",
    ),
}


def unpack(path: Path) -> None:
    with archive.opened(path) as found:
        for name in found.names:
            found.read(name, 16 << 20)


@pytest.mark.parametrize("case", BAD)
def test_a_hostile_archive_gets_a_sentence_at_once(case: str, tmp_path: Path):
    make, said = BAD[case]
    path = tmp_path / "a.zip"
    path.write_bytes(make())
    began = time.monotonic()
    with pytest.raises(DataSetError, match=said):
        unpack(path)
    assert time.monotonic() - began < 2
    assert [one.name for one in tmp_path.iterdir()] == ["a.zip"], "nothing is unpacked to disk"


def test_hidden_files_are_ignored():
    content = zipped({"a.json": b"{}", "__MACOSX/a.json": b"", ".DS_Store": b"", "b/.x.json": b""})
    with archive.opened(io.BytesIO(content)) as found:  # type: ignore[arg-type]
        assert found.names == ["a.json"]


def test_a_picture_bomb_costs_nothing(files: Files, tmp_path: Path):
    """9,000 × 9,000 pixels in nine kilobytes: the header is compared with the JSON before anything is decoded."""
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({**files, "panoptic/000042.png": bomb(9000)}))
    with pytest.raises(DataSetError, match="is 9000 × 9000 pixels; the JSON says 64 × 64"):
        reader.read_apart(path)


def test_a_reader_that_takes_too_long_is_ended(files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(files))
    monkeypatch.setattr(reader, "BYTES", 50 << 20)
    with pytest.raises(DataSetError, match="too long or too much memory"):
        reader.read_apart(path)


def test_what_is_admitted_is_found_by_its_key_and_equal_content_has_one(files: Files, tmp_path: Path):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(files))
    key = kept.admit(path)
    assert kept.admit(path) == key
    assert len(kept.get(key).entries) == 2
    with pytest.raises(ValueError, match=r"uploaded data set is no longer here: .* 60 minutes"):
        kept.get("upload:0000000000000000")


def test_nothing_is_kept_once_its_time_is_over_though_nobody_asks():
    class Sized:
        nbytes = 100

    store = Uploads(limit=1000, seconds=0.2, what="data set")
    store.keep("a", Sized())
    assert store._bytes() == 100
    time.sleep(0.1)
    store.keep("b", Sized())
    time.sleep(0.15)
    assert list(store._kept) == ["b"]
    time.sleep(0.2)
    assert not store._kept
    assert store._waiting is None


def test_an_hour_is_the_time_of_both():
    assert kept.KEPT.seconds == 3600
    assert kept.KEPT.limit == kept.BYTES
