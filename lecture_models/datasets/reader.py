"""A data set read in a process of its own, with little time and memory: a file can be made to cost both."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from lecture_models.datasets import coco
from lecture_models.datasets.archive import opened
from lecture_models.datasets.model import Category, DataSet, DataSetError, Entry, Segment
from lecture_models.decoder import REFUSED, ROOT, bound

CRASHED = 1
"""What Python ends with after an error that nobody caught."""
CPU_SECONDS = 30
"""Computing time of a data set; a hundred pictures of 640 × 480 take about eight."""
WALL_SECONDS = 60
BYTES = 2 << 30
"""Address space of the process."""
FAILED = "This data set cannot be read, and it is not clear why. Write it anew, or send a part of it."
TOO_COSTLY = "This data set takes too long or too much memory to read. Send fewer or smaller pictures."


def read_apart(path: str | Path) -> DataSet:
    """The data set of a zip file, see :func:`coco.read`.

    Raises:
        DataSetError: as coco.read, or because the file takes more than ``CPU_SECONDS`` or ``BYTES``.
    """
    command = [sys.executable, "-m", __name__, str(path), str(CPU_SECONDS), str(BYTES)]
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(
            command, check=False, cwd=ROOT, env=alone, capture_output=True, timeout=WALL_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise DataSetError(TOO_COSTLY) from None
    if done.returncode == REFUSED:
        raise DataSetError(done.stderr.decode().strip().splitlines()[-1])
    if done.returncode == CRASHED:
        logging.getLogger(__name__).error("A data set was not read: %s", done.stderr.decode()[-2000:])
        raise DataSetError(FAILED)
    if done.returncode:
        raise DataSetError(TOO_COSTLY)
    return loaded(done.stdout)


def dumped(found: DataSet) -> bytes:
    """A data set as JSON, its bytes in base64."""
    return orjson.dumps(asdict(found), default=lambda one: base64.b64encode(one).decode())


def loaded(text: bytes) -> DataSet:
    """The data set that :func:`dumped` wrote."""
    found = orjson.loads(text)
    categories = tuple(Category(**one) for one in found["categories"])
    return DataSet(found["title"], categories, tuple(map(_entry, found["entries"])), found["more"])


def _entry(given: dict[str, Any]) -> Entry:
    segments = tuple(Segment(**{**one, "box": tuple(one["box"])}) for one in given["segments"])
    raw = {key: base64.b64decode(given[key]) for key in ("packed", "picture")}
    sizes = {key: tuple(given[key]) for key in ("size", "shown")}
    return Entry(**{**given, **raw, **sizes, "segments": segments})


def main(path: str, seconds: str, size: str) -> int:
    """Read one archive: the data set on standard output, or the sentence on standard error."""
    bound(int(seconds), int(size))
    try:
        with opened(path) as archive:
            text = dumped(coco.read(archive))
    except DataSetError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except (MemoryError, RecursionError):
        print(TOO_COSTLY, file=sys.stderr)
        return REFUSED
    sys.stdout.buffer.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
