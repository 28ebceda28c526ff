"""What lesson D2 asks to reach: a pixel whose mean colour is much greyer than its likeliest one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.records import Task, Verdict

if TYPE_CHECKING:
    from lecture_models.studies.colorization_views import Pixel

VIVID, HALF = 30.0, 0.5  # chroma of the likeliest colour, and the share of it that a mean has at most
START = {"picture": "scene:8", "view": "pixel"}


def of(compute: Callable[..., Any]) -> tuple[Task, ...]:
    """The lesson's task; ``compute`` is the lesson's own."""

    def greyer(settings: Mapping[str, Any]) -> Verdict:
        return judge(compute(**settings))

    text = (
        f"Find a pixel whose likeliest colour is vivid, with a chroma of at least {VIVID:g}, while the mean of its "
        "distribution has at most half of that."
    )
    elsewhere = "This is about “One pixel”: choose it under “Look at”."
    answer = START | {"pixel": "42,138"}
    return (Task("greyer_mean", text, greyer, answer, START, ("view",), elsewhere),)


def judge(made: Pixel) -> Verdict:
    """Whether the mean at the pixel is much greyer than the mode."""
    if made.at is None:
        return Verdict(False, "A regression says one colour and no distribution: choose another loss.")
    mode, mean = (float(np.hypot(*ab)) for ab in (made.at.mode, made.at.mean))
    numbers = f"At {made.point} the likeliest colour has a chroma of {mode:.0f}, the mean {mean:.0f}"
    if mode < VIVID:
        return Verdict(
            False, f"{numbers}: that is not vivid. Look at a thing whose kind comes in many colours."
        )
    if mean > HALF * mode:
        return Verdict(False, f"{numbers}: it is sure of its colour here. Look where two colours are likely.")
    return Verdict(True, f"{numbers}: the other colours that are likely here pull the mean towards grey.")
