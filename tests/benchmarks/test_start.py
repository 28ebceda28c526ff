"""The page is up soon: from `python app.py` to the first HTTP 200, against importing the libraries alone."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BAR = 1.3
LIMIT_SECONDS = 120.0


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _seconds_to_import() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import gradio, torch, torchvision"], cwd=ROOT, check=True)
    return time.perf_counter() - started


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _seconds_to_first_answer() -> float:
    port = _free_port()
    environment = {**os.environ, "GRADIO_SERVER_PORT": str(port), "no_proxy": "127.0.0.1,localhost"}
    started = time.perf_counter()
    app = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(f"http://127.0.0.1:{port}/"):
            assert app.poll() is None, "app.py ended before it answered"
            assert time.perf_counter() - started < LIMIT_SECONDS, "app.py did not answer"
            time.sleep(0.02)
        return time.perf_counter() - started
    finally:
        app.terminate()
        app.wait(20)


def test_the_page_is_up_soon_after_its_libraries(say: Callable[[str], None]):
    _seconds_to_import()  # byte-code and file cache
    floor, start = [], []
    for _ in range(3):
        floor.append(_seconds_to_import())
        start.append(_seconds_to_first_answer())
    ratio = statistics.median(start) / statistics.median(floor)
    say(
        f"first HTTP 200 after {statistics.median(start):.1f} s ÷ importing gradio, torch and torchvision "
        f"{statistics.median(floor):.1f} s = {ratio:.2f} (bar: {BAR})"
    )
    assert ratio <= BAR
