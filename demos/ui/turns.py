"""Turns: one long run at a time for all visitors, a few in line, and nobody else is kept waiting."""

from __future__ import annotations

import threading

import gradio as gr

IN_LINE = 3
"""Runs that may wait for their turn; one more is refused at once, so that they never fill the lessons' queue."""
SECONDS = 180
"""How long one run may take before it is stopped, also if nobody watches it any more."""


class Turns:
    """A line of runs; the first in it may go.

    >>> turns = Turns()
    >>> first, second = turns.take(), turns.take()
    >>> first.mine(0), second.mine(0)
    (True, False)
    >>> first.leave()
    >>> second.mine(0)
    True
    """

    def __init__(self) -> None:
        self.line: list[Turn] = []
        self.changed = threading.Condition()

    def take(self) -> Turn:
        """Go to the end of the line. Raises gr.Error if it is full."""
        with self.changed:
            if len(self.line) > IN_LINE:
                text = (
                    f"{IN_LINE} runs wait for their turn already, which is the limit. Try again in a minute."
                )
                raise gr.Error(text, duration=8, print_exception=False)
            self.line.append(turn := Turn(self))
            return turn


class Turn:
    """One place in the line; whoever takes it leaves it in a ``finally``."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns

    def mine(self, seconds: float) -> bool:
        """Whether it is first, waiting for at most so long."""
        with self.turns.changed:
            return self.turns.changed.wait_for(lambda: self.turns.line[0] is self, seconds)

    def leave(self) -> None:
        """Make room for the next."""
        with self.turns.changed:
            self.turns.line.remove(self)
            self.turns.changed.notify_all()


TURNS = Turns()
