"""Turns: one long run (or one handout) at a time for all visitors, others in line, and nobody else is kept waiting."""

from __future__ import annotations

import threading

import gradio as gr

IN_LINE = 12
"""Runs that may wait for their turn; one more is refused at once: it would wait for longer than a lecture has time."""
SECONDS = 180
"""How long one run may take before it is stopped, also if nobody watches it any more."""


class Turns:
    """A line of runs, or of other long work that is called so; the first in it may go.

    >>> turns = Turns()
    >>> first, second = turns.take(), turns.take()
    >>> first.ahead, second.ahead
    (0, 1)
    >>> first.leave()
    >>> second.ahead
    0
    """

    def __init__(self, what: str = "run") -> None:
        self.what = what
        self.line: list[Turn] = []
        self.lock = threading.Lock()

    def take(self, visitor: str = "") -> Turn:
        """Go to the end of the line. Raises gr.Error if it is full, or if the visitor has a place in it already."""
        with self.lock:
            if visitor and visitor in [turn.visitor for turn in self.line]:
                text = (
                    f"Each page has one {self.what} at a time, and yours goes on or waits: let it end first."
                )
                raise gr.Error(text, duration=8, print_exception=False)
            if len(self.line) > IN_LINE:
                wait = f"{IN_LINE} {self.what}s wait for their turn already, which is the limit"
                text = f"{wait}. Try again in a minute."
                raise gr.Error(text, duration=8, print_exception=False)
            self.line.append(turn := Turn(self, visitor))
            return turn


class Turn:
    """One place in the line; whoever takes it leaves it in a ``finally``."""

    def __init__(self, turns: Turns, visitor: str = "") -> None:
        self.turns, self.visitor = turns, visitor

    @property
    def ahead(self) -> int:
        """How many come before it; it may go when there is none."""
        with self.turns.lock:
            return self.turns.line.index(self)

    def leave(self) -> None:
        """Make room for the next."""
        with self.turns.lock:
            self.turns.line.remove(self)


TURNS = Turns()
