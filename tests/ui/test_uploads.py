"""Files of visitors: only what was uploaded is read, and it does not stay."""

from __future__ import annotations

import os
import time
from pathlib import Path

import gradio as gr
import httpx
import numpy as np
import PIL.Image
import pytest

from demos.ui import uploads
from tests.ui.raw import call, upload


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


def test_only_regular_files_below_the_folder_are_ours(folder: Path, tmp_path: Path):
    (folder / "a.png").write_bytes(b"x")
    (tmp_path / "secret.png").write_bytes(b"x")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    os.mkfifo(folder / "pipe")
    assert uploads.is_ours(str(folder / "a.png"))
    outside = ["secret.png", "own/link.png", "own/pipe", "own", "own/../secret.png", "own/none.png"]
    assert not any(uploads.is_ours(str(tmp_path / name)) for name in outside)
    assert not any(uploads.is_ours(path) for path in ("", "\0", "x" * 5000, "/dev/zero", "/proc/self/fd/1"))


@pytest.mark.parametrize("value", [{"path": "x"}, [[{"url": "http://x"}]], {"a": {"path": None}}])
def test_a_value_that_looks_like_a_file_is_refused(value: object):
    with pytest.raises(gr.Error, match="No file belongs here"):
        uploads.refuse_files(value)


def test_a_value_nested_too_deeply_is_refused():
    value: object = 1
    for _ in range(uploads.DEEPEST + 2):
        value = [value]
    with pytest.raises(gr.Error, match="levels"):
        uploads.refuse_files(value)


def test_the_sweep_takes_old_files_and_folders_and_leaves_new_ones(folder: Path):
    old, new = folder / "saved" / "a" / "old.json", folder / "saved" / "b" / "new.json"
    for path in (old, new):
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    long_ago = time.time() - uploads.KEPT_SECONDS - 9
    os.utime(old, (long_ago, long_ago))
    uploads.sweep()
    assert not old.exists()
    assert new.exists()
    uploads.sweep(older=-1)
    assert not any(folder.iterdir())


def test_a_folder_is_never_an_upload_and_the_sweep_goes_on(url: str, log):
    """gradio's own sweeper died for good of a folder that somebody had named as a file."""
    named = {"path": str(uploads.folder()), "meta": {"_type": "gradio.FileData"}}
    for name in ("upload_picture", "vision_tasks"):
        kind, said = call(url, name, [named, "panoptic_fpn", 0.5, ""])
        assert kind == "error"
        assert "file" in said["error"].lower()
    uploads.sweep()
    assert log.getvalue() == ""


def test_an_upload_is_never_handed_back_and_gone_once_it_was_read(url: str, tmp_path: Path):
    path = tmp_path / "noise.png"
    PIL.Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)).save(path)
    for picture in (path, _text(tmp_path)):
        sent = upload(url, picture)
        assert Path(sent["path"]).is_file()
        assert httpx.get(f"{url}gradio_api/file={sent['path']}").status_code == 204
        call(url, "upload_picture", [sent])
        assert not Path(sent["path"]).parent.exists()
        assert httpx.get(f"{url}gradio_api/file={sent['path']}").status_code == 204


def _text(folder: Path) -> Path:
    path = folder / "text.png"
    path.write_text("no picture")
    return path


def test_an_upload_has_a_name_of_ours(url: str, tmp_path: Path):
    path = tmp_path / "evil;name.exe"
    path.write_bytes(b"x")
    assert Path(upload(url, path)["path"]).name == "picture"


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Fills the disk: ten more bytes are written, then there is no room. The list names what was begun."""
    begun: list[Path] = []

    def full(self: Path, content: bytes) -> int:
        begun.append(self)
        with self.open("wb") as file:
            file.write(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    return begun


def test_a_full_disk_gives_a_sentence_and_leaves_nothing(url: str, fill: list[Path], log):
    answer = httpx.post(f"{url}gradio_api/upload", files={"files": ("a.png", b"x" * 1000)})
    assert answer.status_code == 507
    assert "no room" in answer.json()["detail"]
    assert [place.parent.parent.name for place in fill] == ["uploads"]
    assert not fill[0].parent.exists()
    assert log.getvalue() == ""


def test_saving_on_a_full_disk_gives_a_sentence_and_leaves_nothing(url: str, fill: list[Path], log):
    kind, said = call(url, "vision_tasks_json", ["scene:42", "panoptic_fpn", 0.5, ""])
    assert kind == "error"
    assert "no room" in said["error"]
    assert {place.parent.parent.name for place in fill} == {"saved"}
    assert not any(place.parent.exists() for place in fill)
    assert log.getvalue() == ""


def test_the_folder_is_the_apps_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    chosen = Path(uploads.choose_folder())
    assert chosen.parent == tmp_path
    assert chosen.stat().st_mode & 0o077 == 0
    chosen.rmdir()
    chosen.symlink_to(tmp_path.parent)  # somebody else was there first
    assert not Path(uploads.choose_folder()).is_symlink()
