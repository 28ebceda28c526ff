"""How the page is served: gradio's launch options, and what stands around its app."""

from __future__ import annotations

import os
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from demos.ui import janitor, uploads
from demos.ui.door import Door
from demos.ui.page import Site

os.environ.setdefault("GRADIO_TEMP_DIR", uploads.choose_folder())

IN_QUEUE = 64
"""Most events that wait in gradio's queue; one more is refused at once."""


def queue(demo: gr.Blocks) -> gr.Blocks:
    """Set up the page's queue; nothing may be called beside it."""
    return demo.queue(default_concurrency_limit=2, max_size=IN_QUEUE, api_open=False)


def options(site: Site) -> dict[str, Any]:
    """Arguments of ``launch``, but for the looks."""
    return {
        "ssr_mode": False,
        "show_error": False,
        "max_file_size": uploads.LARGEST,
        "run_history": False,
        "enable_monitoring": False,
        "footer_links": ["api"],
        "strict_cors": True,
        "i18n": gr.I18n(
            en={"common.complete": "Done"}
        ),  # gradio 6.31 reads out the key: it has no text for it
        "state_session_capacity": 256,
        "app_kwargs": {
            "middleware": [Middleware(Door, site=site)],
            "lifespan": janitor.lifespan,
        },
    }
