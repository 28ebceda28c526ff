"""Checks of the guided path's tasks: a task's name and a lesson's settings in, whether it is reached, and why, out.

It stands beside the quick answers and shares their guards: the same rules check the settings, the same line bounds the
work, and each visitor has one request in it at a time. A check fetches no weights and waits for no GPU that is lent by
call: the lesson that is looked at has done both.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import gradio as gr
import orjson
from starlette.responses import Response
from starlette.types import Receive

from demos.records import Task, Verdict
from demos.ui import slots
from demos.ui.asking import Asking, settings_of, told
from demos.ui.checks import shorten
from demos.ui.screen import Screen
from demos.ui.spoken import spoken

LATER = "The lesson is not there yet with these settings. Wait until it shows them, then check again."


class Checking:
    """Checks for the tasks of one page.

    Args:
        asking: what answers for the page's lessons, whose guards hold here too.
    """

    def __init__(self, asking: Asking) -> None:
        self.asking, self.networks = asking, asking.networks
        screens = asking.screens.values()
        self.tasks = {task.name: (screen, task) for screen in screens for task in screen.lesson.tasks}

    async def answer(self, body: Mapping[str, Any], receive: Receive | None = None) -> Response:
        """The answer to ``{task, settings, visitor}`` as JSON: ``{done, said}``, or one sentence as ``error``."""
        return await self.asking.in_turn(body, self._answer, receive)

    async def _answer(self, body: Mapping[str, Any]) -> Response:
        screen, task = self._task(body.get("task"))
        settings = settings_of(screen, body.get("settings"))
        if not self.networks.is_here(settings.get(slots.NETWORK, "")):
            return told(LATER, 200)
        self.asking.asked += 1  # somebody asks: no picture is computed ahead
        with spoken():
            return await slots.compute(lambda: self._checked(task, settings))
        raise AssertionError  # never reached: `spoken` lets every error out

    def _task(self, name: Any) -> tuple[Screen, Task]:
        found = self.tasks.get(name) if isinstance(name, str) else None
        if found is None:
            raise gr.Error(f"The path has no task {shorten(name)}. Reload the page.", print_exception=False)
        return found

    def _checked(self, task: Task, settings: Mapping[str, Any]) -> Response:
        lent = self.networks.lent_by_call()
        try:
            with self.networks.only_kept() if lent else nullcontext(), self.networks.at_once():
                verdict: Verdict = task.check(settings)
        except LookupError as error:
            if type(error).__name__ == "NotKept":
                return told(LATER, 200)
            raise
        return Response(orjson.dumps(verdict), media_type="application/json")
