"""What gradio may read of a call's values, and what it may keep of a visitor's.

gradio moves files about before our code runs, and keeps each visitor's last values for links that this page does not
offer. Both are put right here, around its two steps, for every event of the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from demos.ui import uploads

TAKES_FILES = (gr.Image, gr.File)


def guard(demo: gr.Blocks) -> None:
    """Check each call's values before gradio reads them, and let it keep none of them.

    What raises while gradio reads a call's values can only be about these values: our code has not run yet. So it
    becomes one sentence, without a traceback in the log.
    """
    read, write = demo.preprocess_data, demo.postprocess_data

    async def preprocess_data(
        event: Any, inputs: list[Any], state: Any, *rest: Any, **more: Any
    ) -> list[Any]:
        check(event, inputs)
        try:
            with forgetting(state):
                return await read(event, inputs, state, *rest, **more)
        except gr.Error:
            raise
        except Exception:
            text = f"{event.api_name or 'This event'} was sent a value that it cannot read. Choose another value."
            raise gr.Error(text, print_exception=False) from None

    async def postprocess_data(event: Any, predictions: Any, state: Any) -> list[Any]:
        with forgetting(state):
            return await write(event, predictions, state)

    demo.preprocess_data = preprocess_data  # type: ignore[method-assign, assignment]
    demo.postprocess_data = postprocess_data  # type: ignore[method-assign, assignment]


def check(event: Any, inputs: list[Any]) -> None:
    """Raise gr.Error for too few values, for a file that was not uploaded, and for files where none belong."""
    name, wanted = event.api_name or "This event", len(event.inputs)
    if len(inputs) < wanted:
        text = f"{name} needs {wanted} value{'s' * (wanted != 1)}; got {len(inputs)}. The page's API link lists them."
        raise gr.Error(text, print_exception=False)
    for component, value in zip(event.inputs, inputs, strict=False):
        if not isinstance(component, TAKES_FILES):
            uploads.refuse_files(value)
        elif value is not None:
            uploads.uploaded(value)


@contextmanager
def forgetting(state: Any) -> Iterator[None]:
    """Whatever happens inside, gradio keeps no values in a visitor's state (it would for its deep links)."""
    try:
        yield
    finally:
        if state is not None:
            state.config_values.clear()
