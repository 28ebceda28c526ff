"""Visitors' data sets by a hash of their content: for an hour, and at most so many bytes in all."""

from __future__ import annotations

import hashlib
from pathlib import Path

from lecture_models.datasets.model import DataSet, DataSetError
from lecture_models.datasets.reader import dumped, read_apart
from lecture_models.pictures import Uploads

PREFIX = "upload:"
"""How the key of a visitor's data set begins, as that of a visitor's picture does."""
BYTES = 96 << 20
"""Memory of all visitors' data sets; the oldest leave first."""

KEPT = Uploads(BYTES, what="data set")


def admit(path: str | Path) -> str:
    """Read a visitor's zip file, keep it for an hour, and return its key. Raises ValueError for a bad one."""
    found = read_apart(path)
    if found.nbytes > BYTES // 4:
        raise DataSetError(
            f"A data set may take {BYTES >> 22} MB of memory; this one takes {found.nbytes >> 20}. Send fewer pictures."
        )
    return PREFIX + KEPT.keep(hashlib.sha256(dumped(found)).hexdigest()[:16], found)


def get(key: str) -> DataSet:
    """The data set of a key. Raises ValueError once it is gone."""
    found: DataSet = KEPT.get(key.removeprefix(PREFIX))
    return found
