"""The training set survives kills: a torn journal counts for nothing, and workers do not outlive their parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lecture_models.scenes import render
from lecture_models.training import data

JOURNAL = "rendered-2.json"
RENDERED = [0]  # the journal of two scenes, which are one chunk
WORKERS = """
import os, sys, time
from pathlib import Path
from lecture_models.training import data

def endless(folder, scenes, first):
    os.write(1, f"{os.getpid()}\\n".encode())  # at once, so that two lines do not mix
    time.sleep(120)

data._render_chunk = endless
data.prepare(Path(sys.argv[1]), 200, workers=2)
"""


@pytest.mark.parametrize("torn", [b"", b"[0", b"{}", b"7", b"null", b'["0"]', b"[[0]]", b"\xff\xfe"])
def test_a_journal_that_cannot_be_read_counts_as_nothing_rendered(
    tmp_path: Path, torn: bytes, monkeypatch: pytest.MonkeyPatch
):
    data.prepare(tmp_path, 2, workers=1)
    journal = tmp_path / JOURNAL
    image = np.load(tmp_path / "image-2.npy", mmap_mode="r+")
    image[:] = 0
    journal.write_bytes(torn)
    assert data.prepare(tmp_path, 2, workers=1)[1]["image"].any()
    assert json.loads(journal.read_text()) == RENDERED

    journal.write_bytes(torn)
    monkeypatch.setattr(data.time, "sleep", lambda _: journal.write_text(json.dumps(RENDERED)))
    assert len(data.wait_for(tmp_path, 2)) == 2


def test_a_kill_while_the_journal_is_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def torn(path: Path, content: Any, **_: Any) -> None:
        with path.open("wb") as file:
            file.write(bytes(content[:1]) if isinstance(content, bytes) else content[:1].encode())
        raise KeyboardInterrupt

    monkeypatch.setattr(data, "CHUNK", 1)
    data.prepare(tmp_path, 2, workers=1)
    journal = tmp_path / JOURNAL
    journal.write_text("[0]")
    monkeypatch.setattr(Path, "write_bytes", torn)
    monkeypatch.setattr(Path, "write_text", torn)
    with pytest.raises(KeyboardInterrupt):
        data.prepare(tmp_path, 2, workers=1)
    assert json.loads(journal.read_bytes()) == [0]


def test_a_journal_beside_a_missing_array_is_gone_before_the_array_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    data.prepare(tmp_path, 2, workers=1)
    (tmp_path / "image-2.npy").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(data, "ProcessPoolExecutor", killed)
        with pytest.raises(KeyboardInterrupt):
            data.prepare(tmp_path, 2, workers=1)
    assert data.prepare(tmp_path, 2, workers=1)[0]["image"].any()


def test_an_array_is_in_its_place_only_when_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def torn(path: Path, *_: Any) -> None:
        Path(path).write_bytes(b"\x93NUMPY")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(data, "open_memmap", torn)
        with pytest.raises(KeyboardInterrupt):
            data.prepare(tmp_path, 2, workers=1)
    assert len(data.prepare(tmp_path, 2, workers=1)) == 2


def test_workers_end_when_their_parent_is_killed(tmp_path: Path):
    command = [sys.executable, "-c", WORKERS, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        workers = [int(process.stdout.readline()) for _ in range(2)]
    finally:
        process.kill()
    try:
        process.communicate(timeout=20)  # its output ends when the last that holds it has ended
    except subprocess.TimeoutExpired:
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        pytest.fail("workers outlive the process that started them")


def test_each_field_is_the_scenes_own_within_what_its_type_can_say(tmp_path: Path):
    data.prepare(tmp_path, 2, workers=1)
    store = data.SceneStore(tmp_path, 2, tuple(data.FIELDS))
    scene = render(data.FIRST_SEED + 1, data.settings_for(data.FIRST_SEED + 1))
    kept = store[1]
    assert {f: (v.dtype, v.shape) for f, v in kept.items()} == data.FIELDS
    for field in ("image", "semantic", "instance"):
        assert np.array_equal(kept[field], getattr(scene, field))
    sky = np.isinf(scene.depth)
    assert sky.any()
    assert np.array_equal(np.isinf(kept["depth"]), sky)
    assert np.allclose(kept["depth"][~sky], scene.depth[~sky], rtol=1e-3)
    assert np.abs(kept["normals"] / 127 - scene.normals).max() <= 0.5 / 127 + 1e-6
    assert set(data.SceneStore(tmp_path, 2)[0]) == set(data.USUAL_FIELDS)


@pytest.mark.parametrize("change", ["missing", "other type"])
def test_a_store_of_other_fields_is_rendered_anew(tmp_path: Path, change: str):
    data.prepare(tmp_path, 2, workers=1)
    path = tmp_path / "depth-2.npy"
    path.unlink()
    if change == "other type":
        np.save(path, np.zeros((2, data.SIZE, data.SIZE), np.uint8))
    data.prepare(tmp_path, 2, workers=1)
    assert np.load(path).dtype == np.float16
    assert np.load(path)[1].any()


def test_of_two_who_ask_at_once_one_renders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    calls: list[int] = []
    chunk = data._render_missing

    def slow(folder: Path, scenes: int, workers: int | None) -> None:
        calls.append(len(data._rendered(folder / JOURNAL, scenes)))
        chunk(folder, scenes, 1)

    monkeypatch.setattr(data, "_render_missing", slow)
    with ThreadPoolExecutor(2) as pool:
        assert [len(store) for store in pool.map(data.prepare, [tmp_path] * 2, [2, 2])] == [2, 2]
    assert calls == [0, 1]  # the second finds the chunk done
