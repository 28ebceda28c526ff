"""A scene of 256×256 in at most 250 ms on one thread."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BAR_SECONDS = 0.25
CODE = """
import statistics, time
from lecture_models.scenes import render
render(0)
def seconds(seed):
    started = time.perf_counter(); render(seed); return time.perf_counter() - started
print(statistics.median(seconds(seed) for seed in range(1, 12)))
"""


def test_a_scene_in_a_quarter_of_a_second(say: Callable[[str], None]):
    """In a program of its own, since the number of threads is fixed when NumPy is imported."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        env={**os.environ, **one},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = float(done.stdout)
    say(f"a scene of 256×256 on one thread: {seconds * 1e3:.0f} ms (bar: 250)")
    assert seconds <= BAR_SECONDS
