"""Whoever moves a slider while somebody else's network learns is answered as if nobody's did, or nearly."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np

from tests.hostile.server import running

ACTS, PAUSE = 60, 0.1  # a slider that is moved ten times a second
LATE = 0.35
"""Seconds within which 95 of 100 acts are answered."""
LEARNS = "gradio_api/call/segmentation_playground_train"


def moved(client: httpx.Client) -> list[float]:
    """Seconds of each answer while a slider is moved."""
    waits = []
    for act in range(ACTS):
        settings = {"score": round(0.05 + 0.9 * act / ACTS, 2)}
        began = time.monotonic()
        body = {"lesson": "vision_tasks", "settings": settings, "have": [], "visitor": "hand"}
        client.post("ww/ask", json=body).raise_for_status()
        waits.append(time.monotonic() - began)
        time.sleep(PAUSE)
    return waits


def learn(url: str, begun: threading.Event) -> None:
    """Train the deepest network for thirty seconds; ``begun`` is set once it does steps."""
    settings = ["scene:42", 4, "concatenate", "transposed", "dice", 0, "A", 30]
    event = httpx.post(url + LEARNS, json={"data": settings}).json()["event_id"]
    with httpx.stream("GET", f"{url}{LEARNS}/{event}", timeout=120) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: [") and "Step" in json.loads(line[6:])[0]:
                begun.set()


def test_a_training_leaves_others_quick(tmp_path: Path, say: Callable[[str], None]):
    with running(GRADIO_TEMP_DIR=tmp_path) as server, httpx.Client(base_url=server.url, timeout=90) as client:
        moved(client)
        alone, begun = moved(client), threading.Event()
        other = threading.Thread(target=learn, args=(server.url, begun))
        other.start()
        assert begun.wait(90)
        beside = moved(client)
        assert other.is_alive(), "it still learned when the last answer came"
        other.join()
    (quick, late), (busy, latest) = (np.percentile(waits, [50, 95]) for waits in (alone, beside))
    say(
        f"a slider while another's network learns: median {busy:.2f} s, p95 {latest:.2f} s "
        f"(alone {quick:.2f} and {late:.2f})"
    )
    assert latest <= LATE
