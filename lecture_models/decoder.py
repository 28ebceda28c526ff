"""A picture file decoded in a process of its own, with little time and memory.

Decoders are quick for what cameras write, but a file of a few hundred kilobytes can be made to take minutes, or
gigabytes: thousands of empty scans in a JPEG, thousands of tags in a TIFF that all name the same bytes.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np

from lecture_models.photographs import Photograph, PictureError, read_photograph

ROOT = Path(__file__).resolve().parents[1]
CPU_SECONDS = 6
"""Computing time of a file; 16 million pixels as float TIFF, the slowest honest kind, take two."""
WALL_SECONDS = 30
BYTES = 2 << 30
"""Address space of the process; the same file takes about 1 GB."""
REFUSED = 2
"""Exit status of the process after a sentence."""
TOO_COSTLY = (
    "That file takes too long or too much memory to decode; save it anew as PNG or JPEG and send that."
)


def read_apart(path: str | Path) -> Photograph:
    """:func:`photographs.read_photograph` in a process of its own.

    Args:
        path: picture file.

    Raises:
        ValueError: as read_photograph, or because the file takes more than ``CPU_SECONDS`` or ``BYTES``.
    """
    command = [sys.executable, "-m", "lecture_models.decoder", str(path), str(CPU_SECONDS), str(BYTES)]
    # one thread of BLAS, since each takes address space
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(
            command, check=False, cwd=ROOT, env=alone, capture_output=True, timeout=WALL_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise PictureError(TOO_COSTLY) from None
    if done.returncode == REFUSED:
        raise PictureError(done.stderr.decode().strip().splitlines()[-1])
    if done.returncode:
        raise PictureError(TOO_COSTLY)
    found = np.load(io.BytesIO(done.stdout), allow_pickle=False)
    ends = found["stretched"].tolist()
    return Photograph(found["image"], (ends[0], ends[1]) if ends else None)


def bound(seconds: int, size: int) -> None:
    """Limit this process; where the system knows no such limits, the caller's clock is the only one."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def main(path: str, seconds: str, size: str) -> int:
    """Decode one file: its arrays on standard output, or the sentence on standard error."""
    bound(int(seconds), int(size))
    try:
        read = read_photograph(path)
    except PictureError as error:
        short = isinstance(error.__cause__, MemoryError)
        print(TOO_COSTLY if short else error, file=sys.stderr)
        return REFUSED
    np.savez(sys.stdout.buffer, image=read.image, stretched=np.array(read.stretched or ()))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
