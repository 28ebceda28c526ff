"""The training set: scenes rendered once to disk, read through memory maps.

Training seeds start at ``FIRST_SEED``; every smaller seed is held out, so that nothing a lesson shows
or an evaluation measures was trained on.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from tqdm import tqdm

from ..scenes import SceneSettings, render
from ..weights import replace_file

FIRST_SEED = 1_000_000
SIZE = 256
CHUNK = 50
FIELDS = {"image": (SIZE, SIZE, 3), "semantic": (SIZE, SIZE), "instance": (SIZE, SIZE)}


def settings_for(seed: int) -> SceneSettings:
    """Settings by seed: defaults for two of three, drawn over most of their range for the third."""
    if seed % 3:
        return SceneSettings()
    rng = np.random.default_rng([seed, 5])
    size_min = float(rng.uniform(10, 40))
    return SceneSettings(
        things=int(rng.integers(3, 21)),
        crowding=float(rng.uniform(0, 1)),
        size_min=size_min,
        size_max=float(rng.uniform(size_min + 10, 200)),
        occlusion=float(rng.uniform(0, 0.9)),
        sun_height=float(rng.uniform(10, 80)),
        camera_height=float(rng.uniform(1, 5)),
    )


class SceneStore:
    """``scenes`` training scenes under ``folder``: ``image``, ``semantic`` and ``instance`` as uint8 arrays."""

    def __init__(self, folder: Path, scenes: int) -> None:
        self.folder, self.scenes = Path(folder), scenes
        self.fields = {f: np.load(self.folder / f"{f}-{scenes}.npy", mmap_mode="r") for f in FIELDS}

    def __len__(self) -> int:
        return self.scenes

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        return {f: self.fields[f][index] for f in FIELDS}


def prepare(folder: Path, scenes: int, workers: int = 2) -> SceneStore:
    """Render what is missing and open the store; safe to interrupt, or to kill, and call again."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    journal = _journal(folder, scenes)
    for field, shape in FIELDS.items():
        path = folder / f"{field}-{scenes}.npy"
        if not path.exists():
            journal.unlink(missing_ok=True)  # first: a kill must not leave it beside an empty file
            _make_empty(path, (scenes, *shape))
    done = _rendered(journal, scenes)
    todo = [c for c in range(0, scenes, CHUNK) if c not in done]
    with ProcessPoolExecutor(workers, initializer=_end_with_parent) as pool:
        jobs = pool.map(_render_chunk, [folder] * len(todo), [scenes] * len(todo), todo)
        for chunk in tqdm(jobs, "rendering", len(todo), unit_scale=CHUNK, unit="scene", disable=not todo):
            done.add(chunk)
            replace_file(journal, json.dumps(sorted(done)).encode())
    return SceneStore(folder, scenes)


def wait_for(folder: Path, scenes: int) -> SceneStore:
    """Open the store once another process has rendered all of it."""
    journal = _journal(Path(folder), scenes)
    while len(_rendered(journal, scenes)) * CHUNK < scenes:
        time.sleep(1)
    return SceneStore(Path(folder), scenes)


def _journal(folder: Path, scenes: int) -> Path:
    return folder / f"rendered-{scenes}.json"


def _rendered(journal: Path, scenes: int) -> set[int]:
    """First indices of the chunks that are rendered: none where the journal is missing or cannot be read."""
    try:
        return {first for first in json.loads(journal.read_bytes()) if first in range(0, scenes, CHUNK)}
    except (OSError, ValueError, TypeError):
        return set()


def _make_empty(path: Path, shape: tuple[int, ...]) -> None:
    """An array's file, of zeros, in its place only when it is whole."""
    fresh = path.with_suffix(".fresh")
    open_memmap(fresh, "w+", np.uint8, shape).flush()
    os.replace(fresh, path)


def _end_with_parent() -> None:
    """End a worker when the process that started it does: killed, it cannot tell them, and they would wait for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "this runs in a worker"

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _render_chunk(folder: Path, scenes: int, first: int) -> int:
    fields = {f: np.load(folder / f"{f}-{scenes}.npy", mmap_mode="r+") for f in FIELDS}
    for index in range(first, min(first + CHUNK, scenes)):
        scene = render(FIRST_SEED + index, settings_for(FIRST_SEED + index), SIZE)
        for field, array in fields.items():
            array[index] = getattr(scene, field)
    return first
