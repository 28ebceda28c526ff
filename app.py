"""What & Where: the page, made from the syllabus, and its launch. ``python app.py`` serves it."""

from __future__ import annotations

import os
import threading
from typing import Any

os.environ.setdefault(
    "GRADIO_ANALYTICS_ENABLED", "False"
)  # before gradio is imported: no look-up of another host

import demos
from demos.ui import page

demo = page.build(demos.SYLLABUS, demos.pictures, demos.FIRST_PICTURE)

LAUNCH: dict[str, Any] = {
    "theme": page.theme(),
    "head": page.head(),
    "ssr_mode": False,
    "show_error": False,
    "max_file_size": "8mb",
    "run_history": False,
    "enable_monitoring": False,
    "footer_links": ["api"],
    "strict_cors": True,
    "state_session_capacity": 256,  # gradio keeps each visitor's last pictures: this bounds their memory
}


def main() -> None:
    """Serve the page, then warm up what it needs while the visitor reads."""
    demo.queue(default_concurrency_limit=2, max_size=64)
    demo.launch(prevent_thread_lock=True, **LAUNCH)
    threading.Thread(target=demos.warm_up, daemon=True).start()
    demo.block_thread()


if __name__ == "__main__":
    main()
