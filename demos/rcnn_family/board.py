"""The three views of the lesson, each with the board that shows it: what the study made → what the browser draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from demos.rcnn_family import autopsy, ledgers, stages

BOARDS: Mapping[str, Callable[[Any], ledgers.Board | stages.Board | autopsy.Board]] = {
    "ledgers": ledgers.board,
    "stages": stages.board,
    "autopsy": autopsy.board,
}
