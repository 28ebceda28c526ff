"""Who asks: the page that an event comes from, so that what it has begun is its own."""

from __future__ import annotations

from gradio.context import LocalContext


def visitor() -> str:
    """A name that the page of the event in progress has made up, and no other page knows; empty outside of an event.

    >>> visitor()
    ''
    """
    request = LocalContext.request.get(None)
    return getattr(request, "session_hash", None) or ""
