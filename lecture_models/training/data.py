"""The training set: scenes rendered once to disk, read through memory maps.

Each field of all scenes is one array. Rendering writes every field; a recipe opens those that it names. Depth is kept
as float16, whose steps are at most 0.05 % of the value, and normals as int8, whose steps are half a degree.

Training seeds start at ``FIRST_SEED``; every smaller seed is held out, so that nothing a lesson shows
or an evaluation measures was trained on.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.lib.format import open_memmap
from tqdm import tqdm

from ..scenes import Scene, SceneSettings, render
from ..weights import replace_file

FIRST_SEED = 1_000_000
SIZE = 256
CHUNK = 50
FIELDS: dict[str, tuple[Any, tuple[int, ...]]] = {
    "image": (np.uint8, (SIZE, SIZE, 3)),
    "semantic": (np.uint8, (SIZE, SIZE)),
    "instance": (np.uint8, (SIZE, SIZE)),
    "depth": (np.float16, (SIZE, SIZE)),
    "normals": (np.int8, (SIZE, SIZE, 3)),
}
"""Dtype and shape of a scene's entry in each array; see :func:`stored`."""
USUAL_FIELDS = ("image", "semantic", "instance")
NORMAL_STEPS = 127  # of a component from 0 to 1


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


def stored(scene: Scene) -> dict[str, np.ndarray]:
    """What the arrays keep of a scene, by field.

    Returns:
        ``image`` uint8 [S, S, 3], ``semantic`` uint8 [S, S] with 255 for void, ``instance`` uint8 [S, S], ``depth``
        float16 [S, S] in metres, infinite in the sky, ``normals`` int8 [S, S, 3], 127 times the unit
        vector in camera axes, rounded, zero in the sky.
    """
    values = {
        "image": scene.image,
        "semantic": scene.semantic,
        "instance": scene.instance,
        "depth": scene.depth,
        "normals": np.rint(scene.normals * NORMAL_STEPS),
    }
    return {field: values[field].astype(dtype) for field, (dtype, _) in FIELDS.items()}


class SceneStore:
    """``scenes`` training scenes under ``folder``; entry k holds the named fields of scene k, as :func:`stored`."""

    def __init__(self, folder: Path, scenes: int, fields: Sequence[str] = USUAL_FIELDS) -> None:
        self.folder, self.scenes = Path(folder), scenes
        self.fields = {f: np.load(_array(self.folder, f, scenes), mmap_mode="r") for f in fields}

    def __len__(self) -> int:
        return self.scenes

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        return {field: array[index] for field, array in self.fields.items()}


def prepare(folder: Path, scenes: int, workers: int | None = None) -> SceneStore:
    """Render what is missing and open the store; safe to interrupt, or to kill, and call again.

    Of several processes that ask for it at once, one renders and the others wait.

    Args:
        folder: Of the arrays and their journal.
        scenes: How many.
        workers: Processes that render; None for one a core.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    journal = _journal(folder, scenes)
    with FileLock(folder / f"rendering-{scenes}.lock"):
        for field in FIELDS:
            if not _fits(folder, field, scenes):
                journal.unlink(missing_ok=True)  # first: a kill must not leave it beside an empty file
                _make_empty(folder, field, scenes)
        _render_missing(folder, scenes, workers)
    return SceneStore(folder, scenes)


def _render_missing(folder: Path, scenes: int, workers: int | None) -> None:
    journal = _journal(folder, scenes)
    done = _rendered(journal, scenes)
    todo = [c for c in range(0, scenes, CHUNK) if c not in done]
    with ProcessPoolExecutor(workers, initializer=_end_with_parent) as pool:
        jobs = pool.map(_render_chunk, [folder] * len(todo), [scenes] * len(todo), todo)
        for chunk in tqdm(jobs, "rendering", len(todo), unit_scale=CHUNK, unit="scene", disable=not todo):
            done.add(chunk)
            replace_file(journal, json.dumps(sorted(done)).encode())


def wait_for(folder: Path, scenes: int, fields: Sequence[str] = USUAL_FIELDS) -> SceneStore:
    """Open fields of the store once another process has rendered all of it."""
    journal = _journal(Path(folder), scenes)
    while len(_rendered(journal, scenes)) * CHUNK < scenes or not all(
        _fits(Path(folder), field, scenes) for field in FIELDS
    ):
        time.sleep(1)
    return SceneStore(Path(folder), scenes, fields)


def _array(folder: Path, field: str, scenes: int) -> Path:
    return folder / f"{field}-{scenes}.npy"


def _fits(folder: Path, field: str, scenes: int) -> bool:
    """Whether a field's array is there with the dtype and shape that it has today."""
    try:
        array = np.load(_array(folder, field, scenes), mmap_mode="r")
    except (OSError, ValueError):
        return False
    dtype, shape = FIELDS[field]
    return array.dtype == dtype and array.shape == (scenes, *shape)


def _journal(folder: Path, scenes: int) -> Path:
    return folder / f"rendered-{scenes}.json"


def _rendered(journal: Path, scenes: int) -> set[int]:
    """First indices of the chunks that are rendered: none where the journal is missing or cannot be read."""
    try:
        return {first for first in json.loads(journal.read_bytes()) if first in range(0, scenes, CHUNK)}
    except (OSError, ValueError, TypeError):
        return set()


def _make_empty(folder: Path, field: str, scenes: int) -> None:
    """An array's file, of zeros, in its place only when it is whole."""
    path = _array(folder, field, scenes)
    fresh = path.with_suffix(".fresh")
    dtype, shape = FIELDS[field]
    open_memmap(fresh, "w+", dtype, (scenes, *shape)).flush()
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
    arrays = {field: np.load(_array(folder, field, scenes), mmap_mode="r+") for field in FIELDS}
    for index in range(first, min(first + CHUNK, scenes)):
        scene = render(FIRST_SEED + index, settings_for(FIRST_SEED + index), SIZE)
        for field, values in stored(scene).items():
            arrays[field][index] = values
    return first
