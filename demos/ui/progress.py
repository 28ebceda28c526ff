"""Long work shows how far it is: a bar below the controls, fed from inside ``update``."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr


def fetching(what: str) -> Callable[[int, int], None]:
    """A function of (bytes done, bytes in all) that shows a progress bar while weights arrive.

    Outside of an event of the page, as in a notebook or a test, it does nothing.

    Examples:
        >>> fetching("a network")(1, 2)
    """
    bar = gr.Progress()

    def report(done: int, total: int) -> None:
        megabytes = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB"
        bar(done / max(total, 1), desc=f"Fetching {what}: {megabytes}")

    return report
