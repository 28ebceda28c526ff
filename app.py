"""What & Where: the page, made from the syllabus, and its launch. ``python app.py`` serves it."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

# before gradio is imported: no look-up of another host, and no table of all calls made anew after each of them
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "100")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))
# before torch is: its threads, while they wait for work, soon leave the cores to whoever draws the page
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

# a lesson's many short steps give the interpreter away and want it back: Python's own 5 ms are long for a slider
sys.setswitchinterval(0.0005)

import demos
import demos.handout
from demos.ui import page, server

site = page.build(
    demos.SYLLABUS, demos.pictures, demos.FIRST_PICTURE, demos.zoo, demos.operators.found, demos.handout
)
demo = site.demo

LAUNCH: dict[str, Any] = {"theme": page.theme(), "head": page.head(site.files), **server.options(site)}


def warm_up() -> None:
    """What the first visitors would wait for: the first lesson's network, then the pictures of the start page."""
    demos.warm_up()
    site.cards.begin()


def main() -> None:
    """Serve the page, then warm up what it needs while the visitor reads."""
    server.queue(demo).launch(prevent_thread_lock=True, **LAUNCH)
    threading.Thread(target=warm_up, daemon=True).start()
    demo.block_thread()


if __name__ == "__main__":
    main()
