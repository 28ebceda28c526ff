"""Errors written for the reader: a ``raise ValueError`` of ours becomes a sentence, anything else is a bug."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

SAID_ON_PURPOSE = ("ValueError", "WeightsUnavailable")
"""Errors whose text is written for the reader, if raised by a ``raise`` of ours."""


@contextmanager
def spoken() -> Iterator[None]:
    """Turns errors written for the reader into a gr.Error without a traceback in the log."""
    try:
        yield
    except gr.Error:
        raise  # it has its sentence; as a text it would be quoted
    except Exception as error:
        if not is_said_on_purpose(error):
            raise
        text = str(error).replace("<", "‹").replace(">", "›")
        raise gr.Error(text, duration=10, print_exception=False) from None


def is_said_on_purpose(error: BaseException) -> bool:
    """Whether ``error`` comes from a ``raise`` statement in our code, not from inside NumPy or torch.

    A ValueError of NumPy about shapes is a bug of ours and must keep its traceback; one that
    lecture_models raises tells the reader what to do. The last frame's instruction tells them apart.
    """
    if not any(kind.__name__ in SAID_ON_PURPOSE for kind in type(error).__mro__):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return False
    module = trace.tb_frame.f_globals.get("__name__", "")
    opcode = trace.tb_frame.f_code.co_code[trace.tb_lasti]
    return module.split(".")[0] in ("lecture_models", "demos") and dis.opname[opcode] == "RAISE_VARARGS"
